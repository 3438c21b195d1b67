import { interceptedPeers } from "./intercepted.ts";
import type { Trouble, Warning } from "./warning.ts";

const OWN_LISTENER = "the agent's sidecar answers there itself";
const SCRAPED = "the agent's scrapes of that port then go through the sidecar as well and get wrong answers or none";

/**
 * Ports that sidecars and istiod listen on (istio: pilot/cmd/pilot-agent/status/server.go), with what comes of a backend
 * there. Those of istiod that the agent never calls (15010, 15012, 15017) harm nothing.
 */
const ISTIO_PORTS: Readonly<Record<number, string>> = {
  15000: OWN_LISTENER,
  15001: OWN_LISTENER,
  15004: OWN_LISTENER,
  15006: OWN_LISTENER,
  15008: OWN_LISTENER,
  15014: SCRAPED,
  15020: SCRAPED,
  15021: OWN_LISTENER,
  15053: OWN_LISTENER,
  15090: SCRAPED,
};

/** A backend listens on a port of Istio's own (istio#31301). */
export const istioPort: Warning = (scene) =>
  scene.interception.includedPorts.flatMap((port): Trouble[] => {
    const harm = ISTIO_PORTS[port];
    if (harm === undefined) return [];
    const cause = `port ${port} is one of Istio's own, and it is to be intercepted: ${harm}`;
    const asking = interceptedPeers(scene).filter((peer) => peer.port === port);
    if (asking.length === 0) return [{ cause, remedy: `take ${port} out of includeOutboundPorts or ports.additional` }];
    return asking.map(({ pipeline, role }) => ({
      cause,
      remedy: `let the ${role} listen on another port`,
      about: pipeline,
    }));
  });
