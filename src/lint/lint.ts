import { chooseContainer, readAgent } from "../agent/agent-state.ts";
import {
  INSTALLATION_KINDS,
  INSTALLATION_MENTIONS,
  installationsAmong,
  installationsFor,
  defaultMode,
  meshDefaults,
  withDefaults,
} from "../cluster/mesh.ts";
import { findingAt, type Finding } from "../base/finding.ts";
import type { Settings } from "../config/schema.ts";
import { readInterceptionSettings } from "../istio/interception-settings.ts";
import type { Manifest } from "../base/manifest.ts";
import { isMetricPipeline } from "../telemetry/metric-pipeline.ts";
import { ambient } from "./ambient.ts";
import { certificateFolder } from "./certificate-folder.ts";
import { managedAgent } from "./managed-agent.ts";
import { metricsPort } from "./metrics-port.ts";
import { movedCertificates } from "./moved-certificates.ts";
import { nearlyRightResources } from "./nearly-right.ts";
import { networkPolicy } from "./network-policy.ts";
import { plaintextOutside } from "./plaintext-outside.ts";
import { prometheusPort } from "./prometheus-port.ts";
import { ignoredProxyConfig, interceptionVariables } from "./proxy-config.ts";
import { registryOnly } from "./registry-only.ts";
import { scrapePort } from "./scrape-port.ts";
import { scrapeTls } from "./scrape-tls.ts";
import { sidecarEgress } from "./sidecar-egress.ts";
import { tokenEndpoint, tokenEndpointUnknown } from "./token-endpoint.ts";
import { unknownAnnotations } from "./unknown-annotation.ts";
import {
  excludedBackend,
  excludedPort,
  interceptionModeNone,
  refusedAnnotation,
  replacedIpRanges,
} from "./traffic-annotations.ts";
import {
  hostNetwork,
  injectAnnotation,
  neverInjectedNamespace,
  templatesWithoutSidecar,
} from "./left-without-sidecar.ts";
import { missingInput, refusedPipeline, tooManyPipelines } from "./served-pipelines.ts";
import { apiServerPort, istioPort } from "./taken-ports.ts";
import { targetPort, udpPort } from "./service-ports.ts";
import { meshWideLists, proxyConfigResource, revisionOnly } from "./mesh-wide.ts";
import { targetAllocator } from "./target-allocator.ts";
import { noWaitForSidecar, ownProxyContainer, runsAsProxy, sharedVolume } from "./agent-container.ts";
import type { Scene, Subject, Trouble, Warning, WarningId } from "./warning.ts";

/** All warnings about the agent and its backends, in the order in which they are reported. */
const WARNINGS: Readonly<Record<Exclude<WarningId, "nearly-right" | "unknown-annotation">, Warning>> = {
  "istio-port": istioPort,
  "api-server-port": apiServerPort,
  "excluded-port": excludedPort,
  "excluded-backend": excludedBackend,
  "interception-mode-none": interceptionModeNone,
  "host-network": hostNetwork,
  "never-injected-namespace": neverInjectedNamespace,
  "templates-without-sidecar": templatesWithoutSidecar,
  "runs-as-proxy": runsAsProxy,
  "own-proxy-container": ownProxyContainer,
  "inject-annotation": injectAnnotation,
  "revision-only": revisionOnly,
  "plaintext-outside": plaintextOutside,
  "sidecar-egress": sidecarEgress,
  "certificate-folder": certificateFolder,
  "moved-certificates": movedCertificates,
  "no-wait-for-sidecar": noWaitForSidecar,
  "token-endpoint": tokenEndpoint,
  "token-endpoint-unknown": tokenEndpointUnknown,
  "scrape-port": scrapePort,
  "scrape-tls": scrapeTls,
  "prometheus-port": prometheusPort,
  "registry-only": registryOnly,
  "target-port": targetPort,
  "udp-port": udpPort,
  "metrics-port": metricsPort,
  "network-policy": networkPolicy,
  "managed-agent": managedAgent,
  "refused-annotation": refusedAnnotation,
  "ignored-proxy-config": ignoredProxyConfig,
  "interception-variable": interceptionVariables,
  "replaced-ip-ranges": replacedIpRanges,
  "mesh-wide-lists": meshWideLists,
  "proxy-config-resource": proxyConfigResource,
  ambient,
  "too-many-pipelines": tooManyPipelines,
  "shared-volume": sharedVolume,
  "target-allocator": targetAllocator,
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

/** What the warnings that are not off find, each as severe as the settings say. */
export function lint(subject: Subject): Finding[] {
  const scene = sceneOf(subject);
  if (scene === undefined) return [];
  // All but one are about what the sidecar does.
  return (Object.entries(WARNINGS) as [WarningId, Warning][])
    .filter(([id]) => (id === "ambient") !== subject.hasSidecar)
    .flatMap(([id, look]) => raise(id, subject.settings, look(scene), subject.agent));
}

/** What is nearly right in the input: it may be the reason for an error about the agent or a backend. */
export function lintInput({ pipelines, others, agent }: Input, settings: Settings): Finding[] {
  return [
    ...raise("nearly-right", settings, nearlyRightResources([...pipelines, ...others])),
    ...raise("unknown-annotation", settings, unknownAnnotations(pipelines.filter(isMetricPipeline), agent)),
  ];
}

/** The id stands at the end, for whoever wants to read more about it or to turn it off. */
function raise(warning: WarningId, settings: Settings, troubles: Iterable<Trouble>, agent?: Manifest): Finding[] {
  const level = settings.warnings[warning];
  if (level === "Off") return [];
  const severity = level === "Error" ? "error" : "warning";
  return Array.from(troubles, ({ cause, remedy, about = agent, field }): Finding => {
    const fault = { cause, remedy: `${remedy} [${warning}]` };
    return { ...(about ? findingAt(about, severity, fault, field) : { severity, ...fault }), warning };
  });
}

function sceneOf({ agent: manifest, ...subject }: Subject): Scene | undefined {
  const agent = readAgent(manifest);
  if (Array.isArray(agent)) return undefined;
  const texts = Object.fromEntries(
    Object.entries(agent.annotations).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
  const { ask } = subject;
  const shown = [...ask(INSTALLATION_KINDS), ...ask(["ConfigMap"], INSTALLATION_MENTIONS)];
  const installations = installationsFor(agent.labels, installationsAmong(shown));
  const defaults = meshDefaults(installations);
  const { settings: interception } = readInterceptionSettings(withDefaults(texts, defaults), {
    ...agent.proxyConfig,
    fields: { ...defaultMode(installations), ...agent.proxyConfig.fields },
  });
  const container = chooseContainer(agent, subject.settings.agent.container);
  const included = new Set(interception.includedPorts);
  const called = subject.tokens.filter(({ port }) => included.has(port));
  return {
    ...subject,
    agent,
    namespace: manifest.ref.namespace,
    texts,
    container: "severity" in container ? undefined : container,
    interception,
    installations,
    defaults,
    peers: [...subject.backends, ...called],
  };
}
