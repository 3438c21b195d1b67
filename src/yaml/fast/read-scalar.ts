import { TAB, CR, SPACE, DOUBLE_QUOTE, HASH, SINGLE_QUOTE, DASH, COLON, BACKSLASH } from "../../base/ascii.ts";
import type { ScalarNode } from "../node.ts";
import { Beyond, isGap, isLineEnd } from "./reading.ts";
import { resolvePlain } from "../resolve-plain.ts";

/** Characters that a plain scalar cannot start with, or only sometimes (YAML 1.2.2, 7.3.3). */
const INDICATORS = "?:,[]{}#&*!|>'\"%@`";

/** Escapes of one character that JSON has as well; all others are left to the package (YAML 1.2.2, 5.7). */
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "/": "/",
  "\\": "\\",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** How many digits an escape of a character code has. */
const CODE_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** A quoted scalar, or undefined where there is no quote. */
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
  // Blanks before the colon are allowed, but are not written in practice.
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
    // To go-yaml that colon is a part of the scalar.
    if (code === COLON && isFlowIndicator(text, at + 1)) throw new Beyond();
    if (isLineEnd(text, at) || (code === COLON && isGap(text, at + 1))) break;
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

function startsPlain(text: string, at: number): boolean {
  if (text.charCodeAt(at) === DASH) return !isGap(text, at + 1);
  return at < text.length && !INDICATORS.includes(text.charAt(at));
}

/** The node of a plain scalar between two offsets, resolved. */
export function plainScalar(text: string, start: number, end: number): ScalarNode {
  return { kind: "scalar", form: "plain", start, end, value: resolvePlain(text.slice(start, end)) };
}

/** True for a scalar that goes over several lines, and so can be no key. */
export function isOnSeveralLines(text: string, { start, end }: ScalarNode): boolean {
  const newline = text.indexOf("\n", start);
  return newline !== -1 && newline < end;
}

function readSingleQuoted(text: string, start: number): ScalarNode {
  let at = text.indexOf("'", start + 1);
  while (at !== -1 && text.charCodeAt(at + 1) === SINGLE_QUOTE) at = text.indexOf("'", at + 2);
  if (at === -1) throw new Beyond();
  const inner = text.slice(start + 1, at);
  const value = (inner.includes("\n") ? foldLines(inner) : inner).replaceAll("''", "'");
  return { kind: "scalar", form: "single", start, end: at + 1, value };
}

function readDoubleQuoted(text: string, start: number): ScalarNode {
  let end = start + 1;
  for (let isEscaped = false; isEscaped || text.charCodeAt(end) !== DOUBLE_QUOTE; end++) {
    if (end >= text.length) throw new Beyond();
    isEscaped = !isEscaped && text.charCodeAt(end) === BACKSLASH;
  }
  const inner = text.slice(start + 1, end);
  const line = inner.includes("\n") ? foldLines(inner) : inner;
  const value = line.includes("\\") ? unescape(line) : line;
  return { kind: "scalar", form: "double", start, end: end + 1, value };
}

/**
 * Quoted text on several lines as one: a line break is a space, those of blank lines stay, and blanks around them go. A
 * backslash at the end of a line takes its break away (YAML 1.2.2, 7.3.1). Indentation does not count, as in go-yaml.
 */
function foldLines(inner: string): string {
  const lines = inner.split(/\r?\n/);
  let folded = "";
  let blank = 0;
  for (const [position, line] of lines.entries()) {
    const isLast = position === lines.length - 1;
    if (/^(?:---|\.\.\.)(?:[ \t]|$)/.test(line) && position > 0) throw new Beyond();
    const content = position === 0 ? line : line.replace(/^[ \t]+/, "");
    if (content === "" && !isLast && position > 0) {
      blank++;
      continue;
    }
    if (position > 0) {
      const isJoined = endsInBackslash(folded);
      folded = isJoined ? folded.slice(0, -1) : folded;
      folded += blank > 0 ? "\n".repeat(blank) : isJoined ? "" : " ";
      blank = 0;
    }
    folded += isLast ? content : withoutEnd(content);
  }
  return folded;
}

/** Without the blanks at the end, of which one may be escaped: that is left to the package. */
function withoutEnd(line: string): string {
  let end = line.length;
  while (line.charCodeAt(end - 1) === SPACE || line.charCodeAt(end - 1) === TAB) end--;
  const content = line.slice(0, end);
  if (end < line.length && endsInBackslash(content)) throw new Beyond();
  return content;
}

function endsInBackslash(text: string): boolean {
  let count = 0;
  while (text.charCodeAt(text.length - 1 - count) === BACKSLASH) count++;
  return count % 2 === 1;
}

function unescape(line: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (let at = line.indexOf("\\"); at !== -1; at = line.indexOf("\\", from)) {
    const { meaning, length } = readEscape(line, at + 1);
    pieces.push(line.slice(from, at), meaning);
    from = at + 1 + length;
  }
  return pieces.join("") + line.slice(from);
}

function readEscape(text: string, at: number): { meaning: string; length: number } {
  const meaning = ESCAPES[text.charAt(at)];
  if (meaning !== undefined) return { meaning, length: 1 };
  const digits = CODE_LENGTHS[text.charAt(at)] ?? 0;
  const code = text.slice(at + 1, at + 1 + digits);
  const point = Number.parseInt(code, 16);
  if (!/^[\da-fA-F]+$/.test(code) || code.length < digits || point > 0x10ffff) throw new Beyond();
  return { meaning: String.fromCodePoint(point), length: 1 + digits };
}
