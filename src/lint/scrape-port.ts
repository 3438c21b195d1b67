import { SCRAPE, scrapedPorts, scrapeTarget } from "../cluster/scrape-targets.ts";
import { WORKLOADS } from "../cluster/cluster.ts";
import { isDataPlanePort } from "../istio/reserved.ts";
import type { Manifest } from "../base/manifest.ts";
import { interceptedPeers } from "./intercepted.ts";
import type { Peer } from "./intercepted.ts";
import type { Trouble, Warning } from "./warning.ts";

/** How many targets are named before the rest is counted. */
const NAMED = 3;

/**
 * A port is intercepted for every destination (istio: tools/istio-iptables/pkg/capture/run.go), so that scrapes of that
 * port go through the sidecar as well (istio#21402). Whoever has excluded a range, and not only single addresses, is taken
 * to have meant the pods, which are scraped by their addresses.
 */
export const scrapePort: Warning = (scene) => {
  const { interception, scrapes, ask, agent } = scene;
  const isOpen = interception.excludedRanges.every(({ family, bits }) => bits === (family === 4 ? 32 : 128));
  const excluded = new Set(interception.excludedPorts);
  const ports = interception.includedPorts.filter((port) => !excluded.has(port) && !isDataPlanePort(port));
  if (!scrapes || !isOpen || ports.length === 0) return [];
  // Many a workload names the port in other ways: as where it sends its own telemetry to.
  const mentions = ports.map((port) => ({
    all: [String(port), SCRAPE],
    like: new RegExp(`ort["']?\\s*:\\s*["']?${port}\\b`),
  }));
  const scraped = new Map<number, string[]>();
  for (const manifest of ask(["Service", ...WORKLOADS], mentions)) {
    const target = isSame(manifest, agent.manifest) ? undefined : scrapeTarget(manifest);
    for (const port of new Set(target && scrapedPorts(target))) push(scraped, port, nameOf(manifest));
  }
  if (scraped.size === 0) return [];
  const peers = new Map<number, Peer[]>();
  for (const peer of interceptedPeers(scene)) push(peers, peer.port, peer);
  return ports.flatMap((port): Trouble[] => {
    const names = scraped.get(port);
    if (names === undefined) return [];
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
    const cause = `port ${port} is intercepted for every destination, so that the scrapes of ${names.slice(0, NAMED).join(", ")}${more} go through the sidecar as well; they fail under REGISTRY_ONLY, and where it adds mTLS to that of the agent`;
    const asking = peers.get(port) ?? [];
    const remedy = "set bypass.ipRanges of the function config to the range of the cluster's pods";
    if (asking.length === 0) return [{ cause, remedy: `${remedy}, or take ${port} out of ports.additional` }];
    return asking.map(({ pipeline, role }) => ({
      cause,
      remedy: `${remedy}, or let the ${role} listen on another port`,
      about: pipeline,
    }));
  });
};

function push<Value>(map: Map<number, Value[]>, port: number, value: Value): void {
  const list = map.get(port);
  if (list) list.push(value);
  else map.set(port, [value]);
}

function isSame({ ref }: Manifest, other: Manifest): boolean {
  return ref.kind === other.ref.kind && ref.name === other.ref.name && ref.namespace === other.ref.namespace;
}

function nameOf({ ref }: Manifest): string {
  return `${ref.kind} ${ref.namespace === undefined ? "" : `${ref.namespace}/`}${ref.name}`;
}
