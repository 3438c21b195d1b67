import { agentKindOf } from "../agent/agent-kind.ts";
import { fieldPath } from "../base/finding.ts";
import { nearestNames } from "../base/near.ts";
import type { Manifest } from "../base/manifest.ts";
import { BACKEND_PORTS_ANNOTATION } from "../telemetry/override.ts";
import { mapAt } from "../telemetry/plain-data.ts";
import type { Trouble } from "./warning.ts";

const PREFIX = "intercept-backends.dev/";

const OWN = ["metadata", "annotations"];

/** Annotations of this function that it does not know, or not there: on a MetricPipeline it knows one, on the agent none. */
export function* unknownAnnotations(pipelines: readonly Manifest[], agent: Manifest | undefined): Iterable<Trouble> {
  const places: { about: Manifest; path: readonly string[]; isAgent: boolean }[] = [
    ...pipelines.map((about) => ({ about, path: OWN, isAgent: false })),
    ...(agent ? [OWN, agentKindOf(agent).annotations].map((path) => ({ about: agent, path, isAgent: true })) : []),
  ];
  for (const { about, path, isAgent } of places) {
    const annotations = mapAt(about.object, ...path);
    for (const [name, currentValue] of Object.entries(annotations)) {
      const isKnown = name === BACKEND_PORTS_ANNOTATION && !isAgent;
      if (currentValue === null || isKnown || !name.toLowerCase().startsWith(PREFIX)) continue;
      const near = nearestNames(name.slice(PREFIX.length), [BACKEND_PORTS_ANNOTATION.slice(PREFIX.length)]);
      const place = isAgent ? " on the MetricPipeline" : "";
      yield {
        cause: `there is no annotation ${name}${isAgent ? ` on a ${about.ref.kind}` : ""}, so that it does nothing`,
        remedy: near.length > 0 ? `write ${BACKEND_PORTS_ANNOTATION}${place}, or remove it` : "remove it",
        about,
        field: { path: fieldPath([...path, name]), currentValue },
      };
    }
  }
}
