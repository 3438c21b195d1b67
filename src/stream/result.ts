import type { Finding } from "../base/finding.ts";
import type { SourceFile } from "../base/manifest.ts";
import { isRecord, present } from "../base/record.ts";
import type { FilePlace } from "./regions.ts";
import type { Value } from "../yaml/edit/change.ts";

/** A finding as an element of `results` (functions-spec.md): severity always set, since hosts show `info` without it. */
export function toResult(finding: Finding): { readonly [key: string]: Value } {
  const { severity, resource, field, file, position } = finding;
  const where = position ? `line ${position.line}, column ${position.column}: ` : "";
  const { apiVersion, kind, namespace, name } = resource ?? {};
  return present({
    message: where + messageOf(finding),
    severity,
    resourceRef: resource && present({ apiVersion, kind, namespace, name }),
    // The specification asks for a resourceRef wherever a field is named.
    field: resource && field && present({ ...field }),
    file: file && present({ ...file }),
  }) as { readonly [key: string]: Value };
}

/** The findings as results, without those that are there already. */
export function newResults(there: readonly unknown[], findings: readonly Finding[]): Value[] {
  const known = new Set(there.map(identityOf));
  return findings.map(toResult).filter((result) => !known.has(identityOf(result)));
}

/** A result as text to compare; its line and column do not count, as they move when results are added above. */
function identityOf(result: unknown): string {
  return JSON.stringify(result, (key, value: unknown) => {
    if (key === "message" && typeof value === "string") return value.replace(/^line \d+, column \d+: /, "");
    return isRecord(value) ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value;
  });
}

/**
 * The finding with the place that it is about, where one is known, for the line that a person reads. A file that a host has
 * noted on a resource stays: it is what the person wrote, and the bytes at hand are not.
 */
export function locate(finding: Finding, place: FilePlace | undefined): Finding {
  if (place === undefined || (finding.file && finding.file.path !== place.path)) return finding;
  const { path, line, column = 1 } = place;
  return { ...finding, file: { path }, position: { line, column } };
}

/**
 * A finding as one line for a person: `file: Kind/name: field: cause; remedy`. `input` is the name of what was read, for
 * findings that no file is known of. What writes it to a terminal makes it printable.
 */
export function toLine(finding: Finding, input: string): string {
  const { resource, field } = finding;
  const parts = [whereIs(finding, input)];
  if (resource)
    parts.push(`${resource.kind}/${resource.namespace ? `${resource.namespace}/` : ""}${resource.name || "(no name)"}`);
  if (field) parts.push(field.path);
  parts.push(`${finding.severity === "error" ? "" : `${finding.severity}: `}${messageOf(finding)}`);
  return parts.join(": ");
}

function messageOf({ cause, remedy }: Finding): string {
  return remedy === undefined ? cause : `${cause}; ${remedy}`;
}

function whereIs({ file, position }: Finding, input: string): string {
  if (position) return `${file?.path ?? input}:${position.line}:${position.column}`;
  return file === undefined ? input : nameOf(file);
}

function nameOf({ path, index }: SourceFile): string {
  return index === undefined || index === 0 ? path : `${path}[${index}]`;
}
