import { readAgent } from "../agent/agent-state.ts";
import { chooseContainer } from "../agent/choose-container.ts";
import type { Settings } from "../config/schema.ts";
import type { Finding } from "../finding.ts";
import { readInterceptionSettings } from "../istio/interception-settings.ts";
import type { Manifest } from "../manifest.ts";
import type { Backend } from "../telemetry/backends.ts";
import { mapAt, valueAt } from "../telemetry/plain-data.ts";
import { apiServerPort } from "./api-server-port.ts";
import { certificateFolder } from "./certificate-folder.ts";
import { excludedBackend } from "./excluded-backend.ts";
import { excludedPort } from "./excluded-port.ts";
import { hostNetwork } from "./host-network.ts";
import { injectAnnotation } from "./inject-annotation.ts";
import { interceptionModeNone } from "./interception-mode-none.ts";
import { istioPort } from "./istio-port.ts";
import { neverInjectedNamespace } from "./never-injected-namespace.ts";
import { noWaitForSidecar } from "./no-wait-for-sidecar.ts";
import { plaintextOutside } from "./plaintext-outside.ts";
import { runsAsProxy } from "./runs-as-proxy.ts";
import { sidecarEgress } from "./sidecar-egress.ts";
import { templatesWithoutSidecar } from "./templates-without-sidecar.ts";
import type { Ask, Scene, Trouble, Warning, WarningId } from "./warning.ts";

/** All warnings, in the order in which they are told. */
const WARNINGS: Readonly<Record<WarningId, Warning>> = {
  "istio-port": istioPort,
  "api-server-port": apiServerPort,
  "excluded-port": excludedPort,
  "excluded-backend": excludedBackend,
  "interception-mode-none": interceptionModeNone,
  "host-network": hostNetwork,
  "never-injected-namespace": neverInjectedNamespace,
  "templates-without-sidecar": templatesWithoutSidecar,
  "runs-as-proxy": runsAsProxy,
  "inject-annotation": injectAnnotation,
  "plaintext-outside": plaintextOutside,
  "sidecar-egress": sidecarEgress,
  "certificate-folder": certificateFolder,
  "no-wait-for-sidecar": noWaitForSidecar,
};

/** What the warnings look at. */
export interface Subject {
  /** The agent's DaemonSet as it is after the rewrite. */
  agent: Manifest;
  settings: Settings;
  backends: readonly Backend[];
  ask: Ask;
}

/** What the warnings that are not off find, each as severe as the settings say. */
export function lint(subject: Subject): Finding[] {
  const scene = sceneOf(subject);
  if (scene === undefined) return [];
  return (Object.keys(WARNINGS) as WarningId[]).flatMap((id) => {
    const level = subject.settings.warnings[id];
    return level === "Off" ? [] : WARNINGS[id](scene).map((trouble) => findingOf(trouble, id, level, subject.agent));
  });
}

function sceneOf({ agent: manifest, settings, backends, ask }: Subject): Scene | undefined {
  const agent = readAgent(manifest);
  if (Array.isArray(agent)) return undefined;
  const texts = Object.entries(agent.annotations).filter(
    (pair): pair is [string, string] => typeof pair[1] === "string",
  );
  const { settings: interception } = readInterceptionSettings(Object.fromEntries(texts), false);
  const container = chooseContainer(agent, settings.agent.container);
  return {
    agent,
    podSpec: mapAt(valueAt(manifest.object, "spec", "template"), "spec"),
    ...("severity" in container ? {} : { container }),
    interception,
    settings,
    backends,
    ask,
  };
}

/** The id stands at the end, for whoever wants to read more about it or to switch it off. */
function findingOf(
  { cause, remedy, about, field }: Trouble,
  id: WarningId,
  level: "Error" | "Warn",
  agent: Manifest,
): Finding {
  const { ref, file } = about ?? agent;
  return {
    severity: level === "Error" ? "error" : "warning",
    cause,
    remedy: `${remedy} [${id}]`,
    resource: ref,
    ...(field ? { field } : {}),
    ...(file ? { file } : {}),
  };
}
