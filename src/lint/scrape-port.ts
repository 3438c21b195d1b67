import { addTo } from "../base/record.ts";
import type { Manifest } from "../base/manifest.ts";
import { WORKLOADS } from "../cluster/cluster.ts";
import { annotatedPorts, SCRAPE, scrapesOf, type Scrape } from "../cluster/scrapes.ts";
import type { ConfigScrapes } from "../collector/config-scrapes.ts";
import { isDataPlanePort } from "../istio/reserved.ts";
import type { Backend } from "../telemetry/backend.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { clusterAround } from "./around.ts";
import { registryOnlyPolicy } from "./registry-only.ts";
import { isAgent, type Scene, type Trouble } from "./warning.ts";

/** How many targets are named before the rest is counted. */
const NAMED = 3;

/**
 * A port is intercepted for every destination (istio: tools/istio-iptables/pkg/capture/run.go), so that scrapes of that
 * port go through the sidecar as well (istio#21402). Whoever has excluded a range, and not only single addresses, is taken
 * to have meant the pods, which are scraped by their addresses.
 */
export function* scrapePort(scene: Scene): Iterable<Trouble> {
  const { interception, scrapes } = scene;
  const isOpen = interception.excludedRanges.every(({ family, bits }) => bits === (family === 4 ? 32 : 128));
  const excluded = new Set(interception.excludedPorts);
  const ports = interception.includedPorts.filter((port) => !excluded.has(port) && !isDataPlanePort(port));
  if (!isOpen || ports.length === 0) return;
  if (scene.configured) yield* configuredTroubles(ports, scene.configured, scene);
  if (!scrapes) return;
  const scraped = scrapesAt(ports, scene);
  const policy = scraped.size === 0 ? undefined : registryOnlyPolicy(scene);
  for (const [port, targets] of scraped) {
    const named = targets.slice(0, NAMED).map((scrape) => `${nameOf(scrape)} (${fateOf(scrape, policy)})`);
    const more = targets.length > NAMED ? ` and ${targets.length - NAMED} more` : "";
    const through = `through the sidecar, and so do the scrapes of ${named.join(", ")}${more}`;
    const doubt = policy === undefined ? "; where the mesh is REGISTRY_ONLY, they fail" : "";
    const cause = (pushes: string): string =>
      `port ${port} is intercepted for every destination: ${pushes} ${through}${doubt}`;
    const remedy = "set bypass.ipRanges of the function config to the range of the cluster's pods";
    const peers = scene.peers.filter((peer) => peer.port === port);
    if (peers.length === 0) {
      yield { cause: cause("what is pushed there goes"), remedy: `${remedy}, or take ${port} out of ports.additional` };
    }
    for (const peer of peers) {
      yield {
        cause: cause(`the ${pushOf(peer)} goes`),
        remedy: `${remedy}, or let the ${peer.role} listen on another port`,
        about: peer.about,
      };
    }
  }
}

/** What the agent's own configuration reads at these ports: targets that it names, and what is annotated. */
function* configuredTroubles(ports: readonly number[], configured: ConfigScrapes, scene: Scene): Iterable<Trouble> {
  const named = new Map<number, string[]>();
  for (const { port, by, target } of configured.targets) addTo(named, port, `${target} (${by})`);
  if (configured.byAnnotation) {
    const candidates = annotatedCandidates(ports, scene);
    const cluster = candidates.length === 0 ? undefined : clusterAround(candidates, scene);
    for (const target of cluster ? candidates : []) {
      for (const port of new Set(cluster ? annotatedPorts(target, cluster) : []))
        addTo(named, port, nameOf({ target }));
    }
  }
  for (const port of ports.filter((each) => named.has(each))) {
    const targets = named.get(port) ?? [];
    const more = targets.length > NAMED ? ` and ${targets.length - NAMED} more` : "";
    const peer = scene.peers.find((each) => each.port === port);
    yield {
      cause: `port ${port} is intercepted for every destination: with ${peer ? `the ${pushOf(peer)}` : "what is pushed there"} the scrapes of ${targets.slice(0, NAMED).join(", ")}${more} go through the sidecar as well`,
      remedy:
        "exclude those destinations by bypass.ipRanges of the function config, or let the backend listen on another port",
      ...(peer && { about: peer.about, field: { path: peer.field } }),
    };
  }
}

/** The scrapes of these ports, by port. */
function scrapesAt(ports: readonly number[], scene: Scene): Map<number, Scrape[]> {
  const candidates = annotatedCandidates(ports, scene);
  const byPort = new Map<number, Scrape[]>();
  if (candidates.length === 0) return byPort;
  const cluster = clusterAround(candidates, scene);
  for (const scrape of candidates.flatMap((manifest) => scrapesOf(manifest, cluster))) {
    if (ports.includes(scrape.port)) addTo(byPort, scrape.port, scrape);
  }
  return byPort;
}

/** What may be annotated and scraped at these ports. */
function annotatedCandidates(ports: readonly number[], scene: Scene): Manifest[] {
  // Many a workload names the port in other ways: as where it sends its own telemetry to.
  const mentions = ports.map((port) => ({
    all: [String(port), SCRAPE],
    like: new RegExp(`ort["']?\\s*:\\s*["']?${port}\\b`),
  }));
  const byName = { all: [SCRAPE], like: /targetPort["']?\s*:\s*["']?[a-z]/ };
  return [...scene.ask(["Service"], [...mentions, byName]), ...scene.ask(WORKLOADS, mentions)].filter(
    (manifest) => !isAgent(manifest, scene),
  );
}

/**
 * What becomes of a scrape that goes through the agent's sidecar. A pod's address is no host that the sidecar knows, so that
 * it passes the connection on as it is, unless the mesh lets out what it knows alone; the pods of a headless Service it does
 * know, and adds its own mTLS (istio#3398). Where a Service declares a port as HTTP, TLS on it is no HTTP
 * (istio.io/latest/docs/ops/common-problems/network-issues, Sending HTTPS to an HTTP port).
 */
function fateOf(
  { target, scheme, place, peerAuthentication, isCaptured }: Scrape,
  policy: Manifest | undefined,
): string {
  const isInMesh = place.startsWith("in the mesh");
  if (valueAt(target.object, "spec", "clusterIP") === "None" && isInMesh) {
    return scheme === "http" ? "http: the sidecar adds its mTLS" : "https: encrypted twice, and not answered";
  }
  if (policy !== undefined) return `${scheme}: refused, ${policy.ref.kind} ${policy.ref.name} says REGISTRY_ONLY`;
  if (scheme === "http" && isInMesh && isCaptured && peerAuthentication === "STRICT") {
    return "http: passed on in plain text and refused, the target is STRICT";
  }
  return scheme === "http"
    ? "http: passed on in plain text"
    : `${scheme}: passed on with the agent's own TLS, unless a Service declares the port as HTTP`;
}

function pushOf({ role, shown }: Backend): string {
  return role === "backend" ? `push to ${shown}` : `call to ${shown}`;
}

function nameOf({ target: { ref } }: Pick<Scrape, "target">): string {
  return `${ref.kind} ${ref.namespace === undefined ? "" : `${ref.namespace}/`}${ref.name}`;
}
