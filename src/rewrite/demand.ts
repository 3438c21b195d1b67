import { agentKindOf } from "../agent/agent-kind.ts";
import { chooseContainer, readAgent } from "../agent/agent-state.ts";
import { Cluster } from "../cluster/cluster.ts";
import { isCertainlyOutside, namesOf } from "../cluster/host-names.ts";
import { whereIsHost } from "../cluster/whereabouts.ts";
import { noConfig, readAgentConfig } from "../collector/agent-config.ts";
import { SOURCE_KINDS, sourceNames } from "../collector/agent-sources.ts";
import { configBackends, type ConfiguredBackend } from "../collector/config-backends.ts";
import type { ConfigScrapes } from "../collector/config-scrapes.ts";
import { Sources } from "../collector/sources.ts";
import { stockAgent } from "../config/constants.ts";
import type { Settings } from "../config/schema.ts";
import { findingAt, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import type { Backend, UntoldTokenEndpoint } from "../telemetry/backend.ts";
import { referencedSecrets, resolveBackends } from "../telemetry/backends.ts";
import { AGENT_INPUTS } from "../telemetry/metric-pipeline.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { indexSecrets } from "../telemetry/secrets.ts";
import { selectPipelines, type PipelineSelection } from "../telemetry/select.ts";
import { tokenEndpoints } from "../telemetry/token-endpoints.ts";
import { withMonitors } from "./monitored-scrapes.ts";
import { mentioned, type Select } from "./select.ts";

/** Where the agent pushes and what it scrapes, by the MetricPipelines or by its own configuration. */
export interface Demand {
  source: "MetricPipelines" | "AgentConfig";
  backends: readonly ConfiguredBackend[];
  tokens: readonly Backend[];
  untoldTokens: readonly UntoldTokenEndpoint[];
  /** How many MetricPipelines, or configurations, say so. */
  selected: number;
  /** The inputs of Kyma's agent that the selected MetricPipelines enable. */
  inputs: readonly string[];
  /** True where the agent scrapes workloads by way of Prometheus. */
  prometheusInput: boolean;
  /** What the agent reads by its own configuration. */
  scrapes?: ConfigScrapes;
  /** Why the agent's configuration says nothing, as a clause. */
  unread?: string;
  findings: readonly Finding[];
}

/** The demand by the source that the settings name; for `Auto` by the configuration where no MetricPipeline is for the agent. */
export function demandOf(
  settings: Settings,
  select: Select,
  pipelines: readonly Manifest[],
  agent: Manifest | undefined,
): Demand {
  // What an operator runs is never Kyma's agent, for which MetricPipelines are.
  const isOperated = agent !== undefined && agentKindOf(agent).operated !== undefined;
  const { source: wanted } = settings.backends;
  const source = wanted === "Auto" && isOperated ? "AgentConfig" : wanted;
  const byPipelines = source === "AgentConfig" ? undefined : demandOfPipelines(settings, select, pipelines);
  if (byPipelines && (source === "MetricPipelines" || byPipelines.selected > 0)) return byPipelines;
  const byConfig = agent && demandOfConfig(settings, select, agent);
  if (byPipelines === undefined) return byConfig ?? nothing([]);
  if (byConfig === undefined || byConfig.selected === 0) {
    const [first] = byConfig?.findings ?? [];
    if (byConfig === undefined || byConfig.unread !== undefined || first === undefined) return byPipelines;
    // Of an agent that is not Kyma's nothing else says where it pushes.
    const isOpen = settings.agent.name !== stockAgent && settings.ports.additional.length === 0;
    return isOpen ? byConfig : { ...byPipelines, unread: first.cause };
  }
  return byConfig;
}

function nothing(findings: readonly Finding[]): Demand {
  const none = { backends: [], tokens: [], untoldTokens: [], inputs: [], selected: 0, prometheusInput: false };
  return { source: "AgentConfig", ...none, findings };
}

function demandOfPipelines(settings: Settings, select: Select, pipelines: readonly Manifest[]): Demand {
  const selection = selectionOf(settings);
  const names = referencedSecrets(pipelines, selection).map(({ name }) => name);
  const { manifests, findings: ofSecrets } = mentioned(select, ["Secret", "ExternalSecret", "SealedSecret"], names);
  const secrets = indexSecrets(manifests);
  const wanted = new Set(names);
  const relied = [...pipelines, ...manifests.filter(({ ref }) => wanted.has(ref.name))];
  const repeated = relied.flatMap(({ repeatedKey }) => repeatedKey ?? []);
  const unresolved = settings.endpoints.unresolved;
  const { findings, ...backends } = resolveBackends({ ...selection, pipelines, secrets, unresolved });
  const selected = selectPipelines(pipelines, selection);
  const { tokens, untold } = tokenEndpoints(selected, secrets);
  const inputs = AGENT_INPUTS.filter((input) =>
    selected.some(({ object }) => valueAt(object, "spec", "input", input, "enabled") === true),
  );
  return {
    source: "MetricPipelines",
    ...backends,
    tokens,
    untoldTokens: untold,
    inputs,
    findings: [
      ...ofSecrets,
      ...repeated,
      ...weighed([...findings, ...unusedPorts(settings, selected.length)], settings),
    ],
  };
}

/** Ports of exporters say nothing where MetricPipelines say where the agent pushes. */
function unusedPorts({ ports }: Settings, selected: number): Finding[] {
  const ids = Object.keys(ports.exporters);
  if (ids.length === 0 || selected === 0) return [];
  const cause = `ports.exporters names ${ids.join(", ")} of the agent's configuration, and MetricPipelines say where the agent pushes`;
  return [
    {
      severity: "error",
      cause,
      remedy: "set backends.source of the function config to AgentConfig, or remove ports.exporters",
    },
  ];
}

/** The MetricPipelines that the settings select. */
export function selectionOf({ pipelines }: Settings): PipelineSelection {
  return { include: pipelines.include, ...pipelines.selector };
}

function demandOfConfig(settings: Settings, select: Select, agent: Manifest): Demand {
  const state = readAgent(agent);
  // Both are reported where the changes are planned.
  if (Array.isArray(state)) return { ...nothing([]), unread: "" };
  const container = chooseContainer(state, settings.agent.container);
  if ("severity" in container) return { ...nothing([]), unread: "" };
  const { manifests, findings } = mentioned(select, SOURCE_KINDS, sourceNames(state));
  const config = readAgentConfig(state, container, new Sources(manifests, agent.ref.namespace));
  if (config === undefined) {
    const { cause, remedy = "" } = noConfig(container);
    return { ...nothing([findingAt(agent, "error", { cause, remedy })]), unread: cause };
  }
  if (Array.isArray(config)) return nothing([...findings, ...weighed(config, settings)]);
  const repeated = config.places.flatMap(({ about }) => about.repeatedKey ?? []);
  const { unresolved } = settings.endpoints;
  const demand = configBackends(config, { exporters: settings.ports.exporters, unresolved });
  return {
    ...nothing([]),
    ...demand,
    scrapes: withMonitors(config.scrapes, select, agent),
    prometheusInput: config.scrapes.hasJobs,
    selected: 1,
    findings: [...findings, ...repeated, ...weighed(demand.findings, settings)],
  };
}

/** With interception off no port is needed, so that an endpoint without one is no reason to change nothing. */
function weighed(findings: readonly Finding[], { trafficInterception }: Settings): readonly Finding[] {
  if (trafficInterception !== "Off") return findings;
  return findings.map((finding) => (finding.severity === "error" ? { ...finding, severity: "warning" } : finding));
}

/** The backends and token endpoints whose ports are to be intercepted, and an info for each backend that stays direct. */
export function interceptedOf(
  settings: Settings,
  select: Select,
  demand: Demand,
  agent: Manifest,
): { backends: readonly ConfiguredBackend[]; tokens: readonly Backend[]; findings: readonly Finding[] } {
  const tokens = interceptedTokens(settings, select, demand, agent);
  const scope = settings.backends.scope ?? (demand.source === "AgentConfig" ? "InCluster" : "All");
  if (scope === "All") return { backends: demand.backends, ...tokens };
  const hosts = demand.backends.flatMap(({ host, secretHost = host }) =>
    secretHost === undefined ? [] : [secretHost],
  );
  const entries = mentioned(select, ["ServiceEntry"], hosts.flatMap(namesOf));
  const outside = demand.backends.filter((backend) => isCertainlyOutside(backend, entries.manifests));
  const infos = outside.map(({ about, by, port, shown, field }) => {
    const cause = `${by} pushes past the sidecar to ${shown} on port ${port}: it is outside of the cluster, and backends.scope is InCluster`;
    return findingAt(about, "info", { cause }, { path: field });
  });
  return {
    backends: demand.backends.filter((backend) => !outside.includes(backend)),
    tokens: tokens.tokens,
    findings: [...tokens.findings, ...entries.findings, ...infos],
  };
}

function interceptedTokens(
  { endpoints }: Settings,
  select: Select,
  { tokens }: Demand,
  agent: Manifest,
): { tokens: readonly Backend[]; findings: readonly Finding[] } {
  if (endpoints.oauth2TokenEndpoints === "Off") return { tokens: [], findings: [] };
  if (endpoints.oauth2TokenEndpoints === "All") return { tokens, findings: [] };
  const hosts = tokens.flatMap(({ host, secretHost = host }) => secretHost?.toLowerCase() ?? []);
  const names = hosts.flatMap((host) => [host, ...host.split(".").slice(0, 2)]);
  const { manifests, findings } = mentioned(select, ["Service", "ServiceEntry", "Namespace"], names);
  const cluster = new Cluster(manifests);
  const isInCluster = ({ host, secretHost = host }: Backend): boolean => {
    if (secretHost === undefined) return false;
    const { place, isGuess = false } = whereIsHost(secretHost, agent.ref.namespace, cluster);
    return !isGuess && place !== "outside" && place !== "not told";
  };
  return { tokens: tokens.filter(isInCluster), findings };
}
