import type { Manifest } from "../manifest.ts";
import type { Backend } from "../telemetry/backends.ts";
import { readEndpoint } from "../telemetry/endpoint.ts";
import { readMetricPipeline } from "../telemetry/metric-pipeline.ts";
import { showable } from "../telemetry/placeholder.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { lookUpSecret } from "../telemetry/secrets.ts";
import type { Whereabouts } from "./cluster.ts";
import { whereIsHost } from "./cluster.ts";
import type { DecideWay } from "./decide-way.ts";
import type { Flow } from "./flow.ts";

/** What the flows to backends and their token endpoints are told from. */
export interface ExportContext {
  /** Secrets that may hold an endpoint; their values decide, and are never shown. */
  secrets: readonly Manifest[];
  cluster: readonly Manifest[];
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
  const source = valueAt(pipeline.object, "spec", "output", "otlp", "authentication", "oauth2", "tokenURL");
  if (source === undefined) return undefined;
  const by = `MetricPipeline/${pipeline.ref.name}`;
  const { url, secret } = textOf(source, context.secrets);
  const reading =
    url === undefined
      ? undefined
      : readEndpoint(url, { protocol: "http", tls: { insecure: false, material: false }, oauth2: false });
  if (reading?.kind !== "readable") return `${by}: the port of its OAuth2 token endpoint is not known`;
  const { port, host } = reading;
  const where: Whereabouts =
    host === undefined || secret !== undefined
      ? { place: "not told" }
      : whereIsHost(host, context.agentNamespace, context.cluster);
  const way = context.decideWay(port, where.address);
  const isTls = url?.startsWith("https://") ?? false;
  return {
    kind: "token",
    by,
    target: secret === undefined ? showable(url ?? "") : `<from Secret ${secret}>:${port}`,
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
function isEncrypted(pipeline: Manifest, protocol: string, secrets: readonly Manifest[]): boolean | undefined {
  const output = ["spec", "output", "otlp"] as const;
  const { url } = textOf(valueAt(pipeline.object, ...output, "endpoint"), secrets);
  if (url === undefined) return undefined;
  const insecure = valueAt(pipeline.object, ...output, "tls", "insecure") === true;
  return protocol === "http" ? /^https:/i.test(url) : !/^http:/i.test(url) && !insecure;
}

/** The text of a field that holds `value` or `valueFrom.secretKeyRef`, and the name of the Secret that it came from. */
function textOf(source: unknown, secrets: readonly Manifest[]): { url?: string; secret?: string } {
  const value = valueAt(source, "value");
  if (typeof value === "string" && value !== "") return { url: value };
  const [name, namespace, key] = ["name", "namespace", "key"].map((field) =>
    valueAt(source, "valueFrom", "secretKeyRef", field),
  );
  if (typeof name !== "string" || typeof namespace !== "string" || typeof key !== "string") return {};
  const found = lookUpSecret({ name, namespace, key }, secrets);
  const secret = `${namespace}/${name} ${key}`;
  return found.kind === "value" ? { url: found.value, secret } : { secret };
}
