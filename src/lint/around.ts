import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { Cluster, WORKLOADS } from "../cluster/cluster.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { isAgent, type Scene } from "./warning.ts";

/**
 * The part of the stream that shows where these Services and pods are, the agent as it will be: their namespaces, the pods
 * that the Services select, and every PeerAuthentication. Narrow, so that little is parsed.
 */
export function clusterAround(manifests: readonly Manifest[], scene: Scene): Cluster {
  const { ask } = scene;
  const namespaces = [...new Set(manifests.flatMap(({ ref }) => ref.namespace ?? []))];
  const mentions = manifests.flatMap(({ ref, object }) => {
    const selector = ref.kind === "Service" ? valueAt(object, "spec", "selector") : undefined;
    return isRecord(selector) ? [{ all: Object.values(selector).filter((value) => typeof value === "string") }] : [];
  });
  const pods = mentions.length === 0 ? [] : ask(WORKLOADS, mentions);
  const around = namespaces.length === 0 ? [] : ask(["Namespace"], namespaces);
  const all = new Set([...manifests, ...around, ...ask(["PeerAuthentication"]), ...pods]);
  return new Cluster([...all].map((each) => (isAgent(each, scene) ? scene.agent.manifest : each)));
}
