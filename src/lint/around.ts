import { Cluster, WORKLOADS } from "../cluster/cluster.ts";
import { isRecord } from "../base/record.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import type { Scene } from "./warning.ts";

/** What of the stream tells where hosts are, for `whereIsHost`: narrow, so that little is parsed, and asked for once. */
export function around(hosts: readonly string[], { agent, ask }: Scene): Cluster {
  const names = hosts.map((host) => host.toLowerCase().replace(/\.$/, ""));
  const parts = names.map((name) => name.split("."));
  const services = new Set(parts.map(([service = ""]) => service));
  const namespaces = parts.map(([, namespace = agent.manifest.ref.namespace ?? ""]) => namespace);
  const near = ask(["Service", "ServiceEntry", "Namespace"], [...new Set([...names, ...services, ...namespaces])]);
  const selectors = near.flatMap(({ ref, object }) => {
    const selector = ref.kind === "Service" && services.has(ref.name) && valueAt(object, "spec", "selector");
    return isRecord(selector) ? [Object.values(selector).filter((value) => typeof value === "string")] : [];
  });
  const mentions = selectors.map((all) => ({ all }));
  const pods = mentions.length === 0 ? [] : ask(WORKLOADS, mentions);
  return new Cluster([...near, ...ask(["PeerAuthentication"]), ...pods]);
}
