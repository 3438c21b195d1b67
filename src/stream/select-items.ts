import type { Finding } from "../base/finding.ts";
import type { Manifest, Mention } from "../base/manifest.ts";
import { readManifest } from "./read-manifest.ts";
import { isFinding, readPart } from "./read-part.ts";
import type { Item, Stream } from "./stream.ts";

/** How an escape of a character of ASCII starts in YAML (YAML 1.2.2, 5.7), in JSON as well, and that of a line break. */
const ESCAPES = ["\\x", "\\u00", "\\U000000", "\\\n", "\\\r\n"];

const BACKSLASH = 0x5c;

/**
 * An escape that spells what names are made of, and none of `<`, `>`, `&`, which Go's JSON always writes as escapes; or one
 * that joins the parts of a name on two lines (YAML 1.2.2, 7.3.1), as the lines of a shell script behind a blank are not.
 */
const ESCAPED_WORD = /\\(?:x|u00|U000000)(?:2[def]|3\d|[4-7][\da-f])|[\w.-]\\\r?\n[ \t]*[\w.-]/i;

/** Items of some kinds, each with its place in the stream, and what was wrong with those that could not be read. */
export interface Selection {
  found: { item: Item; manifest: Manifest }[];
  findings: Finding[];
}

/**
 * Reads the items of one of the kinds, in the order of the stream, and no others. With `mentioning` an item is read only
 * if its bytes hold one of these, or escapes that could spell one.
 */
export function selectItems(stream: Stream, kinds: readonly string[], mentioning?: readonly Mention[]): Selection {
  const selection: Selection = { found: [], findings: [] };
  for (const item of itemsToRead(stream, kinds, mentioning)) {
    const read = readItem(stream, item);
    if (read === undefined) continue;
    if ("severity" in read) {
      selection.findings.push(read);
    } else if (kinds.includes(read.ref.kind)) {
      selection.found.push({ item, manifest: read });
    }
  }
  return selection;
}

/** Where one of this many items is asked for, one search through the whole stream is quicker than one for each item. */
const MANY = 8;

function itemsToRead(stream: Stream, kinds: readonly string[], mentions: readonly Mention[] | undefined): Item[] {
  const lists = listsOf(stream, kinds);
  // The region of an item of a full parse is the whole text, which tells nothing.
  if (mentions === undefined || stream.way === "full parse") return itemsOf(stream, kinds, lists);
  const count = lists.reduce((sum, list) => sum + list.length, 0);
  if (count * MANY > stream.items.length) return searched(stream, kinds, mentions);
  return itemsOf(stream, kinds, lists).filter(
    (item) => isEscaped(stream, item) || mentions.some((mention) => mentioned(stream, item, mention)),
  );
}

/** The positions of the items of each of the kinds, and of those of which only a parse can tell. */
function listsOf(stream: Stream, kinds: readonly string[]): (readonly number[])[] {
  const positions = (stream.positions ??= positionsOf(stream.items));
  const lists = [...new Set<string | undefined>(kinds), undefined].map((kind) => positions.get(kind) ?? []);
  return lists.filter((list) => list.length > 0);
}

/** A plain loop, since it runs for every item of a stream before the engine has compiled it. */
function positionsOf(items: readonly Item[]): Map<Item["kind"], number[]> {
  const positions = new Map<Item["kind"], number[]>();
  for (let position = 0; position < items.length; position++) {
    const kind = items[position]?.kind;
    const list = positions.get(kind);
    if (list) list.push(position);
    else positions.set(kind, [position]);
  }
  return positions;
}

/** The items that are or may be of one of the kinds, in the order of the stream. */
function itemsOf(stream: Stream, kinds: readonly string[], lists: readonly (readonly number[])[]): Item[] {
  const [only = [], ...others] = lists;
  const positions = others.length === 0 ? only : lists.flat().toSorted((a, b) => a - b);
  return positions.map((position) => itemAt(stream, position)).filter((item) => isOfKind(stream, item, kinds));
}

/**
 * The same items that hold what is mentioned, or a word with escapes, since such a word may be any: by one search for each
 * word, which looks at no item in which it does not stand.
 */
function searched(stream: Stream, kinds: readonly string[], mentions: readonly Mention[]): Item[] {
  const found = new Set(escapedIn(stream));
  for (const mention of mentions) {
    const [first = ""] = wordsOf(mention);
    for (const position of passThrough(stream, Buffer.from(first))) {
      const item = itemAt(stream, position);
      if (isOfKind(stream, item, kinds) && mentioned(stream, item, mention)) found.add(position);
    }
  }
  const positions = [...found].toSorted((a, b) => a - b);
  return positions.map((position) => itemAt(stream, position)).filter((item) => isOfKind(stream, item, kinds));
}

function itemAt({ items }: Stream, position: number): Item {
  return items[position] as Item;
}

function wordsOf(mention: Mention): readonly string[] {
  return typeof mention === "string" ? [mention] : mention.all;
}

/** True for an item whose text holds all words of a mention and something like its pattern. */
function mentioned(stream: Stream, item: Item, mention: Mention): boolean {
  const region = regionOf(stream, item);
  const like = typeof mention === "string" ? undefined : mention.like;
  return wordsOf(mention).every((word) => region.includes(word)) && (like?.test(region.toString("latin1")) ?? true);
}

/** The positions of the items that hold a word. */
function passThrough({ bytes, items }: Stream, word: Buffer): number[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: number[] = [];
  for (let position = 0, item = items[0]; item !== undefined; item = items[++position]) {
    const offset = text.indexOf(word, item.start);
    if (offset === -1) break;
    position = positionAt(items, offset, position);
    item = items[position];
    if (item !== undefined && offset + word.length <= item.end) found.push(position);
  }
  return found;
}

/** The position of the last item that starts at or before an offset, of those from a position on. */
function positionAt(items: readonly Item[], offset: number, from: number): number {
  let [low, high] = [from, items.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((items[middle]?.start ?? Infinity) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The positions of the items with an escaped word, looked for once. */
function escapedIn(stream: Stream): readonly number[] {
  stream.escaped ??= passThrough(stream, Buffer.of(BACKSLASH)).filter((position) =>
    isEscaped(stream, itemAt(stream, position)),
  );
  return stream.escaped;
}

/** One byte is looked for much faster than several. */
function isEscaped(stream: Stream, item: Item): boolean {
  const region = regionOf(stream, item);
  return region.includes(BACKSLASH) && holds(stream, item, ESCAPES) && ESCAPED_WORD.test(region.toString("latin1"));
}

/** An item as a manifest, read once; undefined for one that is no map. */
function readItem(stream: Stream, item: Item): Manifest | Finding | undefined {
  if (!stream.manifests.has(item)) {
    const read = readPart(stream, item);
    stream.manifests.set(item, isFinding(read) ? read : readManifest(read.value));
  }
  return stream.manifests.get(item);
}

/** An item whose kind its lines do not tell may be of a kind if it holds the word, or an escape or alias that could. */
function isOfKind(stream: Stream, item: Item, kinds: readonly string[]): boolean {
  if (item.kind !== undefined) return kinds.includes(item.kind);
  const region = regionOf(stream, item);
  return stream.way === "full parse" || region.includes("\\") || region.includes("*") || holds(stream, item, kinds);
}

function holds(stream: Stream, item: Item, words: readonly string[]): boolean {
  const region = regionOf(stream, item);
  return words.some((word) => region.includes(word));
}

function regionOf({ bytes }: Stream, { start, end }: Item): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
}
