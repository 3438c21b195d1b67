import { TAB, LF, CR, SPACE, HASH, DASH } from "../../base/ascii.ts";
import { type Pair } from "../node.ts";

/** What the reader of block YAML knows while it goes through a text. All offsets are UTF-16 offsets. */
export interface Reading {
  readonly text: string;
  /** The offset of the next character. */
  at: number;
  /** The column of the next character where a node may start there, -1 at the end of the text. */
  column: number;
  /** How many collections the next node stands in. */
  depth: number;
}

/** Thrown where a text goes beyond what the reader supports, or is in error; caught by `readBlock`. */
export class Beyond extends Error {}

/** How many collections may be in one another; a parser that calls itself for each must stop somewhere. */
export const DEEPEST = 100;

/** True where a line or the text ends. A carriage return is before a line feed only, or the text has been refused. */
export function isLineEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === LF || code === CR || at >= text.length;
}

/** True for what parts an indicator from what follows: a space or the end of the line. A tab is refused. */
export function isGap(text: string, at: number): boolean {
  if (text.charCodeAt(at) === TAB) throw new Beyond();
  return text.charCodeAt(at) === SPACE || isLineEnd(text, at);
}

/** True for a dash that begins an element of a block list. */
export function isDash({ text, at }: Reading): boolean {
  return text.charCodeAt(at) === DASH && isGap(text, at + 1);
}

/** The offset of the first character that is no space. */
export function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === SPACE) at++;
  return at;
}

/** True when nothing but blanks and a comment is between an offset and the end of its line. */
export function isRestEmpty(text: string, from: number): boolean {
  const at = skipSpaces(text, from);
  // A `#` is a comment after a blank only (YAML 1.2.2, 6.6).
  return isLineEnd(text, at) || (text.charCodeAt(at) === HASH && text.charCodeAt(at - 1) === SPACE);
}

/** Goes from the end of a node, where nothing else may be on its line, to the next line with content. */
export function endLine(reading: Reading): void {
  const { text, at } = reading;
  if (!isRestEmpty(text, at)) throw new Beyond();
  const newline = text.indexOf("\n", at);
  reading.at = newline === -1 ? text.length : newline + 1;
  toContent(reading);
}

/** Goes from the start of a line to the first character of the next content, over blank lines and comments. */
export function toContent(reading: Reading): void {
  passEmptyLines(reading);
  if (isDocumentMark(reading)) throw new Beyond();
}

/** The same where a line that begins or ends the document may come. */
export function passEmptyLines(reading: Reading): void {
  const { text } = reading;
  for (let start = reading.at; start < text.length;) {
    const at = skipSpaces(text, start);
    const code = text.charCodeAt(at);
    if (code === TAB) throw new Beyond();
    if (code !== HASH && !isLineEnd(text, at)) {
      reading.at = at;
      reading.column = at - start;
      return;
    }
    const newline = text.indexOf("\n", at);
    start = newline === -1 ? text.length : newline + 1;
  }
  reading.at = text.length;
  reading.column = -1;
}

/** True for `---` or `...` at the start of a line, which begins or ends a document whatever is before it. */
export function isDocumentMark({ text, at, column }: Reading): boolean {
  return column === 0 && (text.startsWith("---", at) || text.startsWith("...", at)) && isGap(text, at + 3);
}

/** How far a colon may be after the start of its key (YAML 1.2.2, 7.4.2), less a little. */
const LONGEST_KEY = 1000;

/** Refuses keys that need a closer look: no strings, merge keys, long ones, and the same one twice. */
export function checkKeys(pairs: readonly Pair[]): void {
  const seen = new Set<unknown>();
  for (const { key } of pairs) {
    const value = key.kind === "scalar" ? key.value : undefined;
    const isMerge = value === "<<" && key.kind === "scalar" && key.form === "plain";
    if (typeof value !== "string" || isMerge || key.end - key.start > LONGEST_KEY || seen.has(value))
      throw new Beyond();
    seen.add(value);
  }
}
