/** A file, or standard input, by the name that messages give it. */
export interface NamedFile {
  path: string;
  bytes: Uint8Array;
}

/** A stretch of a file that is decoded and parsed as a whole. */
export interface Region {
  file: NamedFile;
  /** Byte offset of its first byte. */
  start: number;
  /** Byte offset after its last byte. */
  end: number;
  /** Where what belongs to the region alone begins: of a document its `---` line. */
  lead: number;
}

/** A node of the stream: its region, and the path to the node in what a parse of the region gives. */
export interface Part {
  region: Region;
  path: readonly (string | number)[];
}

/** One resource of the stream. */
export interface Item extends Part {
  /** Its kind where its lines or a parse show it, "" where it has none, undefined where only a parse can show it. */
  kind: string | undefined;
  /** What an element of a list of one kind is where it does not say so itself. */
  inferred?: { apiVersion: string; kind: string };
}

/** The parts of a ResourceList (functions-spec.md). */
export interface ListParts {
  /** Top-level apiVersion and kind. */
  head: ReadonlyMap<string, string>;
  items: Item[];
  functionConfig?: Part;
  results?: Part;
  /** The whole text, where it was parsed as one. */
  root?: Part;
  /** Where results go when there are none yet, as lines at a byte offset and a column; undefined for a change of the root. */
  resultsAt: { offset: number; column: number } | undefined;
}
