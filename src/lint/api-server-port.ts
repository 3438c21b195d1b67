import type { Manifest } from "../base/manifest.ts";
import { EXCLUDE_OUTBOUND_IP_RANGES } from "../istio/annotations.ts";
import { isInRange, readAddress } from "../istio/ip-range.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { annotationField } from "./fields.ts";
import type { Warning } from "./warning.ts";

const HTTPS = 443;

/** How a Service kubernetes names itself, so that not every Service that holds the word is parsed. */
const NAMES = ["name: kubernetes", 'name: "kubernetes"', '"name": "kubernetes"', '"name":"kubernetes"'];

/**
 * Port 443 is intercepted for every destination, the API server among them, which the agent asks for its targets (istio:
 * tools/istio-iptables/pkg/capture/run.go, where excluded ranges stand before included ports). Whoever has excluded a
 * single address is taken to have meant the API server, unless the stream has its Service and the address is another.
 */
export const apiServerPort: Warning = ({ agent, interception, ask }) => {
  if (!interception.includedPorts.includes(HTTPS) || interception.excludedPorts.includes(HTTPS)) return [];
  const { excludedRanges } = interception;
  const service = ask(["Service"], NAMES).find(isApiServer);
  const text = service && valueAt(service.object, "spec", "clusterIP");
  const address = typeof text === "string" ? readAddress(text) : undefined;
  const isExcluded = address
    ? excludedRanges.some((range) => isInRange(address, range))
    : excludedRanges.some(({ family, bits }) => bits === (family === 4 ? 32 : 128));
  if (isExcluded) return [];
  const range =
    address && typeof text === "string"
      ? `${text}/${address.family === 4 ? 32 : 128}`
      : "the address of the Service kubernetes in the namespace default as a range (often 10.96.0.1/32)";
  return [
    {
      cause:
        "port 443 is intercepted for the Kubernetes API server as well, so that the agent finds its targets only while the sidecar runs",
      remedy: `set bypass.ipRanges of the function config to ${range}`,
      ...(agent.annotations[EXCLUDE_OUTBOUND_IP_RANGES] === undefined
        ? {}
        : { field: annotationField(agent, EXCLUDE_OUTBOUND_IP_RANGES) }),
    },
  ];
};

function isApiServer({ ref }: Manifest): boolean {
  return ref.name === "kubernetes" && ref.namespace === "default";
}
