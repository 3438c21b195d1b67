import { EXCLUDE_OUTBOUND_PORTS } from "../istio/interception-settings.ts";
import { annotationField } from "./fields.ts";
import type { Warning } from "./warning.ts";

/** A port is both included and excluded; the exclusion wins (istio: tools/istio-iptables/pkg/capture/run.go). */
export const excludedPort: Warning = ({ agent, interception }) => {
  const excluded = new Set(interception.excludedPorts);
  return interception.includedPorts
    .filter((port) => excluded.has(port))
    .map((port) => ({
      cause: `port ${port} is to be intercepted and stands in excludeOutboundPorts too, which wins, so that the push or the call for a token bypasses the sidecar`,
      remedy: `take ${port} out of excludeOutboundPorts`,
      field: annotationField(agent, EXCLUDE_OUTBOUND_PORTS),
    }));
};
