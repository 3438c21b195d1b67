import { selectPipelines } from "../telemetry/select.ts";
import type { Warning } from "./warning.ts";

/** `MaxPipelineCount` (telemetry-manager: internal/resourcelock/lock.go); those of other inputs count as well. */
const LIMIT = 5;

/** Of more MetricPipelines the operator serves those that came first, and nobody exports for the others (kyma#14459). */
export const tooManyPipelines: Warning = ({ pipelines, settings }) => {
  const selected = selectPipelines(pipelines, { include: "All", ...settings.pipelines.selector });
  const names = [...new Set(selected.map(({ ref }) => ref.name))];
  if (names.length <= LIMIT) return [];
  return [
    {
      cause: `there are ${names.length} MetricPipelines, and the operator serves the ${LIMIT} that come first to the cluster: ${names.join(", ")}`,
      remedy: `keep to ${LIMIT}, or turn this warning off if the operator runs with --unlimited-pipelines`,
    },
  ];
};
