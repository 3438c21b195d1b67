import { LF, DASH } from "../base/ascii.ts";
import { present } from "../base/record.ts";
import { BlockLines } from "./block-lines.ts";
import { addKind, doubtOddBreaks } from "./kind-on-line.ts";
import { byteOrderMark, nextLine, oddBreaksIn, skipBlanks } from "./lines.ts";
import type { Item, ListParts, NamedFile, Part, Region } from "./parts.ts";

/** Where an item is in its own region: it is the only element of a list. */
const FIRST_ELEMENT = [0] as const;

/** What is known between one line and the next. */
class Progress {
  readonly file: NamedFile;
  readonly lines: BlockLines;
  readonly entries = new Map<string, Region>();
  /** Values of the top-level apiVersion and kind. */
  readonly head = new Map<string, string>();
  readonly items: Item[] = [];
  /** The top-level key whose value is being passed. */
  key: string | undefined;
  /** Column of the dashes of `items`, once the first has been seen. */
  dash: number | undefined;
  /** Column of the current item's keys, once its first has been seen. */
  keys: number | undefined;
  kind: string | undefined = "";
  /** Anchors of the current entry or item. */
  anchors: Set<string> | undefined;

  constructor(file: NamedFile) {
    this.file = file;
    this.lines = new BlockLines(file.bytes, startOfContent(file.bytes));
  }
}

/**
 * Finds the parts of a ResourceList by its lines, as kpt and kustomize write it: top-level keys at column 0 and a block list
 * below `items`. What is deeper than a dash belongs to its element (YAML 1.2.2, 8.1.1.1, 8.2.1 and 7.3), unless quoted
 * text or braces go on at a lower column, as only go-yaml allows. Returns undefined for every other shape, aliases from one
 * part to another among them, which is then a matter for the full parse. Whether it is a ResourceList is not judged here.
 */
export function findListParts(file: NamedFile): ListParts | undefined {
  const progress = new Progress(file);
  for (;;) {
    if (passUsual(progress)) continue;
    if (!progress.lines.next()) break;
    if (!passLine(progress) || !passMarks(progress)) return undefined;
  }
  return finish(progress);
}

/** After a byte-order mark and a `---` line that comes first and has nothing on it. */
function startOfContent(bytes: Uint8Array): number {
  const start = byteOrderMark(bytes);
  const first = new BlockLines(bytes, start);
  if (!first.next() || first.content !== start || first.slice(start, start + 3) !== "---") return start;
  return skipBlanks(bytes, first.start + 3, first.end) === first.end ? nextLine(bytes, first.start) : start;
}

/** Takes one line into account; false when the line has no place in the shape. */
function passLine(progress: Progress): boolean {
  const { lines, dash } = progress;
  const column = lines.content - lines.start;
  const isDash = progress.file.bytes[lines.content] === DASH && lines.node > lines.content;
  if (progress.key === "items") {
    if (isDash && (dash === undefined || column === dash)) return startItem(progress, column);
    if (dash !== undefined && column > dash) return passItemLine(progress, column, dash);
    return column === 0 && startEntry(progress);
  }
  // What goes on below `kind: ResourceList` would make it another value.
  const mayGoOn = progress.key !== undefined && !progress.head.has(progress.key);
  if (column === 0 && !(isDash && mayGoOn)) return startEntry(progress);
  return mayGoOn && lines.inner > 0;
}

/** Passes lines of items as hosts write them; true where that was the head of one. */
function passUsual(progress: Progress): boolean {
  const { lines, key, dash, keys } = progress;
  if (key !== "items" || dash === undefined) return false;
  if (keys !== undefined) lines.passUsual(keys);
  const kind = lines.passUsualHead(dash);
  if (kind === undefined) return false;
  newItem(progress, kind, dash + 2);
  return true;
}

function newItem(progress: Progress, kind: string, keys: number | undefined): void {
  const { file, lines } = progress;
  const { start } = lines;
  closeItem(progress, start);
  progress.items.push({ region: { file, start, end: start, lead: start }, path: FIRST_ELEMENT, kind: "" });
  progress.keys = keys;
  progress.kind = kind;
  progress.anchors = undefined;
}

