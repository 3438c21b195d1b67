import type { Finding } from "../finding.ts";
import type { Manifest, Mention } from "../manifest.ts";
import { readManifest } from "./read-manifest.ts";
import { isFinding, readPart } from "./read-part.ts";
import type { Item, Stream } from "./stream.ts";

/** How an escape of a character of ASCII starts in YAML (YAML 1.2.2, 5.7), in JSON as well. */
const ESCAPES = ["\\x", "\\u00", "\\U000000"].map((escape) => Buffer.from(escape));

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
  const kindBytes = kinds.map((kind) => Buffer.from(kind));
  const mentions = mentioning?.map(toBytes);
  for (const item of stream.items) {
    if (item.kind === undefined ? !mayBe(stream, item, kindBytes) : !kinds.includes(item.kind)) continue;
    if (mentions && !mayMention(stream, item, mentions)) continue;
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

/** A `Mention` as it is looked for. */
interface ByteMention {
  words: readonly Buffer[];
  like?: RegExp;
}

function toBytes(mention: Mention): ByteMention {
  if (typeof mention === "string") return { words: [Buffer.from(mention)] };
  return { ...mention, words: mention.all.map((word) => Buffer.from(word)) };
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

/** A word may be spelled with escapes. The region of an item of a full parse is the whole text, which tells nothing. */
function mayMention(stream: Stream, item: Item, mentions: readonly ByteMention[]): boolean {
  if (stream.way === "full parse") return true;
  const region = regionOf(stream, item);
  const isMentioned = ({ words, like }: ByteMention): boolean =>
    words.every((word) => region.includes(word)) && (like === undefined || like.test(region.toString("latin1")));
  if (mentions.some(isMentioned)) return true;
  // One byte is looked for much faster than several.
  return (
    region.includes(BACKSLASH) &&
    ESCAPES.some((escape) => region.includes(escape)) &&
    ESCAPED_WORD.test(region.toString("latin1"))
  );
}

function holds(stream: Stream, item: Item, words: readonly Buffer[]): boolean {
  const region = regionOf(stream, item);
  return words.some((word) => region.includes(word));
}

function regionOf({ bytes }: Stream, { start, end }: Item): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
}
