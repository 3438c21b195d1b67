import { findAgent } from "./agent/find-agent.ts";
import { interceptionFor } from "./agent/interception.ts";
import { planAgent } from "./agent/plan-agent.ts";
import { readSettings } from "./config/read-settings.ts";
import type { Settings } from "./config/schema.ts";
import { hasError } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { readManifest } from "./krm/read-manifest.ts";
import { isFinding, NeedsFullParse, readPart } from "./krm/read-part.ts";
import { isStream, readStream } from "./krm/read-stream.ts";
import { selectItems } from "./krm/select-items.ts";
import type { Stream } from "./krm/stream.ts";
import { appendResults, changePart, writeStream } from "./krm/write-stream.ts";
import type { Replacements } from "./krm/write-stream.ts";
import type { Manifest } from "./manifest.ts";
import { referencedSecrets, resolveBackends } from "./telemetry/backends.ts";
import type { Backends } from "./telemetry/backends.ts";
import { targetPorts } from "./telemetry/target-ports.ts";

/** What one run made of its input. */
export interface Outcome {
  /** The bytes to write, in pieces; those of the input where nothing was to be changed. */
  output: Uint8Array[];
  /** All that there is to tell, in the order of the story: config, backends, agent. */
  findings: Finding[];
  /** How the items were found and how many regions of the text were parsed; undefined when the input is no ResourceList. */
  effort?: { way: Stream["way"]; items: number; parsed: number };
}

/** What a caller can say besides the input. */
export interface RunOptions {
  /** A function config that takes the place of the stream's own. */
  functionConfig?: Manifest;
  /** Asks for the full parse where spans would do; the tests hold the two ways against each other. */
  way?: Stream["way"];
}

/**
 * The function: a ResourceList in, the same bytes out with the agent's DaemonSet changed as its MetricPipelines and the
 * function config ask, and results appended (functions-spec.md). With an error the items go out as they came.
 */
export function run(bytes: Uint8Array, options: RunOptions = {}): Outcome {
  const stream = readStream(bytes, options.way);
  if (!isStream(stream)) return { output: [bytes], findings: [stream] };
  try {
    const { replacements, findings } = rewrite(stream, options.functionConfig);
    const output = writeStream(stream, appendResults(stream, replacements, findings));
    return { output, findings, effort: { way: stream.way, items: stream.items.length, parsed: stream.parsed.size } };
  } catch (error) {
    if (error instanceof NeedsFullParse) return run(bytes, { ...options, way: "full parse" });
    throw error;
  }
}

/** The story on one page: settings, backends, agent, change. All that is wrong is told at once. */
function rewrite(stream: Stream, given: Manifest | undefined): { replacements: Replacements; findings: Finding[] } {
  const { settings, findings: configFindings } = settingsOf(stream, given);
  const backends = backendsOf(stream, settings);
  const daemonSets = selectItems(stream, ["DaemonSet"]);
  const findings = [...configFindings, ...resultsProblem(stream), ...backends.findings, ...daemonSets.findings];

  // Settings that could not be read say nothing about the agent.
  if (hasError(configFindings)) return unchanged(findings);
  const agent = findAgent(
    daemonSets.found.map(({ manifest }) => manifest),
    settings.agent,
  );
  const item = daemonSets.found.find(({ manifest }) => manifest === agent)?.item;
  if ("severity" in agent || item === undefined) return unchanged([...findings, ...("severity" in agent ? [agent] : [])]);

  const interception = interceptionFor(settings.trafficInterception, backends.prometheusInput);
  if (interception.sidecar && backends.selected === 0) findings.push(noPipelines(agent));
  const { ports, findings: portFindings } = portsOf(stream, settings, backends, agent);
  const plan = planAgent(agent, settings, interception, ports);
  findings.push(...portFindings, ...plan.findings);
  if (hasError(findings) || plan.change === undefined) return unchanged(findings);

  const replacements = changePart(stream, item, plan.change);
  if (replacements === undefined) return unchanged([...findings, notEditable(agent)]);
  return { replacements, findings: [...requests(backends), ...findings] };
}

