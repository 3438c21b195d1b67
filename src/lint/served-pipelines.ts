import { isKnownVersion } from "../telemetry/metric-pipeline.ts";
import { refusedFields } from "../telemetry/refused-fields.ts";
import { hasNoInput, selectPipelines } from "../telemetry/select.ts";
import type { Scene, Trouble } from "./warning.ts";

/** `MaxPipelineCount` (telemetry-manager: internal/resourcelock/lock.go); those of other inputs count as well. */
const LIMIT = 5;

/** Of more MetricPipelines the operator serves those that came first, and nobody exports for the others (kyma#14459). */
export function* tooManyPipelines({ pipelines, settings }: Scene): Iterable<Trouble> {
  const selected = selectPipelines(pipelines, { include: "All", ...settings.pipelines.selector });
  const names = [...new Set(selected.map(({ ref }) => ref.name))];
  if (names.length <= LIMIT) return;
  yield {
    cause: `there are ${names.length} MetricPipelines, and the operator serves the ${LIMIT} that come first to the cluster: ${names.join(", ")}`,
    remedy: `keep to ${LIMIT}, or turn this warning off if the operator runs with --unlimited-pipelines`,
  };
}

/**
 * A MetricPipeline without `spec.input` is the same resource as one with `input: {}`: an operator exports for it by the gateway alone
 * (telemetry-manager: internal/reconciler/metricpipeline/reconciler.go), while whoever writes it so by hand mostly means the agent.
 */
export function* missingInput({ pipelines, settings }: Scene): Iterable<Trouble> {
  const { include, selector } = settings.pipelines;
  if (include !== "AgentInputs") return;
  for (const about of selectPipelines(pipelines, { include, ...selector }).filter(hasNoInput)) {
    yield {
      cause:
        "spec.input is left out, which is the same as input: {} to a live operator: it exports for this MetricPipeline by the gateway alone, and its port is intercepted for the agent all the same",
      remedy:
        "write the inputs that the agent collects under spec.input, or set pipelines.include of the function config to EnabledInputs, which leaves it out, or to All, which says that the agent exports for it",
      about,
      field: { path: "spec.input" },
    };
  }
}

/** The API server refuses a MetricPipeline, so that its port is intercepted and nobody pushes there (telemetry-manager: apis/telemetry). */
export function* refusedPipeline({ pipelines, settings }: Scene): Iterable<Trouble> {
  const { include, selector } = settings.pipelines;
  for (const about of selectPipelines(pipelines, { include, ...selector }).filter(isKnownVersion)) {
    for (const { path, cause, remedy } of refusedFields(about)) {
      yield {
        cause: `${cause}, so that the API server refuses the MetricPipeline and nobody exports for it`,
        remedy,
        about,
        field: { path },
      };
    }
  }
}
