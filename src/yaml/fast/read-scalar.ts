import type { ScalarNode } from "../node.ts";
import { Beyond, COLON, CR, DASH, HASH, isGap, isLineEnd, LF, SPACE, TAB } from "./reading.ts";
import { resolvePlain } from "../resolve-plain.ts";

const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;

/** Characters that a plain scalar cannot start with, or only sometimes (YAML 1.2.2, 7.3.3). */
const INDICATORS = "?:,[]{}#&*!|>'\"%@`";

/** Escapes of one character (YAML 1.2.2, 5.7). An object, because a Map takes longer to make at the start of every run. */
const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\u0007",
  b: "\b",
  t: "\t",
  "\t": "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\u001b",
  " ": " ",
  '"': '"',
  "/": "/",
  "\\": "\\",
  N: "\u0085",
  _: "\u00a0",
  L: "\u2028",
  P: "\u2029",
};

/** How many digits an escape of a character code has. */
const CODE_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** A quoted scalar on one line, or undefined where no quote stands. */
export function readQuoted(text: string, at: number): ScalarNode | undefined {
  const quote = text.charCodeAt(at);
  if (quote === DOUBLE_QUOTE) return readDoubleQuoted(text, at);
  return quote === SINGLE_QUOTE ? readSingleQuoted(text, at) : undefined;
}

/**
 * A plain scalar in block style, up to the end of its line. With `colon` it is one that could be a key, and the offset is
 * that of the colon.
 */
export function readPlain(text: string, start: number): { scalar: ScalarNode; colon?: number } {
  if (!startsPlain(text, start)) throw new Beyond();
  const content = beforeComment(text, start);
  const inner = content.indexOf(": ");
  const colon = inner === -1 && content.endsWith(":") ? content.length - 1 : inner;
  const written = colon === -1 ? withoutSpaces(content) : content.slice(0, colon);
  // Blanks before the colon are allowed, but nobody writes them.
  if (written.includes("\t") || written.endsWith(" ")) throw new Beyond();
  const scalar = plainScalar(text, start, start + written.length);
  return colon === -1 ? { scalar } : { scalar, colon: start + colon };
}

/** The rest of a line up to a comment, searched by the engine rather than in a loop, which runs uncompiled most of the time. */
function beforeComment(text: string, start: number): string {
  const newline = text.indexOf("\n", start);
  const end = newline === -1 ? text.length : newline;
  const line = text.slice(start, text.charCodeAt(end - 1) === CR ? end - 1 : end);
  const comment = line.indexOf(" #");
  return comment === -1 ? line : line.slice(0, comment);
}

function withoutSpaces(content: string): string {
  let end = content.length;
  while (content.charCodeAt(end - 1) === SPACE) end--;
  return content.slice(0, end);
}

/** A plain scalar in braces or brackets, up to what ends it or to the end of its line. */
export function readPlainInFlow(text: string, start: number): ScalarNode {
  const isIndicator = text.charCodeAt(start) === DASH && isFlowIndicator(text, start + 1);
  if (isIndicator || !startsPlain(text, start)) throw new Beyond();
  let end = start;
  for (let at = start; !isFlowIndicator(text, at); at++) {
    const code = text.charCodeAt(at);
    if (isLineEnd(text, at) || (code === COLON && (isFlowIndicator(text, at + 1) || isGap(text, at + 1)))) break;
    if (code === TAB) throw new Beyond();
    if (code !== SPACE) end = at + 1;
    else if (text.charCodeAt(at + 1) === HASH) break;
  }
  return plainScalar(text, start, end);
}

/** True for the brackets and the comma, which a plain scalar in braces cannot hold (YAML 1.2.2, 7.3.3). */
function isFlowIndicator(text: string, at: number): boolean {
  return at < text.length && ",[]{}".includes(text.charAt(at));
}

/** True where a plain scalar may start that is not an indicator of something else. */
function startsPlain(text: string, at: number): boolean {
  if (text.charCodeAt(at) === DASH) return !isGap(text, at + 1);
  return at < text.length && !INDICATORS.includes(text.charAt(at));
}

/** The node of a plain scalar between two offsets, resolved. */
export function plainScalar(text: string, start: number, end: number): ScalarNode {
  return { kind: "scalar", form: "plain", start, end, value: resolvePlain(text.slice(start, end)) };
}

function readSingleQuoted(text: string, start: number): ScalarNode {
  let at = text.indexOf("'", start + 1);
  while (at !== -1 && text.charCodeAt(at + 1) === SINGLE_QUOTE) at = text.indexOf("'", at + 2);
  if (at === -1) throw new Beyond();
  const inner = text.slice(start + 1, at);
  if (inner.includes("\n")) throw new Beyond();
  return { kind: "scalar", form: "single", start, end: at + 1, value: inner.replaceAll("''", "'") };
}

function readDoubleQuoted(text: string, start: number): ScalarNode {
  const pieces: string[] = [];
  let from = start + 1;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === LF) break;
    if (code === DOUBLE_QUOTE) {
      const value = pieces.join("") + text.slice(from, at);
      return { kind: "scalar", form: "double", start, end: at + 1, value };
    }
    if (code !== BACKSLASH) continue;
    const { meaning, length } = readEscape(text, at + 1);
    pieces.push(text.slice(from, at), meaning);
    at += length;
    from = at + 1;
  }
  throw new Beyond();
}

/** What stands behind a backslash, and how many characters that is. */
function readEscape(text: string, at: number): { meaning: string; length: number } {
  const kind = text.charAt(at);
  const meaning = ESCAPES[kind];
  if (meaning !== undefined) return { meaning, length: 1 };
  const digits = CODE_LENGTHS[kind];
  const code = text.slice(at + 1, at + 1 + (digits ?? 0));
  if (digits === undefined || code.length < digits || !/^[0-9a-fA-F]+$/.test(code)) throw new Beyond();
  const point = Number.parseInt(code, 16);
  if (point > 0x10ffff) throw new Beyond();
  return { meaning: String.fromCodePoint(point), length: 1 + digits };
}
