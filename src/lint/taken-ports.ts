import { EXCLUDE_OUTBOUND_IP_RANGES } from "../istio/annotations.ts";
import { isInRange, readAddress } from "../istio/ip-range.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { annotationField, type Scene, type Trouble } from "./warning.ts";

const OWN_LISTENER = "the agent's sidecar answers there itself";
const SCRAPED = "the agent's scrapes of that port then go through the sidecar as well and get wrong answers or none";
const SCRAPED_BY_OTHERS =
  "a job of the agent's own that scrapes the merged metrics of sidecars (15020) or istiod (15014) then goes through the sidecar as well";

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
  15014: SCRAPED_BY_OTHERS,
  15020: SCRAPED_BY_OTHERS,
  15021: OWN_LISTENER,
  15053: OWN_LISTENER,
  15090: SCRAPED,
};

/** A backend listens on a port of Istio's own (istio#31301). */
export function* istioPort({ interception, peers }: Scene): Iterable<Trouble> {
  for (const port of interception.includedPorts) {
    const harm = ISTIO_PORTS[port];
    if (harm === undefined) continue;
    const cause = `port ${port} is one of Istio's own, and it is to be intercepted: ${harm}`;
    const asking = peers.filter((peer) => peer.port === port);
    if (asking.length === 0) yield { cause, remedy: `take ${port} out of includeOutboundPorts or ports.additional` };
    for (const { about, role } of asking) {
      yield { cause, remedy: `let the ${role} listen on another port`, about };
    }
  }
}

const HTTPS = 443;

/** How a Service kubernetes names itself, so that not every Service that holds the word is parsed. */
const NAMES = ["name: kubernetes", 'name: "kubernetes"', '"name": "kubernetes"', '"name":"kubernetes"'];

/**
 * Port 443 is intercepted for every destination, the API server among them, which the agent asks for its targets (istio:
 * tools/istio-iptables/pkg/capture/run.go, where excluded ranges stand before included ports). Whoever has excluded a
 * single address is taken to have meant the API server, unless the stream has its Service and the address is another.
 */
export function* apiServerPort({ agent, interception, ask }: Scene): Iterable<Trouble> {
  const { includedPorts, excludedPorts, excludedRanges } = interception;
  if (!includedPorts.includes(HTTPS) || excludedPorts.includes(HTTPS)) return;
  const service = ask(["Service"], NAMES).find(({ ref }) => ref.name === "kubernetes" && ref.namespace === "default");
  const text = valueAt(service?.object, "spec", "clusterIP");
  const address = typeof text === "string" ? readAddress(text) : undefined;
  const isExcluded = address
    ? excludedRanges.some((range) => isInRange(address, range))
    : excludedRanges.some(({ family, bits }) => bits === (family === 4 ? 32 : 128));
  if (isExcluded) return;
  const range = address
    ? `${String(text)}/${address.family === 4 ? 32 : 128}`
    : "the address of the Service kubernetes in the namespace default as a range (often 10.96.0.1/32)";
  const isWritten = agent.annotations[EXCLUDE_OUTBOUND_IP_RANGES] !== undefined;
  yield {
    cause:
      "port 443 is intercepted for the Kubernetes API server as well, so that the agent finds its targets only while the sidecar runs",
    remedy: `set bypass.ipRanges of the function config to ${range}`,
    field: isWritten ? annotationField(agent, EXCLUDE_OUTBOUND_IP_RANGES) : undefined,
  };
}
