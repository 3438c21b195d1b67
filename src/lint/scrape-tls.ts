import { fieldPath } from "../base/finding.ts";
import { WORKLOADS } from "../cluster/cluster.ts";
import { SCRAPE, SCRAPE_SCHEME, scrapesOf, type Scrape } from "../cluster/scrapes.ts";
import { EXCLUDE_INBOUND_PORTS, INCLUDE_INBOUND_PORTS } from "../istio/annotations.ts";
import { clusterAround } from "./around.ts";
import { isAgent, type Scene, type Trouble } from "./warning.ts";

/**
 * A scrape speaks another language than its target. The agent scrapes the Services of the mesh over https with the mesh's
 * certificates, which sidecars accept only where they are STRICT; a PERMISSIVE one ends the TLS of other sidecars alone
 * (istio: pilot/pkg/networking/core/filterchain_options.go; istio#38720). Plain text a STRICT one refuses.
 */
export function* scrapeTls(scene: Scene): Iterable<Trouble> {
  const { ask, scrapes } = scene;
  if (!scrapes) return;
  const policies = ask(["PeerAuthentication"]);
  const special = ask(WORKLOADS, [EXCLUDE_INBOUND_PORTS, INCLUDE_INBOUND_PORTS]);
  if (policies.length === 0 && special.every((each) => isAgent(each, scene))) return;
  const services = ask(["Service"], [SCRAPE]);
  if (services.length === 0) return;
  const cluster = clusterAround(services, scene);
  for (const about of services) {
    // The agent's own metrics have a warning of their own.
    if (cluster.podsOf(about).some(({ manifest }) => isAgent(manifest, scene))) continue;
    const scheme = about.annotations[SCRAPE_SCHEME];
    for (const scrape of scrapesOf(about, cluster)) {
      const found = troubleWith(scrape, scheme);
      if (found === undefined) continue;
      const name = scheme === undefined ? SCRAPE : SCRAPE_SCHEME;
      const path = fieldPath(["metadata", "annotations", name]);
      yield { ...found, about, field: { path, currentValue: about.annotations[name] } };
    }
  }
}

/** An application may speak TLS itself where its Service says https. */
function troubleWith(
  { port, scheme, place, peerAuthentication, isCaptured }: Scrape,
  annotated: string | undefined,
): { cause: string; remedy: string } | undefined {
  if (place !== "in the mesh") return undefined;
  const plain = `set ${SCRAPE_SCHEME}: http on the Service`;
  if (scheme === "https" && annotated !== "https" && !isCaptured) {
    return {
      cause: `port ${port} is scraped over https, since a sidecar stands behind the Service, but its pods keep the sidecar out of that port`,
      remedy: `${plain}, or let the sidecar have the port (excludeInboundPorts, includeInboundPorts)`,
    };
  }
  if (scheme === "https" && annotated !== "https" && ["PERMISSIVE", "DISABLE"].includes(peerAuthentication ?? "")) {
    return {
      cause: `port ${port} is scraped over https with the certificates of the mesh, and the sidecars behind the Service are ${peerAuthentication}: they hand such TLS to the application, which resets it or answers nothing that can be read`,
      remedy: `${plain}, or make its pods STRICT by a PeerAuthentication`,
    };
  }
  if (scheme === "http" && isCaptured && peerAuthentication === "STRICT") {
    return {
      cause: `port ${port} is scraped in plain text, and the sidecars behind the Service are STRICT and refuse it`,
      remedy: `remove ${SCRAPE_SCHEME}, so that the scrape goes over https with the certificates of the mesh, or exclude the port from the sidecar of its pods (excludeInboundPorts)`,
    };
  }
  return undefined;
}
