import { readAgent } from "../agent/agent-state.ts";
import { chooseContainer } from "../agent/choose-container.ts";
import type { Finding } from "../base/finding.ts";
import type { Settings } from "../config/schema.ts";
import { readInterceptionSettings } from "../istio/interception-settings.ts";
import type { Manifest } from "../base/manifest.ts";
import { isMetricPipeline } from "../telemetry/metric-pipeline.ts";
import { mapAt, valueAt } from "../telemetry/plain-data.ts";
import { ambient } from "./ambient.ts";
import { apiServerPort } from "./api-server-port.ts";
import { certificateFolder } from "./certificate-folder.ts";
import { excludedBackend } from "./excluded-backend.ts";
import { excludedPort } from "./excluded-port.ts";
import { textsOf } from "./fields.ts";
import { hostNetwork } from "./host-network.ts";
import { injectAnnotation } from "./inject-annotation.ts";
import { interceptionModeNone } from "./interception-mode-none.ts";
import { istioPort } from "./istio-port.ts";
import { missingInput } from "./missing-input.ts";
import { nearlyRightResources } from "./nearly-right.ts";
import { neverInjectedNamespace } from "./never-injected-namespace.ts";
import { noWaitForSidecar } from "./no-wait-for-sidecar.ts";
import { plaintextOutside } from "./plaintext-outside.ts";
import { prometheusPort } from "./prometheus-port.ts";
import { refusedAnnotation } from "./refused-annotation.ts";
import { refusedPipeline } from "./refused-pipeline.ts";
import { registryOnly } from "./registry-only.ts";
import { replacedIpRanges } from "./replaced-ip-ranges.ts";
import { runsAsProxy } from "./runs-as-proxy.ts";
import { scrapePort } from "./scrape-port.ts";
import { sharedVolume } from "./shared-volume.ts";
import { sidecarEgress } from "./sidecar-egress.ts";
import { targetPort } from "./target-port.ts";
import { templatesWithoutSidecar } from "./templates-without-sidecar.ts";
import { tokenEndpoint, tokenEndpointUnknown } from "./token-endpoint.ts";
import { tooManyPipelines } from "./too-many-pipelines.ts";
import { unknownAnnotations } from "./unknown-annotation.ts";
import { udpPort } from "./udp-port.ts";
import type { Scene, Trouble, Warning, WarningId } from "./warning.ts";

/** All warnings about the agent and its backends, in the order in which they are reported. */
const WARNINGS: Readonly<Record<Exclude<WarningId, keyof typeof OF_THE_INPUT>, Warning>> = {
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
  "token-endpoint": tokenEndpoint,
  "token-endpoint-unknown": tokenEndpointUnknown,
  "scrape-port": scrapePort,
  "prometheus-port": prometheusPort,
  "registry-only": registryOnly,
  "target-port": targetPort,
  "udp-port": udpPort,
  "refused-annotation": refusedAnnotation,
  "replaced-ip-ranges": replacedIpRanges,
  ambient: ambient,
  "too-many-pipelines": tooManyPipelines,
  "shared-volume": sharedVolume,
  "missing-input": missingInput,
  "refused-pipeline": refusedPipeline,
};

/** The resources among which something may be nearly right. */
export interface Input {
  pipelines: readonly Manifest[];
  /** Those that may be of a wrong kind or group, besides the MetricPipelines. */
  others: readonly Manifest[];
  /** The agent, where it was found. */
  agent: Manifest | undefined;
}

const OF_THE_INPUT = {
  "nearly-right": ({ pipelines, others }: Input) => nearlyRightResources([...pipelines, ...others]),
  "unknown-annotation": ({ pipelines, agent }: Input) => unknownAnnotations(pipelines.filter(isMetricPipeline), agent),
};

/** The warnings about an agent without a sidecar; the others are about what the sidecar does. */
const WITHOUT_SIDECAR: readonly WarningId[] = ["ambient"];

/** What the warnings look at. */
export interface Subject extends Omit<Scene, "agent" | "podSpec" | "container" | "interception"> {
  /** The agent's DaemonSet as it is after the rewrite. */
  agent: Manifest;
  /** True when its pods get a sidecar. */
  hasSidecar: boolean;
}

/** What the warnings that are not off find, each as severe as the settings say. */
export function lint(subject: Subject): Finding[] {
  const scene = sceneOf(subject);
  if (scene === undefined) return [];
  const ids = (Object.keys(WARNINGS) as (keyof typeof WARNINGS)[]).filter(
    (id) => subject.hasSidecar !== WITHOUT_SIDECAR.includes(id),
  );
  return ids.flatMap((id) => raise(id, subject.settings, () => WARNINGS[id](scene), subject.agent));
}

/** What is nearly right in the input: it may be the reason for an error about the agent or a backend. */
export function lintInput(input: Input, settings: Settings): Finding[] {
  const ids = Object.keys(OF_THE_INPUT) as (keyof typeof OF_THE_INPUT)[];
  return ids.flatMap((id) => raise(id, settings, () => OF_THE_INPUT[id](input)));
}

function raise(id: WarningId, settings: Settings, look: () => readonly Trouble[], agent?: Manifest): Finding[] {
  const level = settings.warnings[id];
  return level === "Off" ? [] : look().map((trouble) => findingOf(trouble, id, level, agent));
}

function sceneOf({ agent: manifest, ...subject }: Subject): Scene | undefined {
  const agent = readAgent(manifest);
  if (Array.isArray(agent)) return undefined;
  const { settings: interception } = readInterceptionSettings(textsOf(agent.annotations), false);
  const container = chooseContainer(agent, subject.settings.agent.container);
  return {
    ...subject,
    agent,
    podSpec: mapAt(valueAt(manifest.object, "spec", "template"), "spec"),
    ...("severity" in container ? {} : { container }),
    interception,
  };
}

/** The id stands at the end, for whoever wants to read more about it or to switch it off. */
function findingOf(
  { cause, remedy, about, field }: Trouble,
  id: WarningId,
  level: "Error" | "Warn",
  agent: Manifest | undefined,
): Finding {
  const subject = about ?? agent;
  return {
    severity: level === "Error" ? "error" : "warning",
    cause,
    remedy: `${remedy} [${id}]`,
    warning: id,
    ...(subject ? { resource: subject.ref } : {}),
    ...(field ? { field } : {}),
    ...(subject?.file ? { file: subject.file } : {}),
  };
}
