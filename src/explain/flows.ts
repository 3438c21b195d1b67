import type { Manifest } from "../base/manifest.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { annotatedPorts, isLeftOut, scrapesOf, type Scrape } from "../cluster/scrapes.ts";
import { whereIsHost, whereIsNamespace, whereIsService, type Place, type Whereabouts } from "../cluster/whereabouts.ts";
import type { ConfigScrapes } from "../collector/config-scrapes.ts";
import type { Backend } from "../telemetry/backend.ts";
import { isMetricPipeline } from "../telemetry/metric-pipeline.ts";
import type { DecideWay } from "./decide-way.ts";
import type { Flow } from "./flow.ts";

/** What decides where a flow goes and who encrypts it. */
export interface FlowContext {
  cluster: Cluster;
  agentNamespace: string | undefined;
  decideWay: DecideWay;
  /** True when the agent has the certificates of the mesh. */
  hasCertificates: boolean;
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
  { input: "runtime", target: "kubelet", port: 10250, protocol: "https", place: "in the cluster", tls: "agent" },
];

/** The agent's scrapes: the pods and Services that the stream annotates, and what the enabled inputs read besides. */
export function scrapeFlows(inputs: readonly string[], { cluster, decideWay, hasCertificates }: FlowContext): Flow[] {
  const fixed = FIXED.filter(({ input }) => inputs.includes(input)).map(({ input, ...flow }): Flow => {
    return { kind: "scrape", by: `input ${input}`, ...flow, ...decideWay(flow.port) };
  });
  if (!inputs.includes("prometheus")) return fixed;
  const scrapes = cluster.manifests.flatMap((manifest) => scrapesOf(manifest, cluster));
  return [...scrapes.map((scrape) => scrapeFlow(scrape, decideWay(scrape.port), hasCertificates)), ...fixed];
}

/** What an agent reads by its own configuration: what that names, and what the stream annotates where its jobs go by that. */
export function configuredFlows({ targets, byAnnotation }: ConfigScrapes, context: FlowContext): Flow[] {
  const { cluster, decideWay, agentNamespace } = context;
  const named = targets.map(({ by, target, port, host, scheme }): Flow => {
    const where: Whereabouts =
      host === undefined ? { place: "in the cluster" } : whereIsHost(host, agentNamespace, cluster);
    const { place, peerAuthentication, address = host } = where;
    const shown = { target, protocol: scheme, port, place, peerAuthentication };
    return { kind: "scrape", by, ...shown, ...decideWay(port, address), tls: scheme === "https" ? "agent" : "none" };
  });
  const annotated = (byAnnotation ? cluster.manifests : []).flatMap((manifest) =>
    annotatedPorts(manifest, cluster).map((port): Flow => {
      const { ref } = manifest;
      const where =
        ref.kind === "Service" ? whereIsService(manifest, cluster) : whereIsNamespace(ref.namespace, cluster);
      const { place, peerAuthentication } = where;
      const shown = { target: nameOf(manifest), protocol: "http or https", port, place, peerAuthentication };
      return { kind: "scrape", by: "jobs by annotation", ...shown, ...decideWay(port), tls: "not told" };
    }),
  );
  return [...named, ...annotated];
}

/** What asks to be scraped and is not, one clause each. */
export function leftOutScrapes(inputs: readonly string[], { cluster }: FlowContext): string[] {
  if (!inputs.includes("prometheus")) return [];
  return cluster.manifests
    .filter((manifest) => isLeftOut(manifest, cluster))
    .map(
      (manifest) =>
        `${nameOf(manifest)}: its pods are annotated for scraping and have a sidecar, and such pods are scraped by an annotated Service alone`,
    );
}

function scrapeFlow(scrape: Scrape, way: ReturnType<DecideWay>, hasCertificates: boolean): Flow {
  const { target, port, scheme, place, peerAuthentication } = scrape;
  const shown = { target: nameOf(target), protocol: scheme, port, place, peerAuthentication };
  return { kind: "scrape", by: "input prometheus", ...shown, ...way, tls: scrapeEncryption(scrape, hasCertificates) };
}

function nameOf({ ref: { kind, namespace, name } }: Manifest): string {
  return `${kind}/${namespace ? `${namespace}/` : ""}${name}`;
}

/**
 * Who encrypts a scrape, and who ends that: a sidecar takes the certificates of the mesh where it is STRICT. One that is
 * PERMISSIVE ends the TLS of sidecars alone and hands any other to the application (istio:
 * pilot/pkg/networking/core/filterchain_options.go). The agent's own sidecar adds nothing to a scrape of a pod's address.
 */
function scrapeEncryption(
  { scheme, place, peerAuthentication, isCaptured, target }: Scrape,
  hasCertificates: boolean,
): string {
  if (scheme === "http or https") return "agent, if in the mesh";
  const isPod = target.ref.kind !== "Service";
  if (scheme === "http") {
    const isRefused =
      place.startsWith("in the mesh") && peerAuthentication === "STRICT" && (isCaptured || place !== "in the mesh");
    if (isRefused) return "none: refused, STRICT";
    return isPod && place === "in the cluster" ? "none; not scraped if in the mesh" : "none";
  }
  if (place !== "in the mesh") return "agent";
  if (!isCaptured) return "agent, to the application: its sidecar does not answer there";
  if (!hasCertificates) return "agent, without the mesh's certificates";
  if (peerAuthentication === "STRICT") return "agent, by the mesh's certificates";
  if (peerAuthentication === undefined) return "agent, by the mesh's certificates, if STRICT";
  return `agent, to the application: its sidecar ends no such TLS, ${peerAuthentication}`;
}
