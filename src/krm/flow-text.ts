import { startsWith } from "./lines.ts";

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const UPPER_E = 0x45;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LOWER_E = 0x65;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const TILDE = 0x7e;

/** The literal names (RFC 8259, 3). */
const NAMES = ["true", "false", "null"];

/** What may stand behind a backslash (RFC 8259, 7), the last six being the letters of `bfnrtu`; the digits behind a `u` are left to whoever decodes the string. */
const ESCAPED: readonly number[] = [QUOTE, BACKSLASH, SLASH, 0x62, 0x66, 0x6e, 0x72, 0x74, 0x75];

/** A parser may limit the depth of nesting (RFC 8259, 9); no resource comes near this one. */
const DEEPEST = 500;

/** The longest string that `plainText` takes, in bytes. */
const SHORT = 200;

/** What a pass returns in place of an offset where the bytes are not the JSON that it expects. */
export const NOT_JSON = -1;

/** Passes a value that starts at a byte offset and returns the offset behind it; `key` is where its member's key starts. */
type PassValue = (bytes: Uint8Array, at: number, depth: number, key: number) => number;

/** The byte offset of the first byte that is no whitespace (RFC 8259, 2). A CR without LF is none, as it is none in YAML. */
export function passBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    const isBlank = byte === SPACE || byte === LF || byte === TAB || (byte === CR && bytes[at + 1] === LF);
    if (!isBlank) return at;
    at++;
  }
}

/** Passes a value of any kind, whose nested values nobody wants to know of. */
export function passValue(bytes: Uint8Array, at: number, depth: number): number {
  const first = bytes[at];
  if (first === QUOTE) return passString(bytes, at);
  if (first === OPEN_BRACE) return passObject(bytes, at, depth, passValue);
  if (first === OPEN_BRACKET) return passArray(bytes, at, depth, passValue);
  return first === MINUS || isDigit(first) ? passNumber(bytes, at) : passName(bytes, at);
}

/** Passes an object; each member's value is handed to `passMember`. */
export function passObject(bytes: Uint8Array, from: number, depth: number, passMember: PassValue): number {
  if (bytes[from] !== OPEN_BRACE || depth === DEEPEST) return NOT_JSON;
  let at = passBlanks(bytes, from + 1);
  if (bytes[at] === CLOSE_BRACE) return at + 1;
  for (;;) {
    const value = passKey(bytes, at);
    const end = value === NOT_JSON ? NOT_JSON : passMember(bytes, value, depth + 1, at);
    if (end === NOT_JSON) return NOT_JSON;
    at = passBlanks(bytes, end);
    if (bytes[at] === CLOSE_BRACE) return at + 1;
    if (bytes[at] !== COMMA) return NOT_JSON;
    at = passBlanks(bytes, at + 1);
  }
}

/** Passes an array; each element is handed to `passElement`. */
export function passArray(bytes: Uint8Array, from: number, depth: number, passElement: PassValue): number {
  if (bytes[from] !== OPEN_BRACKET || depth === DEEPEST) return NOT_JSON;
  let at = passBlanks(bytes, from + 1);
  if (bytes[at] === CLOSE_BRACKET) return at + 1;
  for (;;) {
    const end = passElement(bytes, at, depth + 1, at);
    if (end === NOT_JSON) return NOT_JSON;
    at = passBlanks(bytes, end);
    if (bytes[at] === CLOSE_BRACKET) return at + 1;
    if (bytes[at] !== COMMA) return NOT_JSON;
    at = passBlanks(bytes, at + 1);
  }
}

/** Passes a key and its colon, up to where the value starts. */
function passKey(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return NOT_JSON;
  const end = passString(bytes, at);
  if (end === NOT_JSON) return NOT_JSON;
  const colon = passBlanks(bytes, end);
  return bytes[colon] === COLON ? passBlanks(bytes, colon + 1) : NOT_JSON;
}

/** Control characters must not stand in a string as they are (RFC 8259, 7). */
function passString(bytes: Uint8Array, from: number): number {
  for (let at = from + 1; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return at + 1;
    if (byte < SPACE) return NOT_JSON;
    if (byte === BACKSLASH) {
      at++;
      if (!ESCAPED.includes(bytes[at] ?? 0)) return NOT_JSON;
    }
  }
  return NOT_JSON;
}

function passNumber(bytes: Uint8Array, from: number): number {
  let at = bytes[from] === MINUS ? from + 1 : from;
  if (!isDigit(bytes[at])) return NOT_JSON;
  while (isDigit(bytes[at]) || isNumberSign(bytes[at])) at++;
  return at;
}

function passName(bytes: Uint8Array, at: number): number {
  const name = NAMES.find((candidate) => startsWith(bytes, at, candidate));
  return name === undefined ? NOT_JSON : at + name.length;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function isNumberSign(byte: number | undefined): boolean {
  return byte === DOT || byte === LOWER_E || byte === UPPER_E || byte === PLUS || byte === MINUS;
}

/** True when the string that starts at a byte offset holds an escape. */
export function hasEscape(bytes: Uint8Array, from: number): boolean {
  let at = from + 1;
  while (at < bytes.length && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at++;
  return bytes[at] === BACKSLASH;
}

/**
 * The string that starts at a byte offset, if it is short, ASCII and without other escapes than `\/`, which PHP writes for
 * every slash; undefined for any other value.
 */
export function plainText(bytes: Uint8Array, from: number): string | undefined {
  if (bytes[from] !== QUOTE) return undefined;
  let text = "";
  for (let at = from + 1; at <= from + SHORT; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return text;
    if (byte === BACKSLASH && bytes[at + 1] === SLASH) continue;
    if (byte < SPACE || byte > TILDE || byte === BACKSLASH) return undefined;
    text += String.fromCharCode(byte);
  }
  return undefined;
}
