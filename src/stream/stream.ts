import type { Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import type { Style } from "../yaml/edit/print.ts";
import type { Source } from "../yaml/source.ts";

/**
 * A ResourceList, or a plain stream of manifests, as bytes, and where its parts stand in them (functions-spec.md). Parts are regions of whole lines, or,
 * where the text is laid out otherwise, the whole text; only a part that matters is ever decoded and parsed.
 */
export interface Stream {
  bytes: Uint8Array;
  /**
   * `spans`: the parts of a ResourceList were found by their lines. `brackets`: by those of a text in flow style or JSON.
   * `full parse`: its text had a shape that only a YAML parser can tell. `documents`: a plain stream of manifests was taken
   * apart at its `---` lines.
   */
  way: "spans" | "brackets" | "full parse" | "documents";
  items: Item[];
  functionConfig?: Part;
  results?: Part;
  /** Positions of the items of each kind, from the first time that somebody asks for a kind. */
  positions?: Map<Item["kind"], number[]>;
  /** Positions of the items with words that are spelled with escapes, from the first time that they matter. */
  escaped?: readonly number[];
  /** Top-level apiVersion and kind. */
  head: ReadonlyMap<string, string>;
  /** Tells the line of a byte, from the first time that something is wrong at one. */
  lineOf?: (offset: number) => number;
  /** Of a full parse: the source of the whole text. */
  whole?: Source;
  /** The sources of some of the parts that were read; not of all, since they are far larger than the text. */
  sources?: Map<Part, Source>;
  /** What has been read of the items so far. */
  manifests: Map<Item, Manifest | Finding | undefined>;
  /** How many regions of the text have been parsed so far. */
  parses: number;
  /** Where results go when the stream has none yet: at a place in the bytes, into the root map, or nowhere. */
  resultsAt: ResultsPlace | "root" | "nowhere";
}

/** How the members of a flow collection are written. */
export type FlowStyle = Exclude<Style, "block">;

/** Where `results` can be put in without a look at the rest of the text: as lines, or in braces as one more member. */
export interface ResultsPlace {
  offset: number;
  /** In braces: the style of the root's keys, and what parts the new member from those around it. */
  member?: { style: FlowStyle; before: string; after: string };
}

/** A node of the stream: the region of bytes to decode and parse, and the path to the node in what comes out. */
export interface Part {
  /** Byte offset of the region's first byte. */
  start: number;
  /** Byte offset behind the region's last byte. */
  end: number;
  path: readonly (string | number)[];
}

/** One element of `items`. */
export interface Item extends Part {
  /** Its kind where its lines tell it, "" where it has none, undefined where only a parse can tell. */
  kind: string | undefined;
}
