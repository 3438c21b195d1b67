import { isRecord } from "../base/record.ts";

/** A field as it is written, and what it holds. */
export interface WrittenField {
  key: string;
  value: unknown;
}

/**
 * The field of a map that Go's encoding/json reads for a name: keys are matched without regard to case, and of several the
 * last one counts, which after the injector's own writing is the last by bytes. Null is absent.
 */
export function goField(fields: Readonly<Record<string, unknown>>, name: string): WrittenField | undefined {
  const key = goKeys(fields, name)
    .filter((each) => fields[each] !== null)
    .toSorted()
    .at(-1);
  return key === undefined ? undefined : { key, value: fields[key] };
}

/** All keys of a map that encoding/json takes for this name. */
export function goKeys(fields: Readonly<Record<string, unknown>>, name: string): string[] {
  return Object.keys(fields).filter((key) => fold(key) === fold(name));
}

/** Letters as encoding/json compares them: the long s and the sign for kelvin are an s and a k. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll("\u017f", "s");
}

/** One entry of an annotation that the injector reads as a JSON list, or as a map by name. */
export interface JsonEntry {
  /** Position in the list form, key in the map form. */
  at: number | string;
  /** The name that it has after injection: an own `name`, exactly so, else the position or key. */
  name: string;
  fields: Readonly<Record<string, unknown>>;
}

/** The entries of such an annotation. */
export interface JsonEntries {
  form: "list" | "map";
  entries: JsonEntry[];
}

/**
 * Reads an annotation that is JSON, a list of maps or a map of them by name; a sentence that says what is wrong where the
 * injector denies the pod; `what` names them (istio: pkg/kube/inject/template.go, fromJSON; istio-discovery/files/injection-template.yaml).
 */
export function readJsonEntries(text: string, what: string): JsonEntries | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The engine's own words differ from version to version.
    return "is not JSON: keys and texts need double quotes, and no comma may be left over";
  }
  if (parsed === null) return { form: "list", entries: [] };
  if (!Array.isArray(parsed) && !isRecord(parsed))
    return `is neither a JSON list of ${what} nor a map of them by volume name`;
  const isList = Array.isArray(parsed);
  const entries: JsonEntry[] = [];
  for (const [key, fields] of Object.entries<unknown>(parsed)) {
    const at = isList ? Number(key) : key;
    if (!isRecord(fields)) return `entry ${at} is not a map`;
    const name = fields["name"] === undefined ? key : (fields["name"] ?? "");
    if (typeof name !== "string") return `entry ${at} has a name that is not text`;
    // The injector writes the key between double quotes.
    if (/["\\]/.test(key)) return `entry ${at} has a quote or a backslash in its key`;
    entries.push({ at, name, fields });
  }
  return { form: isList ? "list" : "map", entries };
}
