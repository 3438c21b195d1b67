import { findingAt, type Finding } from "../base/finding.ts";
import { isRecord } from "../base/record.ts";
import type { Backend } from "../telemetry/backend.ts";
import { listAt } from "../telemetry/plain-data.ts";
import { containerPorts, type Cluster } from "./cluster.ts";

const REMEDY =
  "add the Service to the input, or list its targetPort in ports.additional and set endpoints.unresolved: Warn";

/**
 * The target ports of the Services that backends name by host and port, for clusters whose load balancer rewrites the
 * connection at the socket, before the packet filter sees it (cilium#17276). Backends outside of the cluster have none;
 * a Service in the cluster whose target port the stream does not show is a finding.
 */
export function targetPorts(
  backends: readonly Backend[],
  cluster: Cluster,
  agentNamespace: string | undefined,
  unresolved: "Error" | "Warn",
): { ports: number[]; findings: Finding[] } {
  const ports = new Set<number>();
  const findings: Finding[] = [];
  for (const backend of backends) {
    const { about, shown, field, host = "" } = backend;
    const found = targetPortsOf(backend, cluster, agentNamespace);
    if (typeof found === "string") {
      const cause = `the targetPort behind ${shown} cannot be told: ${found}`;
      // A host of two labels is a Service and its namespace, or a domain: no reason to change nothing.
      const severity = unresolved === "Warn" || host.split(".").length === 2 ? "warning" : "error";
      findings.push(findingAt(about, severity, { cause, remedy: REMEDY }, { path: field }));
    } else if (found.length > 0) {
      const cause = `its Service leads to port ${found.join(", ")}, which goes through the sidecar too: ${shown}`;
      findings.push(findingAt(about, "info", { cause }));
      for (const port of found) ports.add(port);
    }
  }
  return { ports: [...ports], findings };
}

/** The ports of the pods of one backend's Service: none outside of the cluster, or why they cannot be told. */
export function targetPortsOf(
  { host, port }: Pick<Backend, "host" | "port">,
  cluster: Cluster,
  agentNamespace: string | undefined,
): readonly number[] | string {
  if (host === undefined) return "the host of the backend is not known at build time";
  const address = serviceAddress(host, agentNamespace);
  if (address === undefined) return [];
  const service = cluster.service(address.name, address.namespace);
  if (service === undefined) return "the Service that the host means is not in the input";
  const { name } = service.ref;
  const ports = listAt(service.object, "spec", "ports").filter(isRecord);
  const servicePort = ports.find((candidate) => candidate["port"] === port);
  if (servicePort === undefined) return `the Service ${name} has no port ${port}`;
  const target = servicePort["targetPort"] ?? port;
  if (typeof target === "number") return [target];
  if (typeof target !== "string") return `the Service ${name} has a targetPort that is neither number nor name`;
  const named = cluster
    .podsOf(service)
    .flatMap(containerPorts)
    .filter((each) => each["name"] === target);
  const numbers = named.map(({ containerPort }) => containerPort).filter((each) => typeof each === "number");
  return numbers.length > 0 ? numbers : `no pod in the input names the targetPort ${target} of the Service ${name}`;
}

/** Name and namespace of the Service that a host means (DNS-Based Service Discovery, kubernetes.io/docs); undefined for others. */
function serviceAddress(
  host: string,
  agentNamespace: string | undefined,
): { name: string; namespace: string | undefined } | undefined {
  if (/^[\d.]+$|:/.test(host)) return undefined;
  const [name = "", namespace, svc] = host.toLowerCase().replace(/\.$/, "").split(".");
  if (namespace === undefined) return { name, namespace: agentNamespace };
  return svc === undefined || svc === "svc" ? { name, namespace } : undefined;
}
