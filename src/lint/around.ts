import { WORKLOADS } from "../cluster/whereabouts.ts";
import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import type { Scene } from "./warning.ts";

/** What of the stream tells where a host is, for `whereIsHost`: narrow, so that little is parsed. */
export function around(host: string, { agent, ask }: Scene): Manifest[] {
  const name = host.toLowerCase().replace(/\.$/, "");
  const [service = "", namespace = agent.manifest.ref.namespace ?? ""] = name.split(".");
  const near = ask(["Service", "ServiceEntry", "Namespace"], [name, service, namespace]);
  const selectors = near.flatMap(({ ref, object }) => {
    const selector = ref.kind === "Service" && ref.name === service && valueAt(object, "spec", "selector");
    return isRecord(selector) ? [Object.values(selector).filter((value) => typeof value === "string")] : [];
  });
  const pods =
    selectors.length === 0
      ? []
      : ask(
          WORKLOADS,
          selectors.map((all) => ({ all })),
        );
  return [...near, ...ask(["PeerAuthentication"]), ...pods];
}
