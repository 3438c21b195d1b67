import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { serviceName } from "./hosts.ts";
import type { Peer } from "./intercepted.ts";
import type { Scene } from "./warning.ts";

/** The Services of the stream that the hosts of backends and token endpoints mean. */
export function servicesOf(peers: readonly Peer[], { agent, ask }: Scene): readonly Manifest[] {
  const names = peers.flatMap(({ host }) => {
    const full = host === undefined ? undefined : serviceName(host, agent.manifest.ref.namespace);
    return full === undefined ? [] : [full];
  });
  const first = names.map((name) => name.slice(0, name.indexOf(".")));
  const all = names.length === 0 ? [] : ask(["Service"], first);
  return all.filter(({ ref }) => names.some((name) => name.startsWith(`${ref.name}.${ref.namespace ?? ""}.`)));
}

/** The entry of a Service's `spec.ports` for a port: the one for TCP if there is one. */
export function servicePort(service: Manifest["object"], port: number): Readonly<Record<string, unknown>> | undefined {
  const ports = valueAt(service, "spec", "ports");
  const entries = Array.isArray(ports) ? ports.filter(isRecord).filter((each) => each["port"] === port) : [];
  return entries.find((each) => (each["protocol"] ?? "TCP") === "TCP") ?? entries[0];
}