function startItem(progress: Progress, column: number): boolean {
  const { lines } = progress;
  progress.dash = column;
  newItem(progress, "", undefined);
  if (lines.node === lines.end) return true;
  const mayGoOn = passItemLine(progress, lines.column, column);
  // A list in the list.
  if (lines.slice(lines.content + 1, lines.node).trim() !== "") progress.kind = undefined;
  return mayGoOn;
}

function passItemLine(progress: Progress, column: number, dash: number): boolean {
  const { lines } = progress;
  const isFirst = progress.keys === undefined;
  progress.keys ??= column;
  const isIndicated = !isFirst && lines.node > lines.content;
  if (column === progress.keys && !isIndicated) progress.kind = addKind(progress.kind, lines);
  else if (lines.isOdd || (column === progress.keys && lines.isExplicit)) progress.kind = undefined;
  if (lines.inner <= progress.keys) progress.kind = undefined;
  return lines.inner > dash;
}

function startEntry(progress: Progress): boolean {
  const { lines, entries, file } = progress;
  const { bytes } = file;
  const { start, colon, end } = lines;
  const key = lines.isOdd || colon === -1 ? "" : lines.slice(start, colon);
  if (!/^[A-Za-z]+$/.test(key) || entries.has(key) || lines.inner <= 0) return false;
  closeEntry(progress, start);
  entries.set(key, { file, start, end: bytes.length, lead: start });
  progress.key = key;
  progress.anchors = undefined;
  const rest = lines.slice(colon + 1, end);
  if (key === "items") return /^[ \t\r]*(?:[ \t]#.*)?$/.test(rest);
  if (key !== "apiVersion" && key !== "kind") return true;
  const value = /^[ \t]+(["']?)([\w./-]+)\1[ \t\r]*(?:[ \t]#.*)?$/.exec(rest)?.[2];
  if (value === undefined || lines.goesOn()) return false;
  progress.head.set(key, value);
  return true;
}

/** Notes the anchors of a line; false for an alias of an anchor that is outside of the part. */
function passMarks(progress: Progress): boolean {
  for (const { name, isAlias } of progress.lines.marks) {
    if (isAlias && !progress.anchors?.has(name)) return false;
    (progress.anchors ??= new Set()).add(name);
  }
  return true;
}

function closeItem({ items, kind }: Progress, end: number): void {
  const last = items.at(-1);
  if (last === undefined) return;
  last.region.end = end;
  last.kind = kind;
}

function closeEntry(progress: Progress, end: number): void {
  if (progress.key === undefined) return;
  const entry = progress.entries.get(progress.key);
  if (entry) entry.end = end;
  if (progress.key === "items") closeItem(progress, end);
}

function finish(progress: Progress): ListParts | undefined {
  const { file, entries, head, items } = progress;
  const list = entries.get("items");
  if (!head.has("kind") || list === undefined) return undefined;
  closeEntry(progress, file.bytes.length);
  const oddBreaks = oddBreaksIn(file.bytes).filter((offset) => offset >= byteOrderMark(file.bytes));
  if (!doubtOddBreaks(items, oddBreaks)) return undefined;
  const isMarked = oddBreaks.some((at) => at >= (items.at(-1)?.region.start ?? 0) && byteOrderMark(file.bytes, at) > 0);
  const mayFollow = file.bytes.at(-1) === LF && !isMarked;
  const part = (key: string): Part | undefined => {
    const region = entries.get(key);
    return region && { region, path: [key] };
  };
  return present<ListParts>({
    head,
    items,
    functionConfig: part("functionConfig"),
    results: part("results"),
    // A block scalar that ends with the text would gain a line break if anything came after it, and after a byte-order mark in
    // a comment of the last item go-yaml finds no further key.
    resultsAt: { offset: mayFollow ? file.bytes.length : list.start, column: 0 },
  });
}
