import { resolvePlain } from "../yaml/resolve-plain.ts";
import { byteOrderMark } from "./lines.ts";

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const HASH = 0x23;
const SINGLE_QUOTE = 0x27;
const COMMA = 0x2c;
const DASH = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const TILDE = 0x7e;
/** The first byte of a byte-order mark. */
const MARK = 0xef;

/** What may stand behind a backslash (YAML 1.2.2, 5.7); the digits behind `x` and `u` are left to whoever decodes the text. */
const ESCAPED = '0abtnvfre "/\\N_LPxuU';

/** How a plain scalar may start here besides with a letter, a digit or a dash: less than YAML allows (YAML 1.2.2, 7.3.3). */
const PLAIN_STARTS = "_/.+~$()^;\\=";

/** No resource comes near this depth; a pass that calls itself for each must stop somewhere. */
const DEEPEST = 500;

/** The longest scalar that `wordAt` takes, in bytes. */
const SHORT = 200;

/** What a pass returns in place of an offset where the bytes are beyond what it can decide, errors among it. */
export const BEYOND = -1;

/** Passes a value that starts at a byte offset and returns the offset behind it; `key` is where its member's key starts. */
type PassValue = (bytes: Uint8Array, at: number, depth: number, key: number) => number;

/**
 * The byte offset of the first byte that is no blank, no line break and in no comment. A CR without LF is no line break, and
 * a line that may begin or end a document is BEYOND.
 */
export function passGap(bytes: Uint8Array, from: number): number {
  for (let at = from; ; at++) {
    const byte = bytes[at] ?? 0;
    // Of what follows a gap only `"` stands before `#` in ASCII.
    if (byte > HASH || byte === DOUBLE_QUOTE) return at;
    if (byte === SPACE || byte === TAB || (byte === CR && bytes[at + 1] === LF)) continue;
    if (byte === LF) {
      if (isMark(bytes, at + 1)) return BEYOND;
    } else if (byte === HASH && (isBlank(bytes[at - 1]) || at === byteOrderMark(bytes))) {
      at = bytes.indexOf(LF, at) - 1;
      if (at < 0) return bytes.length;
    } else {
      return at;
    }
  }
}

/** True for `---` and `...`, and for what only looks like them. */
function isMark(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at];
  return (first === DASH || first === DOT) && bytes[at + 1] === first && bytes[at + 2] === first;
}

/** Passes a value of any kind, whose nested values nobody wants to know of. */
export function passValue(bytes: Uint8Array, at: number, depth: number): number {
  const first = bytes[at];
  if (first === DOUBLE_QUOTE) return passDoubleQuoted(bytes, at);
  if (first === OPEN_BRACE) return passMap(bytes, at, depth, passValue);
  if (first === OPEN_BRACKET) return passList(bytes, at, depth, passValue);
  return first === SINGLE_QUOTE ? passSingleQuoted(bytes, at) : passPlain(bytes, at);
}

/** Passes a map in braces; each pair's value is handed to `passMember`. Every pair has to have one. */
export function passMap(bytes: Uint8Array, from: number, depth: number, passMember: PassValue): number {
  if (bytes[from] !== OPEN_BRACE || depth === DEEPEST) return BEYOND;
  let at = passGap(bytes, from + 1);
  while (bytes[at] !== CLOSE_BRACE) {
    const value = passKey(bytes, at);
    if (value === BEYOND) return BEYOND;
    at = passGap(bytes, passMember(bytes, value, depth + 1, at));
    if (bytes[at] === CLOSE_BRACE) break;
    if (bytes[at] !== COMMA) return BEYOND;
    at = passGap(bytes, at + 1);
  }
  return at + 1;
}

/** Passes a list in brackets; each element is handed to `passElement`. */
export function passList(bytes: Uint8Array, from: number, depth: number, passElement: PassValue): number {
  if (bytes[from] !== OPEN_BRACKET || depth === DEEPEST) return BEYOND;
  let at = passGap(bytes, from + 1);
  while (bytes[at] !== CLOSE_BRACKET) {
    at = passGap(bytes, passElement(bytes, at, depth + 1, at));
    if (bytes[at] === CLOSE_BRACKET) break;
    // A pair without braces has its colon here, a plain scalar of several lines its next word.
    if (bytes[at] !== COMMA) return BEYOND;
    at = passGap(bytes, at + 1);
  }
  return at + 1;
}

