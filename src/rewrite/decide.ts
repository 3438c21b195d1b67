import { AGENT_KINDS } from "../agent/agent-kind.ts";
import { findAgent } from "../agent/find-agent.ts";
import { interceptionFor, planAgent } from "../agent/plan-agent.ts";
import { Cluster, WORKLOADS } from "../cluster/cluster.ts";
import { ownScrapeMentions, ownScrapes, plainMetricsPorts } from "../cluster/own-metrics.ts";
import { whereIsHost } from "../cluster/whereabouts.ts";
import { readSettings } from "../config/read-settings.ts";
import type { Settings } from "../config/schema.ts";
import { findingAt, hasError, type Finding } from "../base/finding.ts";
import { lint, lintInput } from "../lint/lint.ts";
import { isNearKind } from "../lint/nearly-right.ts";
import type { Ask, Subject } from "../lint/warning.ts";
import { isLocalConfig, type Manifest, type Mention } from "../base/manifest.ts";
import type { Backend, UntoldTokenEndpoint } from "../telemetry/backend.ts";
import { referencedSecrets, resolveBackends, type Backends } from "../telemetry/backends.ts";
import { isMetricPipeline } from "../telemetry/metric-pipeline.ts";
import { indexSecrets } from "../telemetry/secrets.ts";
import { leftOutBy, selectPipelines, type LeftOut, type PipelineSelection } from "../telemetry/select.ts";
import { targetPorts } from "../cluster/target-ports.ts";
import { tokenEndpoints } from "../telemetry/token-endpoints.ts";
import type { Selected } from "../stream/stream.ts";
import { applyChange } from "../yaml/edit/apply-change.ts";
import type { Change, Value } from "../yaml/edit/change.ts";

/** Hands out the manifests of some kinds; with `mentioning` it may leave out those that hold none of these. */
export interface Select {
  (kinds: readonly string[], mentioning?: readonly Mention[]): Selected;
  /** The kinds of all items, each once, "" for an item that has none. */
  kindsInStream?: () => readonly string[];
}

/** What is to be done, and all that there is to tell in the order of the story: config, backends, agent. */
export interface Decision {
  /** The one workload that changes, and how; absent when nothing does or nothing may because of an error. */
  rewrite?: { agent: Manifest; change: Change };
  /** The agent, where exactly one was found. */
  agent?: Manifest;
  findings: Finding[];
}

/**
 * The story on one page: settings, backends, agent, change. All that is wrong is told at once; with an error there is no
 * change, and nothing is told as if it had been done.
 */
export function decide(config: Manifest | undefined, selectAny: Select): Decision {
  const select = withoutLocalConfig(selectAny);
  const { settings, findings: configFindings } = readSettings(config);
  const backends = demandOf(settings, select);
  const { agent, unreadable, ofOtherGroup } = findAgent(select, settings.agent);
  const input = {
    pipelines: backends.pipelines,
    others: [...ofOtherGroup, ...nearKinds(selectAny)],
    agent: "severity" in agent ? undefined : agent,
  };
  const findings = [...configFindings, ...backends.findings, ...unreadable, ...lintInput(input, settings)];
  // Settings that could not be read say nothing about the agent, and items that could not be read may be it.
  if (hasError([...configFindings, ...unreadable])) return unchanged(findings);
  if ("severity" in agent) return unchanged([...findings, agent]);
  if (agent.repeatedKey) return { agent, ...unchanged([...findings, agent.repeatedKey]) };
  const interception = interceptionFor(settings.trafficInterception, backends.prometheusInput);
  if (interception.sidecar && backends.selected === 0 && !hasError(backends.findings)) {
    findings.push(noPipelines(agent, settings, backends.pipelines));
  }
  const tokens = interceptedTokens(settings, select, backends, agent);
  const ports = portsOf(settings, select, [...backends.backends, ...tokens.tokens], agent);
  const services = mentioned(select, ["Service"], ownScrapeMentions(agent));
  const plainMetrics = plainMetricsPorts(ownScrapes(agent, services.manifests));
  const plan = planAgent(agent, settings, interception, { backends: ports.ports, plainMetrics });
  findings.push(...tokens.findings, ...ports.findings, ...services.findings, ...plan.findings);
  if (!hasError(findings)) {
    const after = rewritten(agent, plan.change);
    findings.push(
      ...warnings({ agent: after, before: agent, hasSidecar: interception.sidecar, settings }, backends, select),
    );
  }
  if (hasError(findings) || plan.change === undefined) return { agent, ...unchanged(findings) };
  const asked = interception.sidecar ? requests(backends, tokens.tokens) : [];
  return { agent, rewrite: { agent, change: plan.change }, findings: [...asked, ...findings] };
}

/** What may be a workload, a MetricPipeline or a function config but for a slip. */
function nearKinds(select: Select): readonly Manifest[] {
  const right = ["MetricPipeline", ...AGENT_KINDS.map(({ kind }) => kind)];
  const kinds = (select.kindsInStream?.() ?? []).filter((kind) => !right.includes(kind) && isNearKind(kind));
  return kinds.length === 0 ? [] : select(kinds).manifests;
}

/** Hands out only what reaches the cluster. */
export function withoutLocalConfig(select: Select): Select {
  return (kinds, mentioning) => {
    const { manifests, findings } = select(kinds, mentioning);
    return { manifests: manifests.filter((manifest) => !isLocalConfig(manifest)), findings };
  };
}

