import { AGENT_KINDS } from "../agent/agent-kind.ts";
import { findAgent } from "../agent/find-agent.ts";
import { interceptionFor, planAgent } from "../agent/plan-agent.ts";
import { Cluster, WORKLOADS } from "../cluster/cluster.ts";
import { ownScrapeMentions, ownScrapes, plainMetricsPorts } from "../cluster/own-metrics.ts";
import { targetPorts } from "../cluster/target-ports.ts";
import { readSettings } from "../config/read-settings.ts";
import type { Settings } from "../config/schema.ts";
import { findingAt, hasError, type Finding } from "../base/finding.ts";
import { lint, lintInput } from "../lint/lint.ts";
import { isNearKind } from "../lint/nearly-right.ts";
import type { Ask, Subject } from "../lint/warning.ts";
import { isLocalConfig, type Manifest } from "../base/manifest.ts";
import type { Backend } from "../telemetry/backend.ts";
import { isMetricPipeline } from "../telemetry/metric-pipeline.ts";
import { leftOutBy, type LeftOut } from "../telemetry/select.ts";
import { applyChange } from "../yaml/edit/apply-change.ts";
import type { Change, Value } from "../yaml/edit/change.ts";
import { withReadFolder } from "./certificate-path.ts";
import { demandOf, interceptedOf, selectionOf, type Demand } from "./demand.ts";
import { mentioned, type Select } from "./select.ts";

/** What is to be done, and all findings in the order of the steps: config, backends, agent. */
export interface Decision {
  /** The one workload that changes, and how; absent when nothing does or nothing may because of an error. */
  rewrite?: { agent: Manifest; change: Change };
  /** The agent, where exactly one was found. */
  agent?: Manifest;
  /** Where the agent pushes; absent where an error came before. */
  demand?: Demand;
  findings: Finding[];
}

/**
 * All steps on one page: settings, backends, agent, change. All problems are reported at once; with an error there is no
 * change, and no report of a change that was not made.
 */
export function decide(config: Manifest | undefined, selectAny: Select): Decision {
  const select = withoutLocalConfig(selectAny);
  const { settings, findings: configFindings } = readSettings(config);
  const { agent, unreadable, ofOtherGroup } = findAgent(select, settings.agent);
  const found = "severity" in agent ? undefined : agent;
  const { manifests: pipelines, findings: ofPipelines } = select(["MetricPipeline"]);
  const demand = demandOf(settings, select, pipelines, found?.repeatedKey ? undefined : found);
  const input = { pipelines, others: [...ofOtherGroup, ...nearKinds(selectAny)], agent: found };
  const ofDemand = [...ofPipelines, ...demand.findings];
  const findings = [...configFindings, ...ofDemand, ...unreadable, ...lintInput(input, settings)];
  // Settings that could not be read say nothing about the agent, and items that could not be read may be it.
  if (hasError([...configFindings, ...unreadable])) return unchanged(findings);
  if ("severity" in agent) return unchanged([...findings, agent]);
  if (agent.repeatedKey) return { agent, ...unchanged([...findings, agent.repeatedKey]) };
  const interception = interceptionFor(settings.trafficInterception, demand.prometheusInput);
  const wanted = interceptedOf(settings, select, demand, agent);
  if (interception.sidecar && !hasError(ofDemand)) {
    if (demand.selected === 0) findings.push(noPipelines(agent, settings, pipelines, demand.unread));
    else if (demand.source === "AgentConfig" && wanted.backends.length === 0) findings.push(noBackends(agent, demand));
  }
  const ports = portsOf(settings, select, [...wanted.backends, ...wanted.tokens], agent);
  const services = mentioned(select, ["Service"], ownScrapeMentions(agent));
  const plainMetrics = plainMetricsPorts(ownScrapes(agent, services.manifests));
  const asking = demand.source === "AgentConfig" ? "exporter" : "MetricPipeline";
  const folder = withReadFolder(settings, demand.scrapes?.certificateFolders ?? [], agent);
  if (interception.certificates) findings.push(...folder.findings);
  const plan = planAgent(agent, folder.settings, interception, { backends: ports.ports, asking, plainMetrics });
  findings.push(...wanted.findings, ...ports.findings, ...services.findings, ...plan.findings);
  if (!hasError(findings)) {
    const after = rewritten(agent, plan.change);
    findings.push(
      ...warnings(
        {
          agent: after,
          before: agent,
          hasSidecar: interception.sidecar,
          settings,
          // Those of another agent are not this one's.
          pipelines: demand.source === "AgentConfig" ? [] : pipelines,
        },
        { ...demand, backends: wanted.backends },
        select,
      ),
    );
  }
  if (hasError(findings) || plan.change === undefined) return { agent, demand, ...unchanged(findings) };
  const asked = interception.sidecar ? requests([...wanted.backends, ...wanted.tokens]) : [];
  return { agent, demand, rewrite: { agent, change: plan.change }, findings: [...asked, ...findings] };
}

