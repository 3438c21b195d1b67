const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;
const HASH = 0x23;
const DASH = 0x2d;
const COLON = 0x3a;

/** Where one line stands: byte offsets of its first byte, of its first byte that is no space, and of its line break. */
export interface Line {
  start: number;
  content: number;
  end: number;
}

/** The line that starts at a byte offset; the last one may end with the bytes instead of a line break. */
export function lineFrom(bytes: Uint8Array, start: number): Line {
  let content = start;
  while (bytes[content] === SPACE) content++;
  const end = bytes.indexOf(LF, content);
  return { start, content, end: end === -1 ? bytes.length : end };
}

/** True for a line that means nothing to YAML's structure: blank, or a comment. */
export function isBlankOrComment(bytes: Uint8Array, { content, end }: Omit<Line, "start">): boolean {
  const at = skipBlanks(bytes, content, end);
  return at === end || bytes[at] === HASH;
}

/** True for a line that begins an element of a block list. */
export function isDash(bytes: Uint8Array, { content, end }: Line): boolean {
  return bytes[content] === DASH && (content + 1 === end || isBlank(bytes[content + 1]));
}

/** True for `---` at column 0, which begins a document even in the middle of a scalar (YAML 1.2.2, 9.1.2). */
export function isDocumentStart(bytes: Uint8Array, { start, end }: Line): boolean {
  return (
    bytes[start] === DASH &&
    bytes[start + 1] === DASH &&
    bytes[start + 2] === DASH &&
    (start + 3 >= end || isBlank(bytes[start + 3]))
  );
}

/** The number of bytes of a byte-order mark at the start of the input. */
export function byteOrderMark(bytes: Uint8Array): 0 | 3 {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
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

/** The bytes of a short stretch of ASCII as text; longer ones are cut, since no key or kind is that long. */
export function asciiOf(bytes: Uint8Array, from: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.min(end - from, 200)).toString("latin1");
}

/**
 * What a line at the column of a resource's keys tells of the resource's kind: the kind, "" when it is some other key, and
 * undefined when the key is quoted, in braces or otherwise hides what it is.
 */
export function kindOnLine(bytes: Uint8Array, { content, end }: Omit<Line, "start">): string | undefined {
  const first = bytes[content] ?? 0;
  const isLetter = (first | 0x20) >= 0x61 && (first | 0x20) <= 0x7a;
  if (!isLetter && first !== DASH) return undefined;
  const isKind =
    first === 0x6b &&
    bytes[content + 1] === 0x69 &&
    bytes[content + 2] === 0x6e &&
    bytes[content + 3] === 0x64 &&
    bytes[content + 4] === COLON;
  if (!isKind) return "";
  return plainWord(bytes, content + 6, end) ?? quotedWord(bytes, content + 5, end);
}

/** The word that is all of the rest of a line, as hosts write it; undefined for anything that needs a closer look. */
function plainWord(bytes: Uint8Array, from: number, end: number): string | undefined {
  if (bytes[from - 1] !== SPACE || end - from > 63) return undefined;
  let word = "";
  for (let at = from; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if ((byte | 0x20) < 0x61 || (byte | 0x20) > 0x7a) return undefined;
    word += String.fromCharCode(byte);
  }
  return word === "" ? undefined : word;
}

function quotedWord(bytes: Uint8Array, from: number, end: number): string | undefined {
  return /^[ \t]+(["']?)([A-Za-z0-9]+)\1[ \t\r]*(?:[ \t]#.*)?$/.exec(asciiOf(bytes, from, end))?.[2];
}
