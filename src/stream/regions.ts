import { LF } from "../base/ascii.ts";
import type { Finding } from "../base/finding.ts";
import type { Change } from "../yaml/edit/change.ts";
import { changeText } from "../yaml/edit/change-text.ts";
import { memberSpan, type Node } from "../yaml/node.ts";
import { isSource, nodeAt, parse, plainOrProblem, type Source } from "../yaml/parse.ts";
import { PlainProblem } from "../yaml/plain.ts";
import { BlockLines } from "./block-lines.ts";
import { columnAt, lineNumbers } from "./lines.ts";
import type { NamedFile, Part, Region } from "./parts.ts";
import { decodeUtf8, isFinding, streamProblem } from "./problem.ts";

/** A stretch of bytes: offsets of its first byte and after its last. */
export type ByteSpan = Pick<Region, "start" | "end">;

type FilePosition = NonNullable<Finding["position"]>;

/** A place in a file; line and columns from 1, columns in UTF-16. */
export interface FilePlace {
  path: string;
  line: number;
  column?: number;
  /** After the last character, on the same line. */
  endColumn?: number;
}

/** What a part says, and the problem where it has a key twice, for readers that rely on it. */
export interface ReadPart {
  value: unknown;
  repeatedKey?: Finding;
}

/** Regions up to this many bytes, and this many of them, stay parsed, so that what changes is parsed once. */
const KEPT = { regions: 64, bytes: 16 * 1024 };

/** What stands where a path leads nowhere. */
const NOTHING: Node = { kind: "scalar", form: "none", start: 0, end: 0, value: null };

/** The regions of some files: decoded and parsed on demand, edited, and written. */
export class Regions {
  /** How many regions have been parsed so far. */
  parses = 0;

  readonly #files: readonly NamedFile[];
  readonly #areDocuments: boolean;
  readonly #sources = new Map<Region, Source>();
  readonly #edits = new Map<Region, Source>();
  readonly #replaced = new Map<NamedFile, Map<number, { end: number; text: string }>>();
  readonly #lineOf = new Map<NamedFile, (offset: number) => number>();

  constructor(files: readonly NamedFile[], areDocuments: boolean) {
    this.#files = files;
    this.#areDocuments = areDocuments;
  }

  /** Takes a parse of a region that was made elsewhere. */
  keep(region: Region, source: Source): void {
    this.#sources.set(region, source);
  }

