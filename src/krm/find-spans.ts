import type { Item, Part, Stream } from "./stream.ts";

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;
const HASH = 0x23;
const DASH = 0x2d;
const COLON = 0x3a;

/** What the finder knows while it goes from line to line. */
interface Progress {
  entries: Map<string, { start: number; end: number }>;
  /** The top-level key whose value is being passed. */
  key: string | undefined;
  items: Item[];
  /** Column of the dashes of `items`, once the first has been seen. */
  dash: number | undefined;
  /** Column of the current item's keys, once its first has been seen. */
  keys: number | undefined;
}

/**
 * Finds the parts of a ResourceList by its lines alone, as kpt and kustomize write it: top-level keys at column 0 and a
 * block list below `items`. YAML guarantees that what stands deeper than a dash belongs to its element, block scalars and
 * quoted text over several lines included (YAML 1.2.2, 8.1.1.1, 8.2.1 and 7.3), so no line in between needs to be
 * understood. Returns undefined for every other shape, which is then a matter for the full parse. Whether the kind and
 * apiVersion are those of a ResourceList is not judged here.
 */
export function findSpans(bytes: Uint8Array): Stream | undefined {
  const begin = startOfContent(bytes);
  const progress: Progress = { entries: new Map(), key: undefined, items: [], dash: undefined, keys: undefined };
  const head = new Map<string, string>();
  for (let line = begin; line < bytes.length; ) {
    let first = line;
    while (bytes[first] === SPACE) first++;
    const found = bytes.indexOf(LF, first);
    const end = found === -1 ? bytes.length : found;
    if (!isBlankOrComment(bytes, first, end) && !passLine(bytes, progress, head, line, first, end)) return undefined;
    line = end + 1;
  }
  return finish(bytes, progress, head);
}

/** Behind a byte-order mark and a first `---` line. */
function startOfContent(bytes: Uint8Array): number {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  if (bytes[start] !== DASH || bytes[start + 1] !== DASH || bytes[start + 2] !== DASH) return start;
  const end = bytes.indexOf(LF, start);
  return end !== -1 && isBlankOrComment(bytes, start + 3, end) ? end + 1 : start;
}

/** Takes one line with content into account; false when the line has no place in the shape. */
function passLine(
  bytes: Uint8Array,
  progress: Progress,
  head: Map<string, string>,
  line: number,
  first: number,
  end: number,
): boolean {
  const column = first - line;
  if (progress.key === "items") {
    if (isDash(bytes, first, end) && (progress.dash === undefined || column === progress.dash)) {
      progress.dash = column;
      startItem(bytes, progress, line, first, end);
      return true;
    }
    if (progress.dash !== undefined && column > progress.dash) {
      noteKind(bytes, progress, line, first, end);
      return true;
    }
    return column === 0 && startEntry(bytes, progress, head, line, end);
  }
  if (column === 0 && !(isDash(bytes, first, end) && progress.key !== undefined && !head.has(progress.key))) {
    return startEntry(bytes, progress, head, line, end);
  }
  // What goes on after `kind: ResourceList` would make it another value.
  return progress.key !== undefined && !head.has(progress.key);
}

function startItem(bytes: Uint8Array, progress: Progress, line: number, dash: number, end: number): void {
  const last = progress.items.at(-1);
  if (last !== undefined) last.end = line;
  progress.items.push({ start: line, end, path: [0], kind: "" });
  progress.keys = undefined;
  let first = dash + 1;
  while (bytes[first] === SPACE) first++;
  if (!isBlankOrComment(bytes, first, end)) noteKind(bytes, progress, line, first, end);
}

/** Notes the item's kind when this is the line that tells it; a key in quotes or braces leaves it open. */
function noteKind(bytes: Uint8Array, progress: Progress, line: number, first: number, end: number): void {
  progress.keys ??= first - line;
  if (first - line !== progress.keys) return;
  const item = progress.items.at(-1);
  if (item === undefined || item.kind === undefined) return;
  if (!startsPlainly(bytes[first])) item.kind = undefined;
  else if (startsWithKind(bytes, first)) item.kind = wordBehind(bytes, first + 5, end);
}

function startEntry(
  bytes: Uint8Array,
  progress: Progress,
  head: Map<string, string>,
  line: number,
  end: number,
): boolean {
  const colon = bytes.indexOf(COLON, line);
  if (colon === -1 || colon > end) return false;
  const key = ascii(bytes, line, colon);
  if (!/^[A-Za-z]+$/.test(key) || progress.entries.has(key)) return false;
  if (colon + 1 < end && !isBlank(bytes[colon + 1])) return false;
  closeEntry(progress, line);
  progress.entries.set(key, { start: line, end: bytes.length });
  progress.key = key;
  if (key === "items") return isBlankOrComment(bytes, skipBlanks(bytes, colon + 1, end), end);
  if (key !== "apiVersion" && key !== "kind") return true;
  const value = /^[ \t]*(["']?)([\w./-]+)\1[ \t\r]*(?:[ \t]#.*)?$/.exec(ascii(bytes, colon + 1, end))?.[2];
  if (value === undefined) return false;
  head.set(key, value);
  return true;
}

function closeEntry(progress: Progress, line: number): void {
  if (progress.key === undefined) return;
  const entry = progress.entries.get(progress.key);
  if (entry) entry.end = line;
  const last = progress.items.at(-1);
  if (progress.key === "items" && last) last.end = line;
}

function finish(
  bytes: Uint8Array,
  progress: Progress,
  head: Map<string, string>,
): Stream | undefined {
  const items = progress.entries.get("items");
  if (!head.has("kind") || items === undefined) return undefined;
  closeEntry(progress, bytes.length);
  const endsWithLineBreak = bytes.at(-1) === LF;
  const stream: Stream = {
    bytes,
    way: "spans",
    head,
    parsed: new Map(),
    items: progress.items,
    // A block scalar that ends with the text would gain a line break if anything came behind it.
    resultsAt: endsWithLineBreak ? bytes.length : items.start,
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

function isDash(bytes: Uint8Array, first: number, end: number): boolean {
  return bytes[first] === DASH && (first + 1 === end || isBlank(bytes[first + 1]));
}

function isBlankOrComment(bytes: Uint8Array, first: number, end: number): boolean {
  const content = skipBlanks(bytes, first, end);
  return content === end || bytes[content] === HASH;
}

function skipBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(bytes[at])) at++;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB || byte === CR;
}

/** A bare key, or the dash of a list that is the value of the key above: nothing that could hide the key `kind`. */
function startsPlainly(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
  return isLetter || byte === DASH;
}

function startsWithKind(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 0x6b &&
    bytes[at + 1] === 0x69 &&
    bytes[at + 2] === 0x6e &&
    bytes[at + 3] === 0x64 &&
    bytes[at + 4] === COLON
  );
}

/** The bare or quoted word that is all of a line's rest; undefined for anything else. */
function wordBehind(bytes: Uint8Array, from: number, end: number): string | undefined {
  return /^[ \t]+(["']?)([A-Za-z0-9]+)\1[ \t\r]*(?:[ \t]#.*)?$/.exec(ascii(bytes, from, end))?.[2];
}

function ascii(bytes: Uint8Array, from: number, end: number): string {
  let text = "";
  for (let at = from; at < Math.min(end, from + 200); at++) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}
