import { SCRAPE, scrapedPorts, scrapeTarget, WORKLOADS } from "../cluster/cluster.ts";
import { isDataPlanePort } from "../istio/reserved.ts";
import type { Backend } from "../telemetry/backend.ts";
import { isAgent, type Scene, type Trouble } from "./warning.ts";

/** How many targets are named before the rest is counted. */
const NAMED = 3;

/**
 * A port is intercepted for every destination (istio: tools/istio-iptables/pkg/capture/run.go), so that scrapes of that
 * port go through the sidecar as well (istio#21402). Whoever has excluded a range, and not only single addresses, is taken
 * to have meant the pods, which are scraped by their addresses.
 */
export function* scrapePort(scene: Scene): Iterable<Trouble> {
  const { interception, scrapes, ask } = scene;
  const isOpen = interception.excludedRanges.every(({ family, bits }) => bits === (family === 4 ? 32 : 128));
  const excluded = new Set(interception.excludedPorts);
  const ports = interception.includedPorts.filter((port) => !excluded.has(port) && !isDataPlanePort(port));
  if (!scrapes || !isOpen || ports.length === 0) return;
  // Many a workload names the port in other ways: as where it sends its own telemetry to.
  const mentions = ports.map((port) => ({
    all: [String(port), SCRAPE],
    like: new RegExp(`ort["']?\\s*:\\s*["']?${port}\\b`),
  }));
  const scraped = new Map<number, string[]>(ports.map((port) => [port, []]));
  for (const manifest of ask(["Service", ...WORKLOADS], mentions)) {
    const { kind, namespace, name } = manifest.ref;
    const target = isAgent(manifest, scene) ? undefined : scrapeTarget(manifest);
    for (const port of new Set(target && scrapedPorts(target))) {
      scraped.get(port)?.push(`${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`);
    }
  }
  const asking = new Map<number, Backend[]>(ports.map((port) => [port, []]));
  for (const peer of scene.peers) asking.get(peer.port)?.push(peer);
  for (const [port, names] of scraped) {
    if (names.length === 0) continue;
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
    const cause = `port ${port} is intercepted for every destination, so that the scrapes of ${names.slice(0, NAMED).join(", ")}${more} go through the sidecar as well; they fail under REGISTRY_ONLY, and where it adds mTLS to that of the agent`;
    const remedy = "set bypass.ipRanges of the function config to the range of the cluster's pods";
    const peers = asking.get(port) ?? [];
    if (peers.length === 0) yield { cause, remedy: `${remedy}, or take ${port} out of ports.additional` };
    for (const { about, role } of peers) {
      yield { cause, remedy: `${remedy}, or let the ${role} listen on another port`, about };
    }
  }
}
