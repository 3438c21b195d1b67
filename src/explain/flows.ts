import type { Manifest } from "../base/manifest.ts";
import { scrapedPorts, scrapeTarget, type Cluster } from "../cluster/cluster.ts";
import { whereIsHost, whereIsNamespace, whereIsService, type Place, type Whereabouts } from "../cluster/whereabouts.ts";
import type { Backend } from "../telemetry/backend.ts";
import { isMetricPipeline } from "../telemetry/metric-pipeline.ts";
import type { DecideWay } from "./decide-way.ts";
import type { Flow } from "./flow.ts";

/** What decides where a flow goes and who encrypts it. */
export interface FlowContext {
  cluster: Cluster;
  agentNamespace: string | undefined;
  decideWay: DecideWay;
}

/** The push to a backend, or the call for the tokens that it needs. */
export function backendFlow(
  { role, about, by, port, host, shown, protocol, isEncrypted }: Backend,
  context: FlowContext,
): Flow {
  const caller = isMetricPipeline(about) ? `MetricPipeline/${about.ref.name}` : by;
  const kind = role === "backend" ? "export" : "token";
  return callFlow({ kind, by: caller, target: shown, protocol, port }, host, isEncrypted, context);
}

function callFlow(
  call: Pick<Flow, "kind" | "by" | "target" | "protocol" | "port">,
  host: string | undefined,
  isEncrypted: boolean | undefined,
  { agentNamespace, cluster, decideWay }: FlowContext,
): Flow {
  const where: Whereabouts = host === undefined ? { place: "not told" } : whereIsHost(host, agentNamespace, cluster);
  const { place, peerAuthentication, address } = where;
  const way = decideWay(call.port, address);
  return {
    ...call,
    place,
    peerAuthentication,
    ...way,
    tls: encryption(isEncrypted, way.decider.way === "direct", where),
  };
}

/** Who encrypts a push: the agent itself, else the sidecar towards the mesh, else nobody. */
function encryption(
  byAgent: boolean | undefined,
  isDirect: boolean,
  { place, peerAuthentication }: Whereabouts,
): string {
  const isMesh = place.startsWith("in the mesh");
  if (byAgent === undefined) return "not told";
  if (byAgent) return "agent";
  if (isDirect) return isMesh && peerAuthentication === "STRICT" ? "none: refused, STRICT" : "none";
  if (isMesh) return peerAuthentication === "DISABLE" ? "none" : "sidecar (mTLS)";
  return place === "in the cluster" || place === "not told" ? "sidecar, if in the mesh" : "none";
}

/** What the inputs read besides what the stream names (telemetry-manager: internal/otelcollector/config/metricagent). */
const FIXED: readonly { input: string; target: string; port: number; protocol: string; place: Place; tls: string }[] = [
  { input: "istio", target: "sidecars, own metrics", port: 15090, protocol: "http", place: "in the mesh", tls: "none" },
  {
    input: "prometheus",
    target: "sidecars, merged metrics",
    port: 15020,
    protocol: "http",
    place: "in the mesh",
    tls: "none",
  },
  { input: "prometheus", target: "istiod", port: 15014, protocol: "http", place: "in the cluster", tls: "none" },
  { input: "runtime", target: "kubelet", port: 10250, protocol: "https", place: "in the cluster", tls: "agent" },
];

/** The agent's scrapes: the workloads and Services that the stream annotates, and what the enabled inputs read besides. */
export function scrapeFlows(inputs: readonly string[], { cluster, decideWay }: FlowContext): Flow[] {
  const fixed = FIXED.filter(({ input }) => inputs.includes(input)).map(({ input, ...flow }): Flow => {
    return { kind: "scrape", by: `input ${input}`, ...flow, ...decideWay(flow.port) };
  });
  if (!inputs.includes("prometheus")) return fixed;
  return [...cluster.manifests.flatMap((manifest) => annotatedFlows(manifest, cluster, decideWay)), ...fixed];
}

function annotatedFlows(manifest: Manifest, cluster: Cluster, decideWay: DecideWay): Flow[] {
  const target = scrapeTarget(manifest);
  if (target === undefined) return [];
  const { kind, namespace, name } = manifest.ref;
  const where =
    kind === "Service" ? whereIsService(manifest, cluster) : whereIsNamespace(namespace, cluster, target.labels);
  const { place, peerAuthentication } = where;
  const protocol = schemeOf(target.annotations["prometheus.io/scheme"], place);
  return scrapedPorts(target).map((port): Flow => {
    const way = decideWay(port);
    return {
      kind: "scrape",
      by: "input prometheus",
      target: `${kind}/${namespace ? `${namespace}/` : ""}${name}`,
      protocol,
      port,
      place,
      peerAuthentication,
      ...way,
      tls: scrapeEncryption(protocol, way.decider.way === "direct", where),
    };
  });
}

/**
 * The annotated scheme, else https where a sidecar answers (telemetry-manager: inferSchemeFromIstioInjectedLabel in
 * internal/otelcollector/config/metricagent/prometheus_receiver.go).
 */
function schemeOf(annotation: unknown, place: Place): string {
  if (annotation === "http" || annotation === "https") return annotation;
  if (place === "in the mesh") return "https";
  return place === "in the cluster" ? "http or https" : "http";
}

/** A STRICT workload answers only who has certificates; the sidecar adds none to a scrape of a pod's address. */
function scrapeEncryption(scheme: string, isDirect: boolean, where: Whereabouts): string {
  if (scheme === "https") return where.place === "in the mesh" ? "agent, by the mesh's certificates" : "agent";
  if (scheme === "http or https") return "agent, if in the mesh";
  return isDirect ? encryption(false, isDirect, where) : "none";
}
