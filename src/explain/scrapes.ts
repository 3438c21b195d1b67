import { scrapedPorts, scrapeTarget } from "../cluster/scrape-targets.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { Place, Whereabouts } from "../cluster/whereabouts.ts";
import { whereIsNamespace, whereIsService } from "../cluster/whereabouts.ts";
import type { Manifest } from "../base/manifest.ts";
import type { DecideWay } from "./decide-way.ts";
import type { Flow } from "./flow.ts";

/** The inputs that selected MetricPipelines enable. */
export interface Inputs {
  runtime: boolean;
  prometheus: boolean;
  istio: boolean;
}

/** Endpoints that the inputs read besides those that the stream names (telemetry-manager: internal/otelcollector/config/metricagent). */
const FIXED: readonly {
  input: keyof Inputs;
  target: string;
  port: number;
  protocol: string;
  place: Place;
  tls: string;
}[] = [
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

/** The agent's scrapes: the workloads and Services that the stream annotates, and what the inputs read besides. */
export function scrapeFlows(inputs: Inputs, cluster: Cluster, decideWay: DecideWay): Flow[] {
  const annotated = inputs.prometheus
    ? cluster.manifests.flatMap((manifest) => annotatedFlow(manifest, cluster, decideWay))
    : [];
  const fixed = FIXED.filter(({ input }) => inputs[input]).map(({ input, ...flow }): Flow => ({
    kind: "scrape",
    by: `input ${input}`,
    ...flow,
    ...decideWay(flow.port),
  }));
  return [...annotated, ...fixed];
}

function annotatedFlow(manifest: Manifest, cluster: Cluster, decideWay: DecideWay): Flow[] {
  const target = scrapeTarget(manifest);
  if (target === undefined) return [];
  const where =
    manifest.ref.kind === "Service"
      ? whereIsService(manifest, cluster)
      : whereIsNamespace(manifest.ref.namespace, cluster, target.labels);
  const scheme = schemeOf(target.annotations["prometheus.io/scheme"], where.place);
  return scrapedPorts(target).map((port): Flow => {
    const way = decideWay(port);
    return {
      kind: "scrape",
      by: "input prometheus",
      target: `${manifest.ref.kind}/${manifest.ref.namespace ? `${manifest.ref.namespace}/` : ""}${manifest.ref.name}`,
      protocol: scheme,
      port,
      place: where.place,
      ...(where.peerAuthentication === undefined ? {} : { peerAuthentication: where.peerAuthentication }),
      ...way,
      tls: encryption(scheme, way.decider.way === "direct", where),
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

/** A STRICT workload answers only who has certificates; what the sidecar is made to carry to a pod it passes on as it is. */
function encryption(scheme: string, isDirect: boolean, { place, peerAuthentication }: Whereabouts): string {
  if (scheme === "https") return place === "in the mesh" ? "agent, by the mesh's certificates" : "agent";
  if (scheme === "http or https") return "agent, if in the mesh";
  return isDirect && place.startsWith("in the mesh") && peerAuthentication === "STRICT"
    ? "none: refused, STRICT"
    : "none";
}
