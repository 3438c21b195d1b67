import { INCLUDE_OUTBOUND_IP_RANGES } from "../istio/annotations.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { annotationField } from "./fields.ts";
import type { Warning } from "./warning.ts";

/**
 * Somebody had chosen destinations that go through the sidecar, and the rewrite leaves none, so that scrapes bypass it. With
 * `*` nobody has chosen anything: it is what the mesh does without the annotation (istio#32677).
 */
export const replacedIpRanges: Warning = ({ agent, before }) => {
  const ranges = valueAt(before.object, "spec", "template", "metadata", "annotations", INCLUDE_OUTBOUND_IP_RANGES);
  if (typeof ranges !== "string" || ranges.trim() === "" || ranges.trim() === "*") return [];
  return [
    {
      cause: `what goes to ${ranges} went through the sidecar on every port, and now does so on the backends' ports alone`,
      remedy: "list the ports that are to be intercepted besides in ports.additional of the function config",
      field: annotationField(agent, INCLUDE_OUTBOUND_IP_RANGES),
    },
  ];
};
