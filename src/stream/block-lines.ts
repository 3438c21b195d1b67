import {
  TAB,
  LF,
  SPACE,
  DOUBLE_QUOTE,
  HASH,
  SINGLE_QUOTE,
  COMMA,
  DASH,
  COLON,
  OPEN_BRACKET,
  BACKSLASH,
  CLOSE_BRACKET,
  OPEN_BRACE,
  CLOSE_BRACE,
} from "../base/ascii.ts";
import { isBlank, skipBlanks } from "./lines.ts";
import { passUsualLines, usualHead } from "./usual-lines.ts";

/** Characters that no plain scalar starts with and that begin nothing else that is known here. */
const RESERVED = "%@`,]}#";

/** An anchor or an alias, by its name. */
export interface Mark {
  name: string;
  isAlias: boolean;
}

/**
 * Goes over the lines of block YAML that give it its structure: those with a key, a dash or a scalar, and not those inside
 * of a block scalar, of quoted text or of braces that began on a line before. Nothing is decoded, and what a line means is
 * judged only as far as it is written as hosts write it; of everything else the line says that it is odd.
 */
export class BlockLines {
  /** Byte offsets of the line: its first byte, its first byte that is no space, its line break or the end. */
  start = 0;
  content = 0;
  end = 0;
  /** Where the key or scalar of the line starts, after dashes; the end where there is none. */
  node = 0;
  /** The colon after the line's key, -1 where it has no key. */
  colon = -1;
  /** True where only a parser can say what the line means. */
  isOdd = false;
  /** True for a line with an explicit key, or the value of one. */
  isExplicit = false;
  /** The least indentation of the lines that quoted text or braces of this line go on over; Infinity where they do not. */
  inner = Infinity;
  /** The anchors and aliases of the line. */
  marks: Mark[] = [];

  readonly #bytes: Uint8Array;
  readonly #buffer: Buffer;
  readonly #limit: number;
  #at: number;
  /** Lines deeper than this column go on with the scalar of a line before. */
  #scalarColumn = Infinity;
  /** Starts at the first byte of a line, and ends before the byte offset `limit`. */
  constructor(bytes: Uint8Array, from: number, limit = bytes.length) {
    this.#bytes = bytes;
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = from;
    this.#limit = limit;
  }

  /** The column of the line's key or scalar. */
  get column(): number {
    return this.node - this.start;
  }

  /** Goes to the next line; false at the end. */
  next(): boolean {
    const bytes = this.#bytes;
    const limit = this.#limit;
    while (this.#at < limit) {
      const start = this.#at;
      let content = start;
      while (bytes[content] === SPACE) content++;
      const end = this.#lineEnd(content);
      this.#at = end + 1;
      const isGoingOn = content - start > this.#scalarColumn;
      if (isGoingOn || content >= end || bytes[content] === HASH || isRestBlank(bytes, content, end)) continue;
      this.start = start;
      this.content = content;
      this.end = end;
      this.#look();
      return true;
    }
    return false;
  }

