import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { AGENT_INPUTS, isKnownVersion, isMetricPipeline } from "./metric-pipeline.ts";
import { valueAt } from "./plain-data.ts";

/** Which MetricPipelines the function config asks for: `pipelines.selector.matchLabels` (absent selects all) and `pipelines.include`. */
export interface PipelineSelection {
  matchLabels?: Readonly<Record<string, string>>;
  include: "AgentInputs" | "All";
}

/**
 * The MetricPipelines whose backends are the agent's business.
 * In: manifests in any order, other kinds are left out; the selection. Out: those selected, in the order that came in. Never throws;
 * a pipeline whose version or input cannot be read stays in, so that its faults are reported.
 * Source: DESIGN.md, `pipelines`; telemetry-manager `internal/reconciler/metricpipeline/reconciler.go` (deleted ones, agent inputs).
 */
export function selectPipelines(
  pipelines: readonly Manifest[],
  { matchLabels, include }: PipelineSelection,
): Manifest[] {
  return pipelines.filter(
    (pipeline) =>
      isMetricPipeline(pipeline) &&
      !isBeingDeleted(pipeline) &&
      Object.entries(matchLabels ?? {}).every(([key, value]) => pipeline.labels[key] === value) &&
      (include === "All" || !leavesTheAgentAlone(pipeline)),
  );
}

function isBeingDeleted(pipeline: Manifest): boolean {
  return valueAt(pipeline.object, "metadata", "deletionTimestamp") !== undefined;
}

/** True only where `spec.input` is there and every agent input in it is off or absent; a switch that is no boolean counts as on. */
function leavesTheAgentAlone(pipeline: Manifest): boolean {
  const input = valueAt(pipeline.object, "spec", "input");
  if (!isKnownVersion(pipeline) || !isRecord(input)) return false;
  return AGENT_INPUTS.every((name) => {
    const one = valueAt(input, name);
    return one === undefined || (isRecord(one) && (valueAt(one, "enabled") ?? false) === false);
  });
}
