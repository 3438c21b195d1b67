import { fieldPath } from "../agent/step.ts";
import { nearestValue } from "../base/near.ts";
import type { Manifest } from "../base/manifest.ts";
import { BACKEND_PORTS_ANNOTATION } from "../telemetry/override.ts";
import { mapAt, valueAt } from "../telemetry/plain-data.ts";
import type { Trouble } from "./warning.ts";

const PREFIX = "intercept-backends.dev/";

/** Annotations of this function that it does not know, or not there: on a MetricPipeline it knows one, on the agent none. */
export function unknownAnnotations(pipelines: readonly Manifest[], agent: Manifest | undefined): Trouble[] {
  const places = [
    ...pipelines.map((about) => ({ about, path: [], known: [BACKEND_PORTS_ANNOTATION] })),
    ...(agent ? [[], ["spec", "template"]].map((path) => ({ about: agent, path, known: [] })) : []),
  ];
  return places.flatMap(({ about, path, known }: { about: Manifest; path: string[]; known: string[] }) =>
    Object.entries(mapAt(valueAt(about.object, ...path, "metadata"), "annotations"))
      .filter(([name, value]) => value !== null && name.toLowerCase().startsWith(PREFIX) && !known.includes(name))
      .map(([name, currentValue]): Trouble => {
        const isNear = nearestValue(name.slice(PREFIX.length), [BACKEND_PORTS_ANNOTATION.slice(PREFIX.length)]);
        const there = known.length > 0 ? "" : ` on a ${about.ref.kind}`;
        const place = known.length > 0 ? "" : " on the MetricPipeline";
        return {
          cause: `there is no annotation ${name}${there}, so that it does nothing`,
          remedy: isNear ? `write ${BACKEND_PORTS_ANNOTATION}${place}, or remove it` : "remove it",
          about,
          field: { path: fieldPath([...path, "metadata", "annotations", name]), currentValue },
        };
      }),
  );
}
