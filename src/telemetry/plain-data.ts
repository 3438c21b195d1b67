import { isRecord } from "../base/record.ts";

/**
 * The value at a path of keys, or undefined where a step is missing, null or no map.
 * In: plain data and keys from the outside in. Never throws. Null counts as absent, as the API server prunes it.
 */
export function valueAt(value: unknown, ...keys: string[]): unknown {
  let current: unknown = value;
  for (const key of keys) {
    current = isRecord(current) && Object.hasOwn(current, key) ? current[key] : undefined;
  }
  return current ?? undefined;
}

/** The map at a key, empty where there is none. In: plain data and a key. Never throws. */
export function mapAt(value: unknown, key: string): Readonly<Record<string, unknown>> {
  const map = valueAt(value, key);
  return isRecord(map) ? map : {};
}

/** What a person calls the type of a value of plain data: `a map`, `a list`, `text`, `a number`, `true or false`, `nothing`. Never throws. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "text";
    case "boolean":
      return "true or false";
    case "number":
    case "bigint":
      return "a number";
    default:
      return "a map";
  }
}
