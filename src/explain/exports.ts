import type { Cluster } from "../cluster/cluster.ts";
import type { Whereabouts } from "../cluster/whereabouts.ts";
import { whereIsHost } from "../cluster/whereabouts.ts";
import type { Manifest } from "../base/manifest.ts";
import type { Backend } from "../telemetry/backends.ts";
import { readMetricPipeline } from "../telemetry/metric-pipeline.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { lookUpSecret } from "../telemetry/secrets.ts";
import type { Secrets } from "../telemetry/secrets.ts";
import { readTokenEndpoint } from "../telemetry/token-endpoints.ts";
import type { DecideWay } from "./decide-way.ts";
import type { Flow } from "./flow.ts";

/** What the flows to backends and their token endpoints are told from. */
export interface ExportContext {
  /** Secrets that may hold an endpoint; their values decide, and are never shown. */
  secrets: Secrets;
  cluster: Cluster;
  agentNamespace: string | undefined;
  decideWay: DecideWay;
}

/** The push of one MetricPipeline to its backend. */
export function exportFlow(backend: Backend, context: ExportContext): Flow {
  const { pipeline, port, host, shown } = backend;
  const protocol = readMetricPipeline(pipeline).pipeline?.settings.protocol ?? "grpc";
  const where: Whereabouts =
    host === undefined ? { place: "not told" } : whereIsHost(host, context.agentNamespace, context.cluster);
  const way = context.decideWay(port, where.address);
  return {
    kind: "export",
    by: `MetricPipeline/${pipeline.ref.name}`,
    target: shown,
    protocol,
    port,
    ...placed(where),
    ...way,
    tls: encryption(isEncrypted(pipeline, protocol, context.secrets), way.decider.way === "direct", where),
  };
}

/** The call for an OAuth2 token that a MetricPipeline's push needs, or why its port cannot be told; undefined for none. */
export function tokenFlow(pipeline: Manifest, context: ExportContext): Flow | string | undefined {
  const token = readTokenEndpoint(pipeline, context.secrets);
  if (token === undefined) return undefined;
  const by = `MetricPipeline/${pipeline.ref.name}`;
  if ("cause" in token) return `${by}: its OAuth2 token endpoint cannot be told: ${token.cause}`;
  const { port, host, isFromSecret, isEncrypted: isTls } = token;
  const where: Whereabouts =
    host === undefined || isFromSecret
      ? { place: "not told" }
      : whereIsHost(host, context.agentNamespace, context.cluster);
  const way = context.decideWay(port, where.address);
  return {
    kind: "token",
    by,
    target: token.shown,
    protocol: isTls ? "https" : "http",
    port,
    ...placed(where),
    ...way,
    tls: encryption(isTls, way.decider.way === "direct", where),
  };
}

function placed({ place, peerAuthentication }: Whereabouts): Pick<Flow, "place" | "peerAuthentication"> {
  return { place, ...(peerAuthentication === undefined ? {} : { peerAuthentication }) };
}

/** Who encrypts a push: the agent itself, else the sidecar towards the mesh, else nobody. */
function encryption(
  byAgent: boolean | undefined,
  isDirect: boolean,
  { place, peerAuthentication }: Whereabouts,
): string {
  const isMesh = place === "in the mesh" || place === "in the mesh, ambient";
  if (byAgent === undefined) return "not told";
  if (byAgent) return "agent";
  if (isDirect) return isMesh && peerAuthentication === "STRICT" ? "none: refused, STRICT" : "none";
  if (isMesh) return peerAuthentication === "DISABLE" ? "none" : "sidecar (mTLS)";
  return place === "in the cluster" || place === "not told" ? "sidecar, if in the mesh" : "none";
}

/**
 * Whether the exporter itself uses TLS: `http://` and `tls.insecure` turn it off (telemetry-manager:
 * internal/otelcollector/config/common). Undefined where the endpoint cannot be read.
 */
function isEncrypted(pipeline: Manifest, protocol: string, secrets: Secrets): boolean | undefined {
  const output = ["spec", "output", "otlp"] as const;
  const url = textOf(valueAt(pipeline.object, ...output, "endpoint"), secrets);
  if (url === undefined) return undefined;
  const insecure = valueAt(pipeline.object, ...output, "tls", "insecure") === true;
  return protocol === "http" ? /^https:/i.test(url) : !/^http:/i.test(url) && !insecure;
}

/** The text of a field that holds `value` or `valueFrom.secretKeyRef`; undefined where it cannot be read. */
function textOf(source: unknown, secrets: Secrets): string | undefined {
  const value = valueAt(source, "value");
  if (typeof value === "string" && value !== "") return value;
  const [name, namespace, key] = ["name", "namespace", "key"].map((field) =>
    valueAt(source, "valueFrom", "secretKeyRef", field),
  );
  if (typeof name !== "string" || typeof namespace !== "string" || typeof key !== "string") return undefined;
  const found = lookUpSecret({ name, namespace, key }, secrets);
  return found.kind === "value" ? found.value : undefined;
}
