import type { Finding } from "../base/finding.ts";
import { isRecord } from "../base/record.ts";
import type { Backend } from "../telemetry/backends.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import type { Cluster, PodLike } from "./cluster.ts";

/** A destination of the agent's pushes, or of its calls for tokens; the field of the MetricPipeline that names it. */
export type Destination = Backend & { field: string };

/**
 * The target ports of the Services that backends name by host and port, for clusters whose load balancer rewrites the
 * connection at the socket, before the packet filter sees it (cilium#17276). Backends outside of the cluster have none;
 * a Service in the cluster whose target port the stream does not tell is a finding.
 */
export function targetPorts(
  backends: readonly Destination[],
  cluster: Cluster,
  agentNamespace: string | undefined,
  unresolved: "Error" | "Warn",
): { ports: number[]; findings: Finding[] } {
  const ports = new Set<number>();
  const findings: Finding[] = [];
  for (const backend of backends) {
    const found = targetPortsOf(backend, cluster, agentNamespace);
    if (typeof found === "string") findings.push(untold(backend, found, severityFor(backend, unresolved)));
    else if (found.length > 0) findings.push(told(backend, found));
    if (typeof found !== "string") for (const port of found) ports.add(port);
  }
  return { ports: [...ports], findings };
}

/** The ports of the pods behind one backend's Service: none outside of the cluster, or why they cannot be told. */
export function targetPortsOf(
  backend: Pick<Backend, "host" | "port">,
  cluster: Cluster,
  agentNamespace: string | undefined,
): readonly number[] | string {
  if (backend.host === undefined) return "the host of the backend is not known at build time";
  const address = serviceAddress(backend.host, agentNamespace);
  if (address === undefined) return [];
  const service = cluster.service(address.name, address.namespace);
  if (service === undefined) return "the Service that the host means is not in the input";
  const ports = listOf(valueAt(service.object, "spec", "ports"));
  const port = ports.find((candidate) => candidate["port"] === backend.port);
  if (port === undefined) return `the Service ${service.ref.name} has no port ${backend.port}`;
  const target = port["targetPort"] ?? backend.port;
  if (typeof target === "number") return [target];
  if (typeof target !== "string")
    return `the Service ${service.ref.name} has a targetPort that is neither number nor name`;
  const named = namedPorts(target, cluster.podsOf(service));
  return named.length > 0
    ? named
    : `no pod in the input names the targetPort ${target} of the Service ${service.ref.name}`;
}

/** Name and namespace of the Service that a host means (DNS-Based Service Discovery, kubernetes.io/docs); undefined for others. */
function serviceAddress(
  host: string,
  agentNamespace: string | undefined,
): { name: string; namespace: string | undefined } | undefined {
  const [name = "", namespace, svc] = host.toLowerCase().replace(/\.$/, "").split(".");
  if (/^[\d.]+$|:/.test(host)) return undefined;
  if (namespace === undefined) return { name, namespace: agentNamespace };
  return svc === undefined || svc === "svc" ? { name, namespace } : undefined;
}

function namedPorts(name: string, pods: readonly PodLike[]): number[] {
  const ports = pods.flatMap(({ spec }) =>
    listOf(spec["containers"]).flatMap((container) => listOf(container["ports"])),
  );
  return ports.flatMap((port) =>
    port["name"] === name && typeof port["containerPort"] === "number" ? [port["containerPort"]] : [],
  );
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function told({ pipeline, shown }: Backend, targets: readonly number[]): Finding {
  return {
    severity: "info",
    cause: `its Service leads to port ${targets.join(", ")}, which goes through the sidecar too: ${shown}`,
    resource: pipeline.ref,
    ...(pipeline.file ? { file: pipeline.file } : {}),
  };
}

/** A host of two labels is a Service and its namespace, or a domain: no reason to change nothing. */
function severityFor({ host = "" }: Backend, unresolved: "Error" | "Warn"): "error" | "warning" {
  return unresolved === "Warn" || host.split(".").length === 2 ? "warning" : "error";
}

function untold({ pipeline, shown, field }: Destination, why: string, severity: "error" | "warning"): Finding {
  return {
    severity,
    cause: `the targetPort behind ${shown} cannot be told: ${why}`,
    remedy:
      "add the Service to the input, or list its targetPort in ports.additional and set endpoints.unresolved: Warn",
    resource: pipeline.ref,
    field: { path: field },
    ...(pipeline.file ? { file: pipeline.file } : {}),
  };
}
