import { isRecord } from "../base/record.ts";

/** The value at a path of keys; undefined where a step is missing, no map, or null, which the API server prunes. */
export function valueAt(value: unknown, ...keys: string[]): unknown {
  let current: unknown = value;
  for (const key of keys) {
    current = isRecord(current) && Object.hasOwn(current, key) ? current[key] : undefined;
  }
  return current ?? undefined;
}

/** The map at a path of keys, empty where there is none. */
export function mapAt(value: unknown, ...keys: string[]): Readonly<Record<string, unknown>> {
  const map = valueAt(value, ...keys);
  return isRecord(map) ? map : {};
}

/** The list at a path of keys, empty where there is none. */
export function listAt(value: unknown, ...keys: string[]): readonly unknown[] {
  const list = valueAt(value, ...keys);
  return Array.isArray(list) ? list : [];
}

/** What a person calls the type of a value: `a map`, `a list`, `text`, `a number`, `true or false`, `nothing`. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  const names: Record<string, string> = {
    string: "text",
    boolean: "true or false",
    number: "a number",
    bigint: "a number",
  };
  return names[typeof value] ?? "a map";
}