/** What may be a workload, a MetricPipeline or a function config but for a slip. */
function nearKinds(select: Select): readonly Manifest[] {
  const right = ["MetricPipeline", ...AGENT_KINDS.map(({ kind }) => kind)];
  const kinds = (select.kindsInStream?.() ?? []).filter((kind) => !right.includes(kind) && isNearKind(kind));
  return kinds.length === 0 ? [] : select(kinds).manifests;
}

/** Hands out only what reaches the cluster. */
function withoutLocalConfig(select: Select): Select {
  return (kinds, mentioning) => {
    const { manifests, findings } = select(kinds, mentioning);
    return { manifests: manifests.filter((manifest) => !isLocalConfig(manifest)), findings };
  };
}

/** The decision not to change anything, without the reports of what would have been done. */
export function unchanged(findings: readonly Finding[]): Decision {
  return { findings: findings.filter(({ severity }) => severity !== "info") };
}

/** The report when the agent's text does not allow the decided change. */
export function notEditable(agent: Manifest): Finding {
  return findingAt(agent, "error", {
    cause: `the ${agent.ref.kind} is written in a form of YAML that cannot be edited without touching more than is needed`,
    remedy: "write its pod template in plain block style, without anchors, tags or merge keys",
  });
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

/** What may go wrong with the agent as it will be. Of a resource that cannot be read a warning knows nothing, nothing more. */
function warnings(
  agent: Pick<Subject, "agent" | "before" | "hasSidecar" | "settings" | "pipelines">,
  { source, backends, prometheusInput, scrapes: configured, tokens, untoldTokens }: Demand,
  select: Select,
): Finding[] {
  const ask: Ask = (kinds, mentioning) => select(kinds, mentioning).manifests;
  // What is known of the jobs that scrape what is annotated is known of Kyma's agent alone.
  const scrapes = prometheusInput && source === "MetricPipelines";
  return lint({ ...agent, backends, scrapes, configured, tokens, untoldTokens, ask });
}

/** The agent as plain data with a change made; without a change as it is. */
export function rewritten(agent: Manifest, change: Change | undefined): Manifest {
  if (change === undefined) return agent;
  return { ...agent, object: applyChange(agent.object as Value, change) as Manifest["object"] };
}

/** Who asked for which port. */
function requests(backends: readonly Backend[]): Finding[] {
  return backends.map(({ role, about, by, port, shown }) => {
    const what = role === "backend" ? shown : `its ${role} ${shown}`;
    const who = isMetricPipeline(about) ? "" : `${by} `;
    return findingAt(about, "info", { cause: `${who}asks for port ${port}: ${what}` });
  });
}

/** All that the configuration names is the agent itself or outside. */
function noBackends(agent: Manifest, { backends }: Demand): Finding {
  const why = backends.length === 0 ? "dials" : "dials in the cluster";
  return findingAt(agent, "warning", {
    cause: `no exporter of the agent's configuration ${why} what a sidecar could carry, so that no backend's port goes through it`,
    remedy:
      'set backends.scope of the function config to All if it is to carry pushes to the outside, ports.additional, or trafficInterception: "Off"',
  });
}

function noPipelines(
  agent: Manifest,
  settings: Settings,
  pipelines: readonly Manifest[],
  unread: string | undefined,
): Finding {
  const also = settings.ports.additional.length === 0 ? " or set ports.additional," : "";
  const counts = new Map<LeftOut, number>();
  for (const pipeline of pipelines.filter(isMetricPipeline)) {
    const why = leftOutBy(pipeline, selectionOf(settings));
    if (why !== undefined) counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  const leftOut = [...counts].map(([why, count]) => `, ${count} left out by ${why}`).join("");
  const change = counts.has("pipelines.selector") ? "correct pipelines.selector, or " : "";
  return findingAt(agent, "warning", {
    cause: `no MetricPipeline reaches the agent, so that no backend's port goes through the sidecar${leftOut}${unread === undefined ? "" : `; ${unread}`}`,
    remedy: `${change}add the MetricPipelines to the input,${also} or set trafficInterception: "Off"`,
  });
}
