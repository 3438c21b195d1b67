import type { ResourceRef, SourceFile } from "./manifest.ts";

/** The field that a finding is about, in the form of `results[].field` (functions-spec.md). */
export interface Field {
  /** Dotted path from the resource's root; keys with dots or slashes in brackets and quotes, list positions as `[0]`. */
  path: string;
  /** What stands there now. Never the value of a Secret. */
  currentValue?: unknown;
  /** What is, or would be, written there. */
  proposedValue?: unknown;
}

/**
 * Something that the run has to tell a person: an error or warning that they can mend, or an info on what was done.
 * Findings are collected, never thrown; what is thrown is a bug or an I/O failure.
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

/** True when at least one finding is an error, so that nothing may be changed and the exit status is not 0. */
export function hasError(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === "error");
}

/** Each of what is told once; those that say the same are one. */
export function withoutRepeats<Told>(told: readonly Told[]): Told[] {
  return [...new Map(told.map((one) => [JSON.stringify(one), one])).values()];
}
