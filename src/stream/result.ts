import type { Finding } from "../base/finding.ts";
import type { SourceFile } from "../base/manifest.ts";
import type { Value } from "../yaml/edit/change.ts";

/** A finding as an element of `results` (functions-spec.md): severity always set, since hosts show `info` without it. */
export function toResult(finding: Finding): { readonly [key: string]: Value } {
  const { resource, field, file } = finding;
  const where = finding.position ? `line ${finding.position.line}, column ${finding.position.column}: ` : "";
  const result: Record<string, Value> = { message: where + messageOf(finding), severity: finding.severity };
  if (resource) {
    result["resourceRef"] = {
      apiVersion: resource.apiVersion,
      kind: resource.kind,
      ...(resource.namespace === undefined ? {} : { namespace: resource.namespace }),
      name: resource.name,
    };
  }
  // The specification asks for a resourceRef wherever a field is named.
  if (field && resource) {
    result["field"] = {
      path: field.path,
      ...(field.currentValue === undefined ? {} : { currentValue: field.currentValue as Value }),
      ...(field.proposedValue === undefined ? {} : { proposedValue: field.proposedValue as Value }),
    };
  }
  if (file) result["file"] = { path: file.path, ...(file.index === undefined ? {} : { index: file.index }) };
  return result;
}

/**
 * A finding as one line for a person: `file: Kind/name: field: cause; remedy`. `input` is the name of what was read, for
 * findings that no file is known of. Control characters are shown as escapes, so that a line stays one.
 */
export function toLine(finding: Finding, input: string): string {
  const { resource, field } = finding;
  const parts = [whereIs(finding, input)];
  if (resource)
    parts.push(`${resource.kind}/${resource.namespace ? `${resource.namespace}/` : ""}${resource.name || "(no name)"}`);
  if (field) parts.push(field.path);
  parts.push(`${finding.severity === "error" ? "" : `${finding.severity}: `}${messageOf(finding)}`);
  return parts.join(": ").replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, (char) => JSON.stringify(char).slice(1, -1));
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
