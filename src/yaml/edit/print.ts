import type { Change, Value } from "./change.ts";

/** `block` is indented YAML, `flow` is braces with bare keys, `json` is braces with everything quoted. */
export type Style = "block" | "flow" | "json";

/** How far block YAML is indented where there is nothing to follow. */
export interface Layout {
  /** Columns between a key and the keys of its map. */
  mapIndent: number;
  /** Columns between a key and the dashes of its list; 0 is common. */
  listIndent: number;
}

/** The layout used where a document shows no other. */
export const PLAIN_LAYOUT: Layout = { mapIndent: 2, listIndent: 0 };

/** Words that some YAML 1.1 or 1.2 parser reads as something else than a string (yaml.org/type/bool.html, null.html). */
const RESERVED = /^(?:true|false|yes|no|on|off|y|n|null|nan|inf)$/i;

/** Deliberately narrow: what starts like a word or an absolute path and holds nothing that means anything in YAML. */
const SAFE_PLAIN = /^[A-Za-z/][A-Za-z0-9_./-]*$/;

/** True when a string can be written without quotes, in block and in flow, for every YAML version. */
export function isSafePlain(text: string): boolean {
  return SAFE_PLAIN.test(text) && !RESERVED.test(text);
}

/** Characters that a single-quoted or block scalar cannot hold as they are (YAML 1.2.2, 5.1 and 5.5). */
const NEEDS_ESCAPE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/u;

/** True when a string needs the escapes of the double-quoted form, whatever its length. */
export function needsEscape(text: string): boolean {
  return NEEDS_ESCAPE.test(text);
}

/** A string in double quotes, valid as YAML and as JSON. */
export function doubleQuoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A string in single quotes. Its caller has seen to it that the string is one line and needs no escape. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A scalar on one line: plain where that is safe, else quoted so that no parser reads it as something else. */
export function printScalar(value: string | number | boolean | null, style: Style): string {
  if (typeof value !== "string") return String(value);
  if (style !== "json") {
    if (isSafePlain(value)) return value;
    if (value.includes('"') && !value.includes("\n") && !needsEscape(value)) return singleQuoted(value);
  }
  return doubleQuoted(value);
}

/** A value on one line, in braces and brackets. */
export function printFlow(value: Value, style: Style): string {
  if (isList(value)) return `[${value.map((element) => printFlow(element, style)).join(", ")}]`;
  if (isMap(value)) {
    const pairs = Object.entries(value).map(([key, inner]) => `${printScalar(key, style)}: ${printFlow(inner, style)}`);
    return `{${pairs.join(", ")}}`;
  }
  return printScalar(value, style);
}

/**
 * A key and its value as lines of a block map, the first without indentation, the others indented from the key's
 * column. A string of several lines becomes a literal block, because that is the form in which people edit it.
 */
export function printPair(key: string, value: Value, layout: Layout): string[] {
  const lines: string[] = [];
  putPair(lines, "", "", key, value, layout);
  return lines;
}

/** The elements of a list as lines that begin with a dash, without indentation. */
export function printElements(values: readonly Value[], layout: Layout): string[] {
  const lines: string[] = [];
  putElements(lines, "", values, layout);
  return lines;
}

/** The pairs of a map as lines without indentation. */
export function printPairs(value: { readonly [key: string]: Value }, layout: Layout): string[] {
  return Object.entries(value).flatMap(([key, inner]) => printPair(key, inner, layout));
}

/** Adds the lines of a pair: `before` is before the key, `margin` before what is indented from its column. */
function putPair(lines: string[], before: string, margin: string, key: string, value: Value, layout: Layout): void {
  const head = `${before}${printScalar(key, "flow")}:`;
  if (isList(value) && value.length > 0) {
    lines.push(head);
    putElements(lines, margin + " ".repeat(layout.listIndent), value, layout);
    return;
  }
  const inner = margin + " ".repeat(layout.mapIndent);
  if (isMap(value) && Object.keys(value).length > 0) {
    lines.push(head);
    for (const [innerKey, innerValue] of Object.entries(value)) {
      putPair(lines, inner, inner, innerKey, innerValue, layout);
    }
  } else if (typeof value === "string" && value.includes("\n") && fitsLiteral(value)) {
    lines.push(`${head} ${literalHeader(value)}`);
    for (const line of literalLines(value)) lines.push(line === "" ? "" : inner + line);
  } else {
    lines.push(`${head} ${printFlow(value, "flow")}`);
  }
}

function putElements(lines: string[], margin: string, values: readonly Value[], layout: Layout): void {
  const inner = `${margin}  `;
  for (const value of values) {
    const pairs = isMap(value) ? Object.entries(value) : [];
    if (pairs.length === 0) lines.push(`${margin}- ${printFlow(value, "flow")}`);
    for (const [position, [key, innerValue]] of pairs.entries()) {
      putPair(lines, position === 0 ? `${margin}- ` : inner, inner, key, innerValue, layout);
    }
  }
}

/** True when a string can be written as a literal block without an indentation indicator (YAML 1.2.2, 8.1). */
export function fitsLiteral(text: string): boolean {
  return !/^\n*[ \t]/.test(text) && !/^\n*$/.test(text) && !needsEscape(text);
}

/** The header of a literal block whose chomping keeps exactly the string's final line breaks (YAML 1.2.2, 8.1.1.2). */
export function literalHeader(text: string): string {
  if (!text.endsWith("\n")) return "|-";
  return text.endsWith("\n\n") ? "|+" : "|";
}

/** The lines of a literal block's content, without indentation; the final line break is the last line's own. */
export function literalLines(text: string): string[] {
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

/** True for a list; `Array.isArray` does not narrow a readonly array. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** True for a map. */
export function isMap(value: Value | undefined): value is { readonly [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A whole document: JSON on one line without a line break, or block YAML that ends with one. */
export function printDocument(value: Value, format: "yaml" | "json"): string {
  if (format === "json") return printFlow(value, "json");
  return isMap(value) ? `${printPairs(value, PLAIN_LAYOUT).join("\n")}\n` : `${printFlow(value, "flow")}\n`;
}

/** The value that a change makes where there is none; undefined for a removal, which has nothing to do there. */
export function fromNothing(change: Change): Value | undefined {
  switch (change.kind) {
    case "set":
      return change.value;
    case "remove":
      return undefined;
    case "list":
      return change.append.length === 0 ? undefined : change.append;
    case "document": {
      const value = fromNothing(change.change);
      return value === undefined ? undefined : printDocument(value, change.format);
    }
    case "map": {
      const made = [...change.entries].flatMap(([key, inner]) => {
        const value = fromNothing(inner);
        return value === undefined ? [] : [[key, value] as const];
      });
      return made.length === 0 ? undefined : Object.fromEntries(made);
    }
  }
}
