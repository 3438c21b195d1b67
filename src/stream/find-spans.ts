import {
  asciiOf,
  byteOrderMark,
  isBlank,
  isBlankOrComment,
  isDash,
  isDocumentStart,
  kindOnLine,
  lineFrom,
  skipBlanks,
} from "./lines.ts";
import type { Line } from "./lines.ts";
import { shallowLines } from "./shallow-lines.ts";
import type { NextShallow } from "./shallow-lines.ts";
import type { Item, Part, Stream } from "./stream.ts";

const LF = 0x0a;
const SPACE = 0x20;
const COLON = 0x3a;
const DASH = 0x2d;
const SMALL_K = 0x6b;

/** Where an item stands in its own region: it is the only element of a list. */
const FIRST_ELEMENT = [0] as const;

/** What the finder knows while it goes from line to line. */
interface Progress {
  entries: Map<string, { start: number; end: number }>;
  /** Values of the top-level apiVersion and kind. */
  head: Map<string, string>;
  /** The top-level key whose value is being passed. */
  key: string | undefined;
  items: Item[];
  /** Column of the dashes of `items`, once the first has been seen. */
  dash: number | undefined;
  /** Column of the current item's keys, once its first has been seen. */
  keys: number | undefined;
  /** Finds the lines that are no deeper than the dashes, once their column is known. */
  nextShallow?: NextShallow;
}

/**
 * Finds the parts of a ResourceList by its lines alone, as kpt and kustomize write it: top-level keys at column 0 and a
 * block list below `items`. YAML guarantees that what stands deeper than a dash belongs to its element, block scalars and
 * quoted text over several lines included (YAML 1.2.2, 8.1.1.1, 8.2.1 and 7.3), so no line in between needs to be
 * understood. Returns undefined for every other shape, which is then a matter for the full parse. Whether the kind and
 * apiVersion are those of a ResourceList is not judged here.
 */
export function findSpans(bytes: Uint8Array): Stream | undefined {
  const progress: Progress = {
    entries: new Map(),
    head: new Map(),
    key: undefined,
    items: [],
    dash: undefined,
    keys: undefined,
  };
  for (let at = startOfContent(bytes); at < bytes.length;) {
    at = passItemLines(bytes, progress, at);
    if (at >= bytes.length) break;
    const line = lineFrom(bytes, at);
    if (!isBlankOrComment(bytes, line) && !passLine(bytes, progress, line)) return undefined;
    at = line.end + 1;
  }
  return finish(bytes, progress);
}

/** Behind a byte-order mark and a first `---` line with nothing on it. */
function startOfContent(bytes: Uint8Array): number {
  const start = byteOrderMark(bytes);
  const line = lineFrom(bytes, start);
  const isBare = isDocumentStart(bytes, line) && isBlankOrComment(bytes, { content: start + 3, end: line.end });
  return isBare ? line.end + 1 : start;
}

/**
 * Passes the lines of items as hosts write them, nearly all lines there are: `- ` and a key, and what stands deeper than
 * that dash. Returns where the first other line starts. It looks at no more than it must: at the lines that are no deeper
 * than the dash, and of each item at those down to its kind.
 */
function passItemLines(bytes: Uint8Array, progress: Progress, from: number): number {
  const { dash, items } = progress;
  let item = items.at(-1);
  if (progress.key !== "items" || dash === undefined || progress.keys === undefined || item === undefined) return from;
  const nextShallow = (progress.nextShallow ??= shallowLines(bytes, dash + 1));
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let head: Head | undefined;
  for (let start = from; start < bytes.length;) {
    if (!startsWithSpaces(bytes, start, dash + 1)) {
      const isItem = bytes[start + dash] === DASH && bytes[start + dash + 1] === SPACE;
      if (!isItem || !isLetter(bytes[start + dash + 2]) || !startsWithSpaces(bytes, start, dash)) return start;
      item.end = start;
      item = { start, end: start, path: FIRST_ELEMENT, kind: "" };
      items.push(item);
      progress.keys = dash + 2;
    }
    const next = nextShallow(start);
    if (head !== undefined && start === item.start && beginsLike(text, head, start, next)) {
      item.kind = head.kind;
    } else {
      const end = passToKind(bytes, progress, item, start, next);
      if (start === item.start && item.kind) head = { start, end, kind: item.kind };
    }
    start = next;
  }
  return bytes.length;
}

/** An item from its start to behind the line of its kind: many items begin with the same bytes, and so are of its kind. */
interface Head {
  start: number;
  end: number;
  kind: string;
}

function beginsLike(text: Buffer, head: Head, start: number, next: number): boolean {
  const end = start + head.end - head.start;
  return end <= next && text.compare(text, head.start, head.end, start, end) === 0;
}

