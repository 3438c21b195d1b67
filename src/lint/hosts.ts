import { nameOf } from "../cluster/host-names.ts";
import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { listAt } from "../telemetry/plain-data.ts";
import type { Backend } from "../telemetry/backend.ts";
import type { Scene } from "./warning.ts";

/**
 * The full name of the Service of the cluster that a host may mean (kubernetes.io/docs, DNS for Services and Pods); undefined
 * for a host that is none. Two labels are a Service and its namespace, or a short domain: the name alone does not say.
 */
export function serviceName(host: string, agentNamespace: string | undefined): string | undefined {
  const labels = nameOf(host).split(".");
  const [service = "", namespace = agentNamespace ?? "default", svc] = labels;
  if (/^\d+$/.test(labels.at(-1) ?? "") || host.includes(":")) return undefined;
  return labels.length <= 2 || svc === "svc" ? `${service}.${namespace}.svc.cluster.local` : undefined;
}

/**
 * The peers whose host means a Service of the stream, with that Service and the entry of its `spec.ports` for the peer's port:
 * the one for TCP if there is one.
 */
export function servedPeers({ peers, namespace, ask }: Scene): {
  peer: Backend;
  service: Manifest;
  entry: Readonly<Record<string, unknown>> | undefined;
}[] {
  const names = peers.map(({ host }) => (host === undefined ? undefined : serviceName(host, namespace)));
  const first = new Set(names.flatMap((name) => name?.slice(0, name.indexOf(".")) ?? []));
  const services = first.size === 0 ? [] : ask(["Service"], [...first]);
  // The first of one name counts.
  const byName = new Map(
    services.toReversed().map((each) => [`${each.ref.name}.${each.ref.namespace ?? ""}.svc.cluster.local`, each]),
  );
  return peers.flatMap((peer, at) => {
    const service = byName.get(names[at] ?? "");
    if (service === undefined) return [];
    const ports = listAt(service.object, "spec", "ports").filter(isRecord);
    const entries = ports.filter((each) => each["port"] === peer.port);
    return [{ peer, service, entry: entries.find((each) => (each["protocol"] ?? "TCP") === "TCP") ?? entries[0] }];
  });
}