  /** A region as nodes; what is wrong with its text is an error with line and column in its file. */
  sourceOf(region: Region): Source | Finding {
    const known = this.#sources.get(region);
    if (known) return known;
    const text = this.textOf(region);
    if (typeof text !== "string") return this.#positioned(text, region);
    const parsed = parse(text);
    this.parses++;
    if (!isSource(parsed)) {
      const { message } = parsed;
      const { line, column } = this.#withinFile(parsed, region, text);
      const remedy = "fix it at that position, or check the tool that generated it";
      return this.#positioned(streamProblem(`the input is not YAML: ${message}`, remedy, line, column), region);
    }
    const isSmall = region.end - region.start <= KEPT.bytes;
    if (isSmall && this.#sources.size < KEPT.regions) this.#sources.set(region, parsed);
    return parsed;
  }

  /** A position after the line break that was added at the end of a file, as one at the end of its last line. */
  #withinFile(place: FilePosition, { file }: Region, text: string): FilePosition {
    const lines = text.split("\n");
    if (!this.#areDocuments || file.bytes.at(-1) === LF || place.line < lines.length) return place;
    return { line: lines.length - 1, column: (lines.at(-2) ?? "").length + 1 };
  }

  /**
   * The text of a region. The last line of a document ends where the file does not end it, as for Kubernetes
   * (k8s.io/apimachinery: pkg/util/yaml, LineReader).
   */
  textOf({ file, start, end }: Region): string | Finding {
    const text = decodeUtf8(file.bytes.subarray(start, end));
    return typeof text === "string" && this.#areDocuments && !text.endsWith("\n") ? `${text}\n` : text;
  }

  /** What a part says as plain data; of a function config, whose fields are known to be text, `off` is text. */
  read({ region, path }: Part, isFunctionConfig = false): ReadPart | Finding {
    const source = this.sourceOf(region);
    if (isFinding(source)) return source;
    const read = plainOrProblem(source, nodeAt(source, path) ?? NOTHING, isFunctionConfig ? source.text : undefined);
    if (read instanceof PlainProblem) return this.problemAt({ region, path }, read.message, "write the values out");
    return source.repeatedKey ? { ...read, repeatedKey: this.#repeatedKey(region, source.repeatedKey) } : read;
  }

  #repeatedKey(region: Region, { line, column }: NonNullable<Source["repeatedKey"]>): Finding {
    const cause = "a map has the same key twice: some Go programs take the last one, others refuse both";
    return this.#positioned(streamProblem(cause, "remove one of them", line, column), region);
  }

  /** An error about a part, with its first line. */
  problemAt(part: Part, cause: string, remedy: string): Finding {
    const { path, line } = this.placeOf(part);
    return { ...streamProblem(cause, remedy, line), ...(this.#files.length > 1 ? { file: { path } } : {}) };
  }

  #positioned(finding: Finding, { file, start }: Region): Finding {
    const { line, column } = finding.position ?? { line: 1, column: 1 };
    const position = {
      line: this.#lineIn(file, start) + line - 1,
      column: line === 1 ? columnAt(file.bytes, start) + column - 1 : column,
    };
    return { ...finding, position, ...(this.#files.length > 1 ? { file: { path: file.path } } : {}) };
  }

  #lineIn(file: NamedFile, offset: number): number {
    const lineOf = this.#lineOf.get(file) ?? lineNumbers(file.bytes);
    this.#lineOf.set(file, lineOf);
    return lineOf(offset);
  }

  /**
   * Where the first line of a field of a part is, or of the nearest one above it that is there; without a field the first
   * line of the part.
   */
  placeOf({ region, path }: Part, field?: string): FilePlace {
    const { file, start, end } = region;
    const source = this.sourceOf(region);
    const node = isFinding(source) ? undefined : nodeAt(source, path);
    const span = field === undefined ? undefined : memberSpan(node, stepsOf(field));
    const at = (offset: number): number =>
      start + (isFinding(source) ? 0 : Buffer.byteLength(source.text.slice(0, offset)));
    if (span && !isFinding(source)) {
      const [first = ""] = source.text.slice(span.start, span.end).split(/\r?\n/, 1);
      const from = at(span.start);
      const [column, endColumn] = [from, from + Buffer.byteLength(first.trimEnd())].map((each) =>
        columnAt(file.bytes, each),
      );
      const line = this.#lineIn(file, from);
      return { path: file.path, line, ...(column && endColumn ? { column, endColumn } : {}) };
    }
    const lines = new BlockLines(file.bytes, start, end);
    const first = lines.next() ? lines.start : start;
    return { path: file.path, line: this.#lineIn(file, node && path.length > 1 ? at(node.start) : first) };
  }

  /** Makes a change at a part; false where the text does not allow it without touching more. */
  edit({ region, path }: Part, change: Change): boolean {
    const source = this.#edits.get(region) ?? this.sourceOf(region);
    if (isFinding(source)) throw new Error("a part is read before it is changed");
    const text = changeText(source, path, change);
    return text !== undefined && this.#rewrite(region, text);
  }

  #rewrite(region: Region, text: string): boolean {
    const edited = parse(text);
    if (!isSource(edited)) return false;
    this.#edits.set(region, edited);
    this.replace(region.file, region, this.#written(region, text));
    return true;
  }

  /** Takes back all edits and replacements. */
  undo(): void {
    this.#edits.clear();
    this.#replaced.clear();
  }

  /** Puts a text in place of bytes of a file. */
  replace(file: NamedFile, { start, end }: ByteSpan, text: string): void {
    const replaced = this.#replaced.get(file) ?? new Map<number, { end: number; text: string }>();
    this.#replaced.set(file, replaced.set(start, { end, text }));
  }

  /** Puts lines in at a byte offset; where that is inside of a region, before all that is edited there. */
  insert(file: NamedFile, offset: number, lines: string, around?: Region): void {
    const source = around && offset < around.end ? (this.#edits.get(around) ?? this.sourceOf(around)) : undefined;
    if (!around || !source || isFinding(source)) return this.replace(file, { start: offset, end: offset }, lines);
    const at = Buffer.from(file.bytes.subarray(around.start, offset)).toString().length;
    this.#rewrite(around, source.text.slice(0, at) + lines + source.text.slice(at));
  }

  /** The bytes of a part in its file as it is written now, where nothing before the part's region was edited. */
  spanOf({ region, path }: Part): ByteSpan {
    const source = this.#edits.get(region) ?? this.sourceOf(region);
    if (isFinding(source)) return region;
    const { start } = region;
    const node = path.length > 1 ? nodeAt(source, path) : undefined;
    const at = (offset: number): number => start + Buffer.byteLength(source.text.slice(0, offset));
    if (node) return { start: at(node.start), end: at(node.end) };
    return { start, end: start + Buffer.byteLength(this.#written(region, source.text)) };
  }

  /** The bytes of a file with all that was edited and replaced, in pieces: what was not is the input itself, not a copy. */
  write(file: NamedFile): Uint8Array[] {
    const { bytes } = file;
    const pieces: Uint8Array[] = [];
    let done = 0;
    const replaced = [...(this.#replaced.get(file) ?? [])].toSorted(([a], [b]) => a - b);
    for (const [start, { end, text }] of replaced) {
      // What was edited and then dropped goes with what it stood in.
      if (start < done) continue;
      if (start > done) pieces.push(bytes.subarray(done, start));
      if (text !== "") pieces.push(Buffer.from(text));
      done = end;
    }
    if (done < bytes.length) pieces.push(bytes.subarray(done));
    return pieces;
  }

  /** The text of a region as it is written: without the line break that was added at the end of a file. */
  #written({ file, end }: Region, text: string): string {
    const isCut = this.#areDocuments && end === file.bytes.length && file.bytes.at(-1) !== LF;
    return isCut ? text.replace(/\r?\n$/, "") : text;
  }
}

/** One step of a field's path: a dot and a name, a position in brackets, or a key in brackets and quotes. */
const STEP = /\.?([\w-]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;

/**
 * A path in the form of `Field.path`, taken apart into keys and positions; as far as it can be read, since it only leads to
 * a place to point at.
 */
export function stepsOf(path: string): (string | number)[] {
  const steps: (string | number)[] = [];
  const step = new RegExp(STEP);
  for (let found = step.exec(path); found !== null; found = step.exec(path)) {
    const [, name, position, quoted] = found;
    if (position !== undefined) steps.push(Number(position));
    else steps.push(quoted === undefined ? (name ?? "") : (JSON.parse(quoted) as string));
  }
  return steps;
}
