import { LF, CR, SPACE, DOUBLE_QUOTE, SINGLE_QUOTE, DASH, COLON, BACKSLASH } from "../base/ascii.ts";

const SMALL_I = 0x69;
const SMALL_K = 0x6b;

/** The head of an item as kpt and kustomize write it. */
const API_VERSION = "- apiVersion: ";
const KIND = "kind: ";

/**
 * Passes lines that need no look, by far the most, and returns where the first other line starts: a plain
 * key at the column of a resource's keys or deeper, with no value, a plain one or one in quotes on the line, or a word after a
 * dash. A key of the resource may not begin like `kind` or `items`. A line before one that may go on with its scalar is not
 * passed. One function without objects, because it is what a large stream is read with.
 */
export function passUsualLines(bytes: Uint8Array, from: number, keys: number, limit: number): number {
  const classes = (bytesOfPlain ??= classify());
  let last = from;
  let start = from;
  while (start < limit) {
    let at = start;
    while (bytes[at] === SPACE) at++;
    const column = at - start;
    if (column < keys) return start;
    const isDash = bytes[at] === DASH && bytes[at + 1] === SPACE;
    if (isDash) at += 2;
    const first = bytes[at] as number;
    const isOwnKey = column === keys && !isDash && (first === SMALL_K || first === SMALL_I);
    let end = -1;
    if (!isOwnKey && classes[first] === STARTS) {
      while ((classes[bytes[at] as number] as number) > 0) at++;
      const behind = bytes[at];
      if (behind === COLON) {
        const next = bytes[at + 1];
        if (next === LF) end = at + 1;
        else if (next === SPACE) {
          const value = bytes[at + 2] as number;
          at += 3;
          if (classes[value] === STARTS) {
            while (bytes[at] !== LF && at < limit) at++;
            end = at < limit ? at : -1;
          } else if (value === SINGLE_QUOTE || value === DOUBLE_QUOTE) {
            while (bytes[at] !== value && bytes[at] !== LF && bytes[at] !== BACKSLASH && at < limit) at++;
            end = bytes[at] === value ? lineEnd(bytes, at + 1) : -1;
          }
        } else if (next === CR) end = lineEnd(bytes, at + 1);
      } else if (isDash) end = lineEnd(bytes, at);
    }
    // What is deeper may go on with the scalar of the line before, which is then read again.
    if (end === -1) return column > keys ? last : start;
    last = start;
    start = end + 1;
  }
  return start === limit ? limit : last;
}

/** What a byte may do in a plain key or value: nothing, stand inside, or start it as well. */
const STARTS = 2;
let bytesOfPlain: Uint8Array | undefined;

function classify(): Uint8Array {
  const classes = new Uint8Array(256);
  classes[DASH] = 1;
  classes.fill(STARTS, 0x2e, 0x3a);
  classes.fill(STARTS, 0x41, 0x5b);
  classes.fill(STARTS, 0x61, 0x7b);
  classes[0x5f] = STARTS;
  return classes;
}

/** The offset of the line feed where a line ends at an offset; -1 where it does not. */
function lineEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] === LF) return at;
  return bytes[at] === CR && bytes[at + 1] === LF ? at + 1 : -1;
}

/** The kind of an item and where its line ends. */
export interface UsualHead {
  from: number;
  /** Before the line break. */
  end: number;
  next: number;
}

/**
 * The kind of an item as hosts write it, apiVersion after a dash at a column and then a kind of some letters, as the bytes of
 * its word; undefined for another one. What follows on the next line is a key of the resource, or another item.
 */
export function usualHead(bytes: Uint8Array, from: number, dash: number): UsualHead | undefined {
  const classes = (bytesOfPlain ??= classify());
  let at = passSpaces(bytes, from, dash);
  if (!startsWith(bytes, at, API_VERSION)) return undefined;
  at += API_VERSION.length;
  if (classes[bytes[at] as number] !== STARTS) return undefined;
  while ((classes[bytes[at] as number] as number) > 0) at++;
  const lineBreak = lineEnd(bytes, at);
  const kind = lineBreak === -1 ? bytes.length : passSpaces(bytes, lineBreak + 1, dash + 2);
  if (!startsWith(bytes, kind, KIND)) return undefined;
  const word = kind + KIND.length;
  let end = word;
  while (isLetter(bytes[end] as number)) end++;
  const next = lineEnd(bytes, end) + 1;
  // Shorter ones may be `True` or `Null`.
  if (end - word <= 5 || next === 0) return undefined;
  const isNext =
    isLetter(bytes[passSpaces(bytes, next, dash + 2)] as number) ||
    (bytes[next + dash] === DASH && passSpaces(bytes, next, dash) < bytes.length);
  return isNext ? { from: word, end, next } : undefined;
}

/** The offset after a number of spaces; where there are fewer, the end of the bytes. */
function passSpaces(bytes: Uint8Array, from: number, count: number): number {
  for (let at = from; at < from + count; at++) if (bytes[at] !== SPACE) return bytes.length;
  return from + count;
}

function isLetter(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
}

function startsWith(bytes: Uint8Array, at: number, wanted: string): boolean {
  for (let position = 0; position < wanted.length; position++) {
    if (bytes[at + position] !== wanted.charCodeAt(position)) return false;
  }
  return true;
}
