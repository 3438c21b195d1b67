import type { ResourceRef } from "../base/manifest.ts";
import type { ChangedPlace, Problem } from "./report.ts";

/** Makes the fingerprints of the results of one log. */
export interface Fingerprints {
  ofProblem: (rule: string, problem: Problem) => string;
  ofPlace: (rule: string, place: ChangedPlace) => string;
}

/**
 * What a result is known by over commits: rule, resource and field, and no line, which moves with all that stands above.
 * What is about no resource is known by its file. Of several that are the same the later ones are counted.
 */
export function newFingerprints(): Fingerprints {
  const counts = new Map<string, number>();
  const counted = (...parts: readonly (string | undefined)[]): string => {
    const text = parts.filter((part) => part !== undefined).join(" ");
    const count = (counts.get(text) ?? 0) + 1;
    counts.set(text, count);
    return count === 1 ? text : `${text} ${count}`;
  };
  return {
    ofProblem: (rule, { finding: { resource, field }, path }) =>
      counted(rule, resource ? nameOf(resource) : path, field?.path),
    ofPlace: (rule, { agent, added, removed }) => counted(rule, nameOf(agent), keyOn(added[0] ?? removed[0] ?? "")),
  };
}

function nameOf({ kind, namespace, name }: ResourceRef): string {
  return [kind, ...(namespace === undefined ? [] : [namespace]), name].join("/");
}

/** The key that a line begins with: what stands behind it may change with each commit. */
function keyOn(line: string): string | undefined {
  return /^[\s{[-]*(.*?)\s*:(?:\s|$)/.exec(line)?.[1];
}
