import { EXCLUDE_OUTBOUND_IP_RANGES } from "../istio/annotations.ts";
import { isInRange, readAddress } from "../istio/ip-range.ts";
import { annotationField } from "./fields.ts";
import type { Trouble, Warning } from "./warning.ts";

/**
 * A backend's address is excluded, which wins over its port, although the reference says that excluded ranges apply with
 * `*` alone (istio: tools/istio-iptables/pkg/capture/run.go).
 */
export const excludedBackend: Warning = ({ agent, interception, backends }) =>
  backends.flatMap(({ host, pipeline }): Trouble[] => {
    const address = host === undefined ? undefined : readAddress(host);
    const range = address && interception.excludedRanges.find((each) => isInRange(address, each));
    if (range === undefined) return [];
    return [
      {
        cause: `the backend ${host} of MetricPipeline ${pipeline.ref.name} lies in ${range.text} of excludeOutboundIPRanges, which wins over its port, so that the push bypasses the sidecar`,
        remedy: `narrow ${range.text} in excludeOutboundIPRanges or bypass.ipRanges`,
        field: annotationField(agent, EXCLUDE_OUTBOUND_IP_RANGES),
      },
    ];
  });
