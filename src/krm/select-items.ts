import type { Finding } from "../finding.ts";
import type { Manifest, Mention } from "../manifest.ts";
import { readManifest } from "./read-manifest.ts";
import { isFinding, readPart } from "./read-part.ts";
import type { Item, Stream } from "./stream.ts";

/** How an escape of a character of ASCII starts in YAML (YAML 1.2.2, 5.7), in JSON as well. */
const ESCAPES = ["\\x", "\\u00", "\\U000000"];

const BACKSLASH = 0x5c;

/** An escape that spells what names are made of, and none of `<`, `>`, `&`, which Go's JSON always writes as escapes. */
const ESCAPED_WORD = /\\(?:x|u00|U000000)(?:2[def]|3\d|[4-7][\da-f])/i;

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
  const ofKind = itemsOf(stream, kinds);
  for (const item of mentioning ? mentionedIn(stream, ofKind, mentioning) : ofKind) {
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

/** The items that are or may be of one of the kinds, in the order of the stream. */
function itemsOf(stream: Stream, kinds: readonly string[]): Item[] {
  const positions = (stream.positions ??= positionsOf(stream.items));
  const unclear = positions.get(undefined) ?? [];
  const kindBytes = unclear.length === 0 ? [] : kinds.map((kind) => Buffer.from(kind));
  const itemAt = (position: number): Item => stream.items[position] as Item;
  const lists = [...new Set(kinds)].map((kind) => positions.get(kind) ?? []);
  const may = unclear.filter((position) => mayBe(stream, itemAt(position), kindBytes));
  const [only = [], ...others] = [...lists, may].filter((list) => list.length > 0);
  const sorted = others.length === 0 ? only : [only, ...others].flat().toSorted((a, b) => a - b);
  return sorted.map(itemAt);
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

/** Where one of this many items is asked for, one search through the whole stream is quicker than one for each item. */
const MANY = 8;

/**
 * Those of some items that hold what is mentioned, or a word with escapes, since such a word may be any. The region of an
 * item of a full parse is the whole text, which tells nothing.
 */
function mentionedIn(stream: Stream, items: readonly Item[], mentions: readonly Mention[]): readonly Item[] {
  if (stream.way === "full parse") return items;
  const isMany = items.length * MANY > stream.items.length;
  const holding = (word: Buffer): readonly Item[] =>
    isMany ? passThrough(stream, items, word) : items.filter((item) => regionOf(stream, item).includes(word));
  const found = new Set(isMany ? escapedIn(stream) : items.filter((item) => isEscaped(stream, item)));
  for (const mention of mentions) {
    const { all, like } = typeof mention === "string" ? { all: [mention], like: undefined } : mention;
    const [first = "", ...rest] = all;
    for (const item of holding(Buffer.from(first))) {
      const region = regionOf(stream, item);
      const isLike = rest.every((word) => region.includes(word)) && (like?.test(region.toString("latin1")) ?? true);
      if (isLike) found.add(item);
    }
  }
  return found.size === 0 ? [] : items.filter((item) => found.has(item));
}

/** The items that hold a word, by one search that looks at no item in which it does not stand. */
function passThrough({ bytes }: Stream, items: readonly Item[], word: Buffer): Item[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: Item[] = [];
  for (let position = 0, item = items[0]; item !== undefined; item = items[++position]) {
    const offset = text.indexOf(word, item.start);
    if (offset === -1) break;
    position = positionAt(items, offset, position);
    item = items[position];
    if (item !== undefined && offset + word.length <= item.end) found.push(item);
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

/** The items with an escaped word, looked for once. */
function escapedIn(stream: Stream): readonly Item[] {
  const withBackslash = (): Item[] => passThrough(stream, stream.items, Buffer.of(BACKSLASH));
  stream.escaped ??= withBackslash().filter((item) => isEscaped(stream, item));
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
function mayBe(stream: Stream, item: Item, kinds: readonly Buffer[]): boolean {
  const region = regionOf(stream, item);
  return stream.way === "full parse" || region.includes("\\") || region.includes("*") || holds(stream, item, kinds);
}

function holds(stream: Stream, item: Item, words: readonly (string | Buffer)[]): boolean {
  const region = regionOf(stream, item);
  return words.some((word) => region.includes(word));
}

function regionOf({ bytes }: Stream, { start, end }: Item): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
}
