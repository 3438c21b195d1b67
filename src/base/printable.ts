/** Control, format (bidirectional among them) and surrogate characters, and Unicode's line and paragraph separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * A text as one line that a terminal can be given: what moves its cursor, changes its colours or the order of its letters is
 * shown as an escape, `\n` or `\u001b`. A printable text stays as it is.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** The strings in plain data made printable, keys not. */
export function printableIn<Data>(data: Data): Data {
  if (typeof data === "string") return printable(data) as Data;
  if (Array.isArray(data)) return data.map(printableIn) as Data;
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, printableIn(value as unknown)])) as Data;
}

/** Plain data as indented JSON, with every unprintable character as an escape, which means the same in JSON. */
export function printableJson(data: unknown): string {
  return `${JSON.stringify(data, null, 2).replace(UNPRINTABLE, (char) => (char === "\n" ? char : escaped(char)))}\n`;
}

function escaped(char: string): string {
  const short = JSON.stringify(char).slice(1, -1);
  if (short !== char) return short;
  return [...Array(char.length).keys()].map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");
}
