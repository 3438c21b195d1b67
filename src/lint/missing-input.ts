import { hasNoInput, selectPipelines } from "../telemetry/select.ts";
import type { Warning } from "./warning.ts";

/**
 * A MetricPipeline without `spec.input` is the same resource as one with `input: {}`: an operator exports for it by the gateway alone
 * (telemetry-manager: internal/reconciler/metricpipeline/reconciler.go), while whoever writes it so by hand mostly means the agent.
 */
export const missingInput: Warning = ({ pipelines, settings: { pipelines: selection } }) => {
  if (selection.include !== "AgentInputs") return [];
  return selectPipelines(pipelines, { include: "AgentInputs", ...selection.selector })
    .filter(hasNoInput)
    .map((about) => ({
      cause:
        "spec.input is left out, which is the same as input: {} to a live operator: it exports for this MetricPipeline by the gateway alone, and its port is intercepted for the agent all the same",
      remedy:
        "write the inputs that the agent collects under spec.input, or set pipelines.include of the function config to EnabledInputs, which leaves it out, or to All, which says that the agent exports for it",
      about,
      field: { path: "spec.input" },
    }));
};
