import type { Field, Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";

/** What is wrong with a value and what to do, each one clause, neither with any part of the value: the value may be a Secret's. */
export interface Fault {
  cause: string;
  remedy: string;
}

/**
 * The finding that reports a fault of one field of a manifest.
 * In: the manifest (its reference and file go along), the severity, the field, the fault. Out: the finding. Never throws.
 * Source: functions-spec.md, `results[]`.
 */
export function findingAt(manifest: Manifest, severity: Finding["severity"], field: Field, fault: Fault): Finding {
  return {
    severity,
    cause: fault.cause,
    remedy: fault.remedy,
    resource: manifest.ref,
    field,
    ...(manifest.file === undefined ? {} : { file: manifest.file }),
  };
}
