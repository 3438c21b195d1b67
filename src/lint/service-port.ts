import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { serviceName } from "./hosts.ts";
import type { Peer } from "./intercepted.ts";
import type { Scene } from "./warning.ts";

/** The Service of the stream that the host of a backend or token endpoint means. */
export type ServiceOf = (peer: Pick<Peer, "host">) => Manifest | undefined;

/** Asks for the Services that the hosts of backends and token endpoints mean. */
export function servicesOf(peers: readonly Peer[], { agent, ask }: Scene): ServiceOf {
  const nameOf = ({ host }: Pick<Peer, "host">): string =>
    (host === undefined ? undefined : serviceName(host, agent.manifest.ref.namespace)) ?? "";
  const names = new Set(peers.map(nameOf).filter((name) => name !== ""));
  const first = new Set([...names].map((name) => name.slice(0, name.indexOf("."))));
  const found = new Map<string, Manifest>();
  for (const service of names.size === 0 ? [] : ask(["Service"], [...first])) {
    const name = `${service.ref.name}.${service.ref.namespace ?? ""}.svc.cluster.local`;
    if (names.has(name) && !found.has(name)) found.set(name, service);
  }
  return (peer) => found.get(nameOf(peer));
}

/** The entry of a Service's `spec.ports` for a port: the one for TCP if there is one. */
export function servicePort(service: Manifest["object"], port: number): Readonly<Record<string, unknown>> | undefined {
  const ports = valueAt(service, "spec", "ports");
  const entries = Array.isArray(ports) ? ports.filter(isRecord).filter((each) => each["port"] === port) : [];
  return entries.find((each) => (each["protocol"] ?? "TCP") === "TCP") ?? entries[0];
}
