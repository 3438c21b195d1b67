import type { Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { applyChange } from "../yaml/edit/apply-change.ts";
import type { Change, Value } from "../yaml/edit/change.ts";
import { at, merge } from "../yaml/edit/change.ts";

/** One thing to be changed in the agent's DaemonSet, with what a person is told about it. */
export interface Step {
  /** Keys and positions from the DaemonSet's root to the node that changes. */
  path: readonly (string | number)[];
  change: Change;
  /** What is done, as one clause. */
  cause: string;
  currentValue?: Value;
  proposedValue?: Value;
}

/** What is to be done to the DaemonSet, or why it cannot be. With an error among the findings nothing is done. */
export interface Plan {
  steps: Step[];
  findings: Finding[];
}

/** All steps as one change of the DaemonSet; undefined when there is nothing to do. */
export function changeOf(steps: readonly Step[]): Change | undefined {
  return steps
    .map(({ path, change }) => at(path, change))
    .reduce<Change | undefined>((all, change) => (all === undefined ? change : merge(all, change)), undefined);
}

/** A step as the info that tells of it. */
export function infoOf({ path, change, cause, currentValue, ...step }: Step, agent: Manifest): Finding {
  const proposedValue =
    step.proposedValue ?? (change.kind === "document" ? applyChange(currentValue, change) : undefined);
  return {
    severity: "info",
    cause,
    resource: agent.ref,
    field: {
      path: fieldPath(path),
      ...(currentValue === undefined ? {} : { currentValue }),
      ...(proposedValue === undefined ? {} : { proposedValue }),
    },
    ...(agent.file ? { file: agent.file } : {}),
  };
}

/** An error or warning about one field of the agent. */
export function problemOf(
  agent: Manifest,
  path: readonly (string | number)[],
  cause: string,
  remedy: string,
  currentValue?: Value,
): Finding {
  return {
    severity: "error",
    cause,
    remedy,
    resource: agent.ref,
    field: { path: fieldPath(path), ...(currentValue === undefined ? {} : { currentValue }) },
    ...(agent.file ? { file: agent.file } : {}),
  };
}

/** A path as people and tools write it: dots, `[0]` for positions, `["a.b/c"]` for keys that hold dots or slashes. */
export function fieldPath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** Where the pod template keeps its labels. */
export const LABELS = ["spec", "template", "metadata", "labels"] as const;

/** Where the pod template keeps its annotations. */
export const ANNOTATIONS = ["spec", "template", "metadata", "annotations"] as const;

/** Where the pod template keeps its volumes. */
export const VOLUMES = ["spec", "template", "spec", "volumes"] as const;