function settingsOf(stream: Stream, given: Manifest | undefined): { settings: Settings; findings: Finding[] } {
  if (given !== undefined || stream.functionConfig === undefined) return readSettings(given);
  const read = readPart(stream, stream.functionConfig);
  if (!isFinding(read)) return readSettings(readManifest(read.value));
  return { settings: readSettings(undefined).settings, findings: [read] };
}

function backendsOf(stream: Stream, settings: Settings): Backends {
  const { found, findings } = selectItems(stream, ["MetricPipeline"]);
  const pipelines = found.map(({ manifest }) => manifest);
  const selection = {
    include: settings.pipelines.include,
    ...(settings.pipelines.selector ? { matchLabels: settings.pipelines.selector.matchLabels } : {}),
  };
  const names = referencedSecrets(pipelines, selection).map(({ name }) => name);
  const secrets = manifestsMentioning(stream, ["Secret", "ExternalSecret", "SealedSecret"], names);
  const unresolved = settings.endpoints.unresolved;
  const backends = resolveBackends({ ...selection, pipelines, secrets: secrets.manifests, unresolved });
  return { ...backends, findings: [...findings, ...secrets.findings, ...backends.findings] };
}

/** Ports that the agent's exporters dial, and behind them, where the cluster balances at the socket, the target ports. */
function portsOf(
  stream: Stream,
  settings: Settings,
  { backends }: Backends,
  agent: Manifest,
): { ports: number[]; findings: Finding[] } {
  const ports = backends.map(({ port }) => port);
  if (!settings.ports.socketLoadBalancer) return { ports, findings: [] };
  const names = backends.flatMap(({ host }) => (host === undefined ? [] : [host.split(".")[0] ?? host]));
  const services = manifestsMentioning(stream, ["Service"], names);
  const workloads = selectItems(stream, ["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"]);
  const targets = targetPorts(backends, {
    services: services.manifests,
    workloads: workloads.found.map(({ manifest }) => manifest),
    agentNamespace: agent.ref.namespace,
    unresolved: settings.endpoints.unresolved,
  });
  return { ports: [...ports, ...targets.ports], findings: [...services.findings, ...targets.findings] };
}

function manifestsMentioning(
  stream: Stream,
  kinds: readonly string[],
  names: readonly string[],
): { manifests: Manifest[]; findings: Finding[] } {
  if (names.length === 0) return { manifests: [], findings: [] };
  const { found, findings } = selectItems(stream, kinds, names);
  return { manifests: found.map(({ manifest }) => manifest), findings };
}

/** Results that came in are appended to, so they have to be readable. */
function resultsProblem(stream: Stream): Finding[] {
  if (stream.results === undefined) return [];
  const read = readPart(stream, stream.results);
  return isFinding(read) ? [read] : [];
}

/** An error changes nothing: what would have been done is not told as if it had been. */
function unchanged(findings: readonly Finding[]): { replacements: Replacements; findings: Finding[] } {
  return { replacements: new Map(), findings: findings.filter(({ severity }) => severity !== "info") };
}

/** Which pipeline asked for which port. */
function requests({ backends }: Backends): Finding[] {
  return backends.map(({ pipeline, port, shown }) => ({
    severity: "info",
    cause: `asks for port ${port}: ${shown}`,
    resource: pipeline.ref,
    ...(pipeline.file ? { file: pipeline.file } : {}),
  }));
}

function noPipelines(agent: Manifest): Finding {
  return {
    severity: "warning",
    cause: "no MetricPipeline reaches the agent, so that no backend's port goes through the sidecar",
    remedy: "add the MetricPipelines to the input, or set ports.additional, or trafficInterception: Off",
    resource: agent.ref,
    ...(agent.file ? { file: agent.file } : {}),
  };
}

function notEditable(agent: Manifest): Finding {
  return {
    severity: "error",
    cause: "the DaemonSet is written in a form of YAML that cannot be edited without touching more than is needed",
    remedy: "write its pod template in plain block style, without anchors, tags or merge keys",
    resource: agent.ref,
    ...(agent.file ? { file: agent.file } : {}),
  };
}
