import { TAB, LF, CR, SPACE } from "../base/ascii.ts";

/** The number of bytes of a byte-order mark at an offset. */
export function byteOrderMark(bytes: Uint8Array, at = 0): 0 | 3 {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? 3 : 0;
}

/** The byte offset of the first byte that is no blank, or `end`. */
export function skipBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(bytes[at])) at++;
  return at;
}

/** True for a space, a tab, or the first half of a Windows line break. */
export function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB || byte === CR;
}

/** The offset after the line break of the line of an offset, or the end of the bytes. */
export function nextLine(bytes: Uint8Array, from: number): number {
  const feed = bytes.indexOf(LF, from);
  return feed === -1 ? bytes.length : feed + 1;
}

/** A stretch of bytes as text, one character for each byte. */
export function latin1(bytes: Uint8Array, from: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.max(0, end - from)).toString("latin1");
}

/** Finds the line, from 1, that a byte is on; all lines are found at the first question, as there can be many. */
export function lineNumbers(bytes: Uint8Array): (offset: number) => number {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= startsOf(bytes);
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function startsOf(bytes: Uint8Array): number[] {
  const starts = [0];
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) starts.push(at + 1);
  return starts;
}

/** The column, from 1 and in UTF-16, that a byte offset is at; a byte-order mark is no column. */
export function columnAt(bytes: Uint8Array, offset: number): number {
  let count = 1;
  for (let at = offset - 1; at >= byteOrderMark(bytes) && bytes[at] !== LF; at--) {
    const byte = bytes[at] ?? 0;
    const isFirstOfCharacter = (byte & 0xc0) !== 0x80;
    if (isFirstOfCharacter) count += byte >= 0xf0 ? 2 : 1;
  }
  return count;
}

/** The byte offsets of what YAML 1.1 takes for a line break and YAML 1.2 does not, and of byte-order marks. */
export function oddBreaksIn(bytes: Uint8Array): number[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: number[] = [];
  for (const character of ["\u0085", "\u2028", "\u2029", "\ufeff"]) {
    for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found.push(at);
  }
  for (let at = bytes.indexOf(CR); at !== -1; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] !== LF) found.push(at);
  }
  return found.toSorted((a, b) => a - b);
}
