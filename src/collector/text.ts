import { valueAt } from "../telemetry/plain-data.ts";

/** What is known of a text once its placeholders have been filled in. */
interface Filled {
  /** What the agent reads, with `UNKNOWN` for each placeholder that only the cluster fills in. It may hold a secret. */
  value: string;
  /** The text as it may be shown: placeholders that are unknown or hold a secret stay. Absent where the file is a Secret's. */
  shown?: string;
  /** True where a part comes from a Secret. */
  isSecret: boolean;
  /** Why placeholders are unknown, one clause each. */
  gaps: readonly string[];
}

/** A text with placeholders in a configuration. An object of its own, into which no path of keys leads. */
export class Text {
  readonly #filled: Filled;

  constructor(filled: Filled) {
    this.#filled = filled;
  }

  get filled(): Filled {
    return this.#filled;
  }
}

/** The text at a path of keys; numbers and booleans read as they are written. Undefined where none stands, or an empty one. */
export function textAt(tree: unknown, ...keys: string[]): Filled | undefined {
  return asText(valueAt(tree, ...keys));
}

/** The texts of a list at a path of keys, or the one text that stands in its place. */
export function textsAt(tree: unknown, ...keys: string[]): Filled[] {
  const value = valueAt(tree, ...keys);
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map(asText).filter((text) => text !== undefined);
}

function asText(value: unknown): Filled | undefined {
  if (value instanceof Text) return value.filled.value === "" ? undefined : value.filled;
  if (typeof value === "number" || typeof value === "boolean") return plainText(String(value));
  return typeof value === "string" && value !== "" ? plainText(value) : undefined;
}

/** A text without placeholders. */
export function plainText(value: string): Filled {
  return { value, shown: value, isSecret: false, gaps: [] };
}

export type { Filled };