/** Passes a key and its colon, up to where the value starts. Behind a quote the colon needs no blank (YAML 1.2.2, 7.4.2). */
function passKey(bytes: Uint8Array, from: number): number {
  const isQuoted = isQuote(bytes[from]);
  let colon = isQuoted ? passGap(bytes, passQuoted(bytes, from)) : passPlain(bytes, from);
  if (!isQuoted) while (bytes[colon] === SPACE) colon++;
  return bytes[colon] === COLON ? passGap(bytes, colon + 1) : BEYOND;
}

/** One on one line, and without control characters, a tab among them. */
function passQuoted(bytes: Uint8Array, from: number): number {
  return bytes[from] === DOUBLE_QUOTE ? passDoubleQuoted(bytes, from) : passSingleQuoted(bytes, from);
}

function passDoubleQuoted(bytes: Uint8Array, from: number): number {
  for (let at = from + 1; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    // Nearly all bytes of a stream in JSON come by here.
    if (byte > DOUBLE_QUOTE && byte !== BACKSLASH) continue;
    if (byte === DOUBLE_QUOTE) return at + 1;
    if (byte < SPACE || (byte === BACKSLASH && !holds(ESCAPED, bytes[++at] ?? 0))) return BEYOND;
  }
  return BEYOND;
}

function passSingleQuoted(bytes: Uint8Array, from: number): number {
  for (let at = from + 1; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < SPACE) return BEYOND;
    if (byte !== SINGLE_QUOTE) continue;
    if (bytes[at + 1] !== SINGLE_QUOTE) return at + 1;
    at++;
  }
  return BEYOND;
}

/** Passes a plain scalar up to its last character on its line. */
function passPlain(bytes: Uint8Array, from: number): number {
  if (!startsPlain(bytes, from)) return BEYOND;
  let end = from;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < SPACE) return isBlank(byte) ? end : BEYOND;
    if (byte === SPACE) {
      if (bytes[at + 1] === HASH) return end;
    } else if (isFlowIndicator(byte)) {
      return end;
    } else if (byte === COLON && (isBlank(bytes[at + 1]) || isFlowIndicator(bytes[at + 1]))) {
      return end;
    } else {
      end = at + 1;
    }
  }
  return BEYOND;
}

/** Nothing that starts a node of another kind, an anchor, an alias, a tag, a merge key or an explicit key. */
function startsPlain(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at] ?? 0;
  if (first === DASH) return !isBlank(bytes[at + 1]) && !isFlowIndicator(bytes[at + 1]);
  const isLetter = (first | 0x20) >= 0x61 && (first | 0x20) <= 0x7a;
  const isDigit = first >= 0x30 && first <= 0x39;
  return isLetter || isDigit || holds(PLAIN_STARTS, first) || (first >= 0x80 && first !== MARK);
}

function holds(characters: string, byte: number): boolean {
  return characters.includes(String.fromCharCode(byte));
}

function isFlowIndicator(byte: number | undefined): boolean {
  return (
    byte === COMMA || byte === OPEN_BRACE || byte === CLOSE_BRACE || byte === OPEN_BRACKET || byte === CLOSE_BRACKET
  );
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === LF || byte === CR || byte === TAB;
}

function isQuote(byte: number | undefined): boolean {
  return byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE;
}

/** True when the scalar that starts at a byte offset is in double quotes and holds an escape. */
export function hasEscape(bytes: Uint8Array, from: number): boolean {
  if (bytes[from] !== DOUBLE_QUOTE) return false;
  let at = from + 1;
  while (at < bytes.length && bytes[at] !== DOUBLE_QUOTE && bytes[at] !== BACKSLASH) at++;
  return bytes[at] === BACKSLASH;
}

/**
 * The string that starts at a byte offset, if it is short, ASCII and without other escapes than `\/`, which PHP writes for
 * every slash; undefined for any other value.
 */
export function wordAt(bytes: Uint8Array, from: number): string | undefined {
  const isQuoted = isQuote(bytes[from]);
  const end = isQuoted ? passQuoted(bytes, from) : passPlain(bytes, from);
  if (end === BEYOND || end - from > SHORT) return undefined;
  const [first, behind] = isQuoted ? [from + 1, end - 1] : [from, end];
  let text = "";
  for (let at = first; at < behind; at++) {
    const byte = bytes[at] ?? 0;
    if (byte > TILDE || (isQuoted && byte === SINGLE_QUOTE)) return undefined;
    if (byte !== BACKSLASH || bytes[from] !== DOUBLE_QUOTE) text += String.fromCharCode(byte);
    else if (bytes[at + 1] !== SLASH) return undefined;
  }
  return isQuoted || typeof resolvePlain(text) === "string" ? text : undefined;
}
