import { present } from "./record.ts";
import type { Manifest, ResourceRef, SourceFile } from "./manifest.ts";

/** The field that a finding is about, in the form of `results[].field` (functions-spec.md). */
export interface Field {
  /** Dotted path from the resource's root; keys with dots or slashes in brackets and quotes, list positions as `[0]`. */
  path: string;
  /** What is there now. Never the value of a Secret. */
  currentValue?: unknown;
  /** What is, or would be, written there. */
  proposedValue?: unknown;
}

/**
 * What a run reports: an error or warning that a person can fix, or an info on what was done. Findings are collected,
 * never thrown; what is thrown is a bug or an I/O failure.
 */
export interface Finding {
  severity: "error" | "warning" | "info";
  /** What is the case, as one clause without a full stop. Never the value of a Secret. */
  cause: string;
  /** What to do about it, as one clause without a full stop. Every error and warning has one. */
  remedy?: string;
  /** The resource concerned; absent when it is the stream or the call as a whole. */
  resource?: ResourceRef;
  field?: Field;
  file?: SourceFile;
  /** The id of the warning that it is, by which docs/warnings has a page on it; absent for anything else. */
  warning?: string;
  /** Position in the input text, both from 1, where the text itself is at fault. */
  position?: { line: number; column: number };
}

/** An error about a file, or, without one, about the call as a whole. */
export function problem(cause: string, remedy: string, path?: string): Finding {
  return present<Finding>({ severity: "error", cause, remedy, file: path === undefined ? undefined : { path } });
}

/** A finding about a manifest, or one field of it, whose undefined values are left out (functions-spec.md, `results[]`). */
export function findingAt(
  { ref, file }: Pick<Manifest, "ref" | "file">,
  severity: Finding["severity"],
  { cause, remedy }: { cause: string; remedy?: string },
  field?: Field,
): Finding {
  return present<Finding>({ severity, cause, remedy, resource: ref, field: field && present<Field>(field), file });
}

/** A path as people and tools write it: dots, `[0]` for positions, `["a.b/c"]` for keys that hold dots or slashes. */
export function fieldPath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** True when at least one finding is an error, so that nothing may be changed and the exit status is not 0. */
export function hasError(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === "error");
}

/** The findings without those that say the same as another one. */
export function withoutRepeats<Reported>(all: readonly Reported[]): Reported[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}
