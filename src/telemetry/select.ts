import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { AGENT_INPUTS, isKnownVersion, isMetricPipeline } from "./metric-pipeline.ts";
import { valueAt } from "./plain-data.ts";

/** Which MetricPipelines the function config asks for: `pipelines.selector.matchLabels` (absent selects all) and `pipelines.include`. */
export interface PipelineSelection {
  matchLabels?: Readonly<Record<string, string>>;
  include: "AgentInputs" | "EnabledInputs" | "All";
}

/** What keeps a MetricPipeline's backend from being the agent's business. */
export type LeftOut = "its deletion" | "pipelines.selector" | "pipelines.include";

/** The MetricPipelines whose backends are the agent's business, in their order; other kinds are left out. */
export function selectPipelines(pipelines: readonly Manifest[], selection: PipelineSelection): Manifest[] {
  return pipelines.filter((pipeline) => isMetricPipeline(pipeline) && leftOutBy(pipeline, selection) === undefined);
}

/**
 * What leaves a MetricPipeline out; nothing where its version or input cannot be read, so that its faults are reported
 * (telemetry-manager: internal/reconciler/metricpipeline/reconciler.go).
 */
export function leftOutBy(pipeline: Manifest, { matchLabels, include }: PipelineSelection): LeftOut | undefined {
  if (valueAt(pipeline.object, "metadata", "deletionTimestamp") !== undefined) return "its deletion";
  const labels = Object.entries(matchLabels ?? {});
  if (!labels.every(([key, value]) => pipeline.labels[key] === value)) return "pipelines.selector";
  if (include === "All" || !isKnownVersion(pipeline)) return undefined;
  const input = hasNoInput(pipeline) && include === "EnabledInputs" ? {} : valueAt(pipeline.object, "spec", "input");
  return isRecord(input) && AGENT_INPUTS.every((name) => isOff(valueAt(input, name))) ? "pipelines.include" : undefined;
}

/** True where `spec.input` is left out or null, which is the same resource as `input: {}` to the API server. */
export function hasNoInput({ object }: Manifest): boolean {
  const spec = valueAt(object, "spec");
  return isRecord(spec) && valueAt(spec, "input") === undefined;
}

/** True for an agent input that is off or absent; a switch that is no boolean counts as on. */
function isOff(input: unknown): boolean {
  return input === undefined || (isRecord(input) && (valueAt(input, "enabled") ?? false) === false);
}