/** The decision not to change anything: what would have been done is not told as if it had been. */
export function unchanged(findings: readonly Finding[]): Decision {
  return { findings: findings.filter(({ severity }) => severity !== "info") };
}

/** What is told instead of a decision whose change the agent's text does not allow. */
export function notEditable(agent: Manifest): Finding {
  return findingAt(agent, "error", {
    cause: `the ${agent.ref.kind} is written in a form of YAML that cannot be edited without touching more than is needed`,
    remedy: "write its pod template in plain block style, without anchors, tags or merge keys",
  });
}

/** What the MetricPipelines ask for: backends, and the endpoints of the tokens for them. */
interface Demand extends Backends {
  tokens: readonly Backend[];
  untoldTokens: readonly UntoldTokenEndpoint[];
  /** All MetricPipelines of the stream. */
  pipelines: readonly Manifest[];
}

function demandOf(settings: Settings, select: Select): Demand {
  const { manifests: pipelines, findings } = select(["MetricPipeline"]);
  const selection = selectionOf(settings);
  const names = referencedSecrets(pipelines, selection).map(({ name }) => name);
  const { manifests, findings: ofSecrets } = mentioned(select, ["Secret", "ExternalSecret", "SealedSecret"], names);
  const secrets = indexSecrets(manifests);
  const wanted = new Set(names);
  const relied = [...pipelines, ...manifests.filter(({ ref }) => wanted.has(ref.name))];
  const repeated = relied.flatMap(({ repeatedKey }) => repeatedKey ?? []);
  const unresolved = settings.endpoints.unresolved;
  const backends = resolveBackends({ ...selection, pipelines, secrets, unresolved });
  const { tokens, untold } = tokenEndpoints(selectPipelines(pipelines, selection), secrets);
  return {
    ...backends,
    tokens,
    untoldTokens: untold,
    pipelines,
    findings: [...findings, ...ofSecrets, ...repeated, ...weighed(backends.findings, settings)],
  };
}

function selectionOf({ pipelines }: Settings): PipelineSelection {
  return { include: pipelines.include, ...pipelines.selector };
}

/** With interception off no port is needed, so that an endpoint without one is no reason to change nothing. */
function weighed(findings: readonly Finding[], { trafficInterception }: Settings): readonly Finding[] {
  if (trafficInterception !== "Off") return findings;
  return findings.map((finding) => (finding.severity === "error" ? { ...finding, severity: "warning" } : finding));
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

function portsOf(
  settings: Settings,
  select: Select,
  destinations: readonly Backend[],
  agent: Manifest,
): { ports: number[]; findings: Finding[] } {
  const ports = destinations.map(({ port }) => port);
  if (!settings.ports.socketLoadBalancer) return { ports, findings: [] };
  const names = destinations.flatMap(({ host }) => (host === undefined ? [] : [host.split(".")[0] ?? host]));
  const services = mentioned(select, ["Service"], names);
  const workloads = select(WORKLOADS);
  const cluster = new Cluster([...services.manifests, ...workloads.manifests]);
  const targets = targetPorts(destinations, cluster, agent.ref.namespace, settings.endpoints.unresolved);
  return { ports: [...ports, ...targets.ports], findings: [...services.findings, ...targets.findings] };
}

function mentioned(select: Select, kinds: readonly string[], names: readonly Mention[]): Selected {
  return names.length === 0 ? { manifests: [], findings: [] } : select(kinds, [...new Set(names)]);
}

/** What may go wrong with the agent as it will be. Of a resource that cannot be read a warning knows nothing, nothing more. */
function warnings(
  agent: Pick<Subject, "agent" | "before" | "hasSidecar" | "settings">,
  { backends, prometheusInput: scrapes, pipelines, tokens, untoldTokens }: Demand,
  select: Select,
): Finding[] {
  const ask: Ask = (kinds, mentioning) => select(kinds, mentioning).manifests;
  return lint({ ...agent, backends, scrapes, pipelines, tokens, untoldTokens, ask });
}

/** The agent as plain data with a change made; without a change as it is. */
export function rewritten(agent: Manifest, change: Change | undefined): Manifest {
  if (change === undefined) return agent;
  return { ...agent, object: applyChange(agent.object as Value, change) as Manifest["object"] };
}

/** Which pipeline asked for which port. */
function requests({ backends }: Backends, tokens: readonly Backend[]): Finding[] {
  const asked = [
    ...backends,
    ...tokens.map((token) => ({ ...token, shown: `its OAuth2 token endpoint ${token.shown}` })),
  ];
  return asked.map(({ about, port, shown }) => findingAt(about, "info", { cause: `asks for port ${port}: ${shown}` }));
}

function noPipelines(agent: Manifest, settings: Settings, pipelines: readonly Manifest[]): Finding {
  const also = settings.ports.additional.length === 0 ? " or set ports.additional," : "";
  const counts = new Map<LeftOut, number>();
  for (const pipeline of pipelines.filter(isMetricPipeline)) {
    const why = leftOutBy(pipeline, selectionOf(settings));
    if (why !== undefined) counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  const leftOut = [...counts].map(([why, count]) => `, ${count} left out by ${why}`).join("");
  const change = counts.has("pipelines.selector") ? "correct pipelines.selector, or " : "";
  return findingAt(agent, "warning", {
    cause: `no MetricPipeline reaches the agent, so that no backend's port goes through the sidecar${leftOut}`,
    remedy: `${change}add the MetricPipelines to the input,${also} or set trafficInterception: "Off"`,
  });
}