  /** Passes the head of an item as hosts write it, and returns its kind; undefined where something else is there. */
  passUsualHead(dash: number): string | undefined {
    const start = this.#at;
    const head = usualHead(this.#bytes, start, dash);
    if (head === undefined) return undefined;
    this.start = start;
    this.#at = head.next;
    this.#scalarColumn = Infinity;
    return this.slice(head.from, head.end);
  }

  /** Passes lines that say nothing of a resource with its keys at a column. */
  passUsual(keys: number): void {
    const bytes = this.#bytes;
    let content = this.#at;
    if (this.#scalarColumn !== Infinity) while (bytes[content] === SPACE) content++;
    if (content - this.#at > this.#scalarColumn) return;
    const end = passUsualLines(bytes, this.#at, keys, this.#limit);
    if (end > this.#at) this.#scalarColumn = Infinity;
    this.#at = end;
  }

  /** Bytes of the line as text, one character for each. */
  slice(from: number, end: number): string {
    return this.#buffer.toString("latin1", from, end);
  }

  /** True where the scalar that the line ends with goes on on a line below. */
  goesOn(): boolean {
    const bytes = this.#bytes;
    let [start, content] = [this.end + 1, this.end + 1];
    while (content < this.#limit && isBlankOrBreak(bytes[content])) {
      content++;
      if (bytes[content - 1] === LF) start = content;
    }
    return content < this.#limit && bytes[content] !== HASH && content - start > this.column;
  }

  #look(): void {
    const bytes = this.#bytes;
    this.colon = -1;
    this.isOdd = bytes[this.content] === TAB;
    this.inner = Infinity;
    if (this.marks.length > 0) this.marks = [];
    this.#scalarColumn = Infinity;
    let parent = -1;
    let at = this.content;
    this.isExplicit = false;
    while (isIndicator(bytes[at]) && this.#isGap(at + 1)) {
      if (bytes[at] !== DASH) this.isExplicit = true;
      parent = at - this.start;
      at = skipBlanks(bytes, at + 1, this.end);
    }
    if (bytes[at] === HASH) at = this.end;
    this.node = at;
    at = this.#passProperties(at);
    if (at === this.end || bytes[at] === HASH) return;
    const key = this.#passScalar(at, parent, true);
    if (key === undefined) return;
    this.colon = key;
    at = skipBlanks(bytes, key + 1, this.end);
    at = this.#passProperties(at);
    if (at < this.end && bytes[at] !== HASH) this.#passScalar(at, this.column, false);
  }

  /** Passes the scalar, or the key, that starts at an offset; returns the colon after a key. */
  #passScalar(at: number, parent: number, mayBeKey: boolean): number | undefined {
    const bytes = this.#bytes;
    switch (String.fromCharCode(bytes[at] ?? 0)) {
      case '"':
      case "'":
        return this.#endNode(this.#passQuoted(at), mayBeKey);
      case "{":
      case "[":
        return this.#endNode(this.#passFlow(at), false);
      case "*":
        return this.#endNode(this.#passName(at, true), false);
      case "|":
      case ">":
        if (parent === -1) return this.#endLost();
        this.#scalarColumn = parent;
        return undefined;
      default:
        return this.#passPlain(at, parent, mayBeKey);
    }
  }

  #passPlain(from: number, parent: number, mayBeKey: boolean): number | undefined {
    const bytes = this.#bytes;
    const first = bytes[from] ?? 0;
    if ((isIndicator(first) && this.#isGap(from + 1)) || RESERVED.includes(String.fromCharCode(first)))
      this.isOdd = true;
    if (mayBeKey) {
      for (let at = from; at < this.end; at++) {
        const byte = bytes[at];
        if (byte === COLON && this.#isGap(at + 1)) return at;
        if (byte === HASH && isBlank(bytes[at - 1])) break;
      }
      if (parent === -1) return this.#endLost();
    }
    this.#scalarColumn = parent;
    return undefined;
  }

  /** A scalar on a line of its own, which goes on in lines that are deeper than a column that is not known here. */
  #endLost(): undefined {
    this.isOdd = true;
    this.inner = 0;
    this.#scalarColumn = this.column - 1;
  }

  /** After quoted text, braces or an alias: the colon of a key, or nothing but a comment. */
  #endNode(from: number, mayBeKey: boolean): number | undefined {
    const bytes = this.#bytes;
    const lineEnd = from <= this.end ? this.end : this.#lineEnd(from);
    if (from > this.end) this.#at = lineEnd + 1;
    const at = skipBlanks(bytes, from, lineEnd);
    if (at === lineEnd || (bytes[at] === HASH && at > from)) return undefined;
    if (mayBeKey && bytes[at] === COLON && from <= this.end && this.#isGap(at + 1)) return at;
    this.isOdd = true;
    return undefined;
  }

  #passProperties(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    for (;;) {
      const first = bytes[at];
      if (first === 0x26) at = this.#passName(at, false);
      else if (first === 0x21) while (at < this.end && !isBlank(bytes[at])) at++;
      else return at;
      at = skipBlanks(bytes, at, this.end);
    }
  }

  #passName(from: number, isAlias: boolean): number {
    let at = from + 1;
    while (at < this.#limit && isNameByte(this.#bytes[at])) at++;
    this.marks.push({ name: this.slice(from + 1, at), isAlias });
    return at;
  }

  #passQuoted(from: number): number {
    const bytes = this.#bytes;
    const quote = bytes[from];
    for (let at = from + 1; at < this.#limit; at++) {
      const byte = bytes[at];
      if (byte === LF) this.#passLineBreak(at);
      else if (byte === BACKSLASH && quote === DOUBLE_QUOTE && bytes[at + 1] !== LF) at++;
      else if (byte === quote) {
        if (quote !== SINGLE_QUOTE || bytes[at + 1] !== SINGLE_QUOTE) return at + 1;
        at++;
      }
    }
    return this.#neverClosed();
  }

  #passFlow(from: number): number {
    const bytes = this.#bytes;
    let depth = 0;
    let isStart = true;
    for (let at = from; at < this.#limit; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === LF) this.#passLineBreak(at);
      else if (byte === HASH && isBlankOrBreak(bytes[at - 1])) at = this.#lineEnd(at) - 1;
      else if (byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE) {
        if (!isStart) this.isOdd ||= bytes[at - 1] === COLON;
        else at = this.#passQuoted(at) - 1;
        isStart = false;
      } else if (isStart && (byte === 0x26 || byte === 0x2a)) at = this.#passName(at, byte === 0x2a) - 1;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) [depth, isStart] = [depth + 1, true];
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth--;
        isStart = false;
        if (depth === 0) return at + 1;
      } else if (byte === COMMA || byte === COLON) {
        isStart = byte === COMMA || isBlankOrBreak(bytes[at + 1]) || isClosing(bytes[at - 1]);
      } else if (!isBlankOrBreak(byte)) isStart = false;
    }
    return this.#neverClosed();
  }

  #passLineBreak(feed: number): void {
    let content = feed + 1;
    while (this.#bytes[content] === SPACE) content++;
    const isEmpty = content >= this.#limit || isBlankOrBreak(this.#bytes[content]);
    if (!isEmpty) this.inner = Math.min(this.inner, content - feed - 1);
  }

  #neverClosed(): number {
    this.isOdd = true;
    this.inner = 0;
    return this.#limit;
  }

  #lineEnd(from: number): number {
    const feed = this.#bytes.indexOf(LF, from);
    return feed === -1 || feed > this.#limit ? this.#limit : feed;
  }

  #isGap(at: number): boolean {
    return at >= this.end || isBlank(this.#bytes[at]);
  }
}

function isIndicator(byte: number | undefined): boolean {
  return byte === DASH || byte === COLON || byte === 0x3f;
}

function isRestBlank(bytes: Uint8Array, content: number, end: number): boolean {
  return isBlank(bytes[content]) && skipBlanks(bytes, content, end) === end;
}

function isBlankOrBreak(byte: number | undefined): boolean {
  return byte === LF || isBlank(byte);
}

function isClosing(byte: number | undefined): boolean {
  return byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE || byte === CLOSE_BRACE || byte === CLOSE_BRACKET;
}

/** What go-yaml takes for a part of an anchor's name (is_alpha), and more: a name that is taken too long is still no other one's. */
function isNameByte(byte: number | undefined): boolean {
  return byte !== undefined && byte > SPACE && !",[]{}".includes(String.fromCharCode(byte));
}
