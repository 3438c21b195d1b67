import { withoutKept } from "../base/kept-values.ts";
import { fieldPath, findingAt, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { applyChange } from "../yaml/edit/apply-change.ts";
import { at, merge, type Change, type Value } from "../yaml/edit/change.ts";
import type { Path } from "./agent-kind.ts";
import type { AgentState } from "./agent-state.ts";

/** One change of the agent's workload and what is reported about it. */
export interface Step {
  path: Path;
  change: Change;
  /** What is done, as one clause. */
  cause: string;
  currentValue?: unknown;
  /** Needed only where the change is not of kind `set` or `document`. */
  proposedValue?: unknown;
}

/** Collects what is to be done to the agent, and the errors because of which nothing is done. */
export class Plan {
  readonly state: AgentState;
  readonly steps: Step[] = [];
  readonly errors: Finding[] = [];

  constructor(state: AgentState) {
    this.state = state;
  }

  add(step: Step): void {
    this.steps.push(step);
  }

  fail(path: Path, cause: string, remedy: string, currentValue?: unknown): void {
    this.errors.push(errorAt(this.state.manifest, path, cause, remedy, currentValue));
  }
}

/** All steps as one change of the agent; undefined when there is nothing to do. */
export function changeOf(steps: readonly Step[]): Change | undefined {
  const [first, ...others] = steps.map(({ path, change }) => at(path, change));
  return first && others.reduce(merge, first);
}

/** The info that reports a step. */
export function infoOf({ path, change, cause, currentValue, ...step }: Step, agent: Manifest): Finding {
  const proposedValue =
    change.kind === "set"
      ? change.value
      : change.kind === "document"
        ? applyChange(currentValue as Value | undefined, change)
        : step.proposedValue;
  const field = { path: fieldPath(path), currentValue: shown(currentValue), proposedValue: shown(proposedValue) };
  return findingAt(agent, "info", { cause }, field);
}

/** An error about one field of the agent. */
export function errorAt(agent: Manifest, path: Path, cause: string, remedy: string, currentValue?: unknown): Finding {
  return findingAt(agent, "error", { cause, remedy }, { path: fieldPath(path), currentValue: shown(currentValue) });
}

/** An annotation may carry variables of the sidecar, `proxyMetadata`. */
function shown(value: unknown): unknown {
  return typeof value === "string" ? withoutKept(value) : value;
}
