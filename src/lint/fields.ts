import { ANNOTATIONS, fieldPath } from "../agent/step.ts";
import type { Field } from "../base/finding.ts";
import type { AgentState } from "../agent/agent-state.ts";

/** A field of the agent's pod spec, by its keys and positions below it. */
export function podField(path: readonly (string | number)[], currentValue: unknown): Field {
  return { path: fieldPath(["spec", "template", "spec", ...path]), currentValue };
}

/** The annotations that are text, as Kubernetes takes them. */
export function textsOf(annotations: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}

/** An annotation of the agent's pods. */
export function annotationField({ annotations }: AgentState, name: string): Field {
  return { path: fieldPath([...ANNOTATIONS, name]), currentValue: annotations[name] };
}
