import { isKnownVersion } from "../telemetry/metric-pipeline.ts";
import { refusedFields } from "../telemetry/refused-fields.ts";
import { selectPipelines } from "../telemetry/select.ts";
import type { Warning } from "./warning.ts";

/** The API server refuses a MetricPipeline, so that its port is intercepted and nobody pushes there (telemetry-manager: apis/telemetry). */
export const refusedPipeline: Warning = ({ pipelines, settings: { pipelines: selection } }) =>
  selectPipelines(pipelines, { include: selection.include, ...selection.selector })
    .filter(isKnownVersion)
    .flatMap((about) =>
      refusedFields(about).map(({ path, cause, remedy }) => ({
        cause: `${cause}, so that the API server refuses the MetricPipeline and nobody exports for it`,
        remedy,
        about,
        field: { path },
      })),
    );