/** Passes the lines of an item from the start of one on, until its kind is known or the lines end; returns how far. */
function passToKind(bytes: Uint8Array, progress: Progress, item: Item, from: number, behind: number): number {
  const { keys = 0 } = progress;
  let start = from;
  while (item.kind === "" && start < behind) {
    const feed = bytes.indexOf(LF, start);
    const end = feed === -1 ? bytes.length : feed;
    const first = bytes[start + keys];
    const isOtherKey = isLetter(first) && first !== SMALL_K;
    if (first !== SPACE && !isOtherKey && (start === item.start || startsWithSpaces(bytes, start, keys))) {
      noteKind(bytes, progress, { start, content: start + keys, end });
    }
    start = end + 1;
  }
  return start;
}

function startsWithSpaces(bytes: Uint8Array, start: number, count: number): boolean {
  for (let at = start; at < start + count; at++) {
    if (bytes[at] !== SPACE) return false;
  }
  return true;
}

/** Takes one line with content into account; false when the line has no place in the shape. */
function passLine(bytes: Uint8Array, progress: Progress, line: Line): boolean {
  const column = line.content - line.start;
  if (progress.key === "items") {
    if (isDash(bytes, line) && (progress.dash === undefined || column === progress.dash)) {
      progress.dash = column;
      startItem(bytes, progress, line);
      return true;
    }
    if (progress.dash !== undefined && column > progress.dash) {
      noteKind(bytes, progress, line);
      return true;
    }
    return column === 0 && startEntry(bytes, progress, line);
  }
  // What goes on below `kind: ResourceList` would make it another value.
  const mayGoOn = progress.key !== undefined && !progress.head.has(progress.key);
  if (column === 0 && !(isDash(bytes, line) && mayGoOn)) return startEntry(bytes, progress, line);
  return mayGoOn;
}

function startItem(bytes: Uint8Array, progress: Progress, line: Line): void {
  const last = progress.items.at(-1);
  if (last !== undefined) last.end = line.start;
  progress.items.push({ start: line.start, end: line.end, path: FIRST_ELEMENT, kind: "" });
  progress.keys = undefined;
  let content = line.content + 1;
  while (bytes[content] === 0x20) content++;
  noteKind(bytes, progress, { start: line.start, content, end: line.end });
}

/** Notes the item's kind when this is the line that tells it, or that only a parse can tell it. */
function noteKind(bytes: Uint8Array, progress: Progress, line: Line): void {
  if (isBlankOrComment(bytes, line)) return;
  const column = line.content - line.start;
  progress.keys ??= column;
  const item = progress.items.at(-1);
  if (column !== progress.keys || item?.kind === undefined) return;
  const kind = kindOnLine(bytes, line);
  if (kind !== "") item.kind = kind;
}

function startEntry(bytes: Uint8Array, progress: Progress, { start, end }: Line): boolean {
  const colon = bytes.indexOf(COLON, start);
  if (colon === -1 || colon > end) return false;
  const key = asciiOf(bytes, start, colon);
  if (!/^[A-Za-z]+$/.test(key) || progress.entries.has(key)) return false;
  if (colon + 1 < end && !isBlank(bytes[colon + 1])) return false;
  closeEntry(progress, start);
  progress.entries.set(key, { start, end: bytes.length });
  progress.key = key;
  if (key === "items") return isBlankOrComment(bytes, { content: skipBlanks(bytes, colon + 1, end), end });
  if (key !== "apiVersion" && key !== "kind") return true;
  const value = /^[ \t]*(["']?)([\w./-]+)\1[ \t\r]*(?:[ \t]#.*)?$/.exec(asciiOf(bytes, colon + 1, end))?.[2];
  if (value === undefined) return false;
  progress.head.set(key, value);
  return true;
}

function closeEntry(progress: Progress, end: number): void {
  if (progress.key === undefined) return;
  const entry = progress.entries.get(progress.key);
  if (entry) entry.end = end;
  const last = progress.items.at(-1);
  if (progress.key === "items" && last) last.end = end;
}

function finish(bytes: Uint8Array, progress: Progress): Stream | undefined {
  const items = progress.entries.get("items");
  if (!progress.head.has("kind") || items === undefined) return undefined;
  closeEntry(progress, bytes.length);
  const stream: Stream = {
    bytes,
    way: "spans",
    head: progress.head,
    manifests: new Map(),
    parses: 0,
    items: progress.items,
    // A block scalar that ends with the text would gain a line break if anything came behind it.
    resultsAt: { offset: bytes.at(-1) === LF ? bytes.length : items.start },
  };
  const functionConfig = partOf(progress, "functionConfig");
  const results = partOf(progress, "results");
  if (functionConfig) stream.functionConfig = functionConfig;
  if (results) stream.results = results;
  return stream;
}

function partOf(progress: Progress, key: string): Part | undefined {
  const entry = progress.entries.get(key);
  return entry === undefined ? undefined : { ...entry, path: [key] };
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}
