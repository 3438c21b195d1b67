import type { Finding } from "../base/finding.ts";
import { AliasProblem, isSource, nodeAt, parseSource, toPlain } from "../yaml/source.ts";
import type { Source } from "../yaml/source.ts";
import { lineNumbers } from "./line-numbers.ts";
import { byteOrderMark } from "./lines.ts";
import type { Part, Stream } from "./stream.ts";

const LF = 0x0a;

/** A part of the stream as text with source tokens and as plain data. */
export interface ReadPart {
  source: Source;
  value: unknown;
}

/**
 * Thrown where a part shares an anchor with another part, so that only a parse of the whole text can tell what it means.
 * It asks the run to begin again that way, and reaches nobody else.
 */
export class NeedsFullParse extends Error {}

/**
 * Reads one part: its source and its value as plain data, aliases resolved. What is wrong with its text is one error
 * with line and column in the whole input. Throws NeedsFullParse when it refers to an anchor outside of it.
 */
export function readPart(stream: Stream, part: Part): ReadPart | Finding {
  const source = parsePart(stream, part);
  if (isFinding(source)) return source;
  const node = nodeAt(source, part.path);
  try {
    return { source, value: node === undefined ? null : toPlain(source, node) };
  } catch (error) {
    if (!(error instanceof AliasProblem)) throw error;
    if (stream.way === "spans" && !error.message.includes("Excessive")) throw new NeedsFullParse();
    return { ...aliasProblem(error), position: positionOf(stream, part.start) };
  }
}

/** What a person is told of aliases that mean nothing. */
export function aliasProblem({ isUnresolved }: AliasProblem): Finding {
  const cause = isUnresolved
    ? "an alias refers to an anchor that is not set before it"
    : "aliases multiply the text beyond reason, or a merge key names something else than maps";
  return streamProblem(cause, "write the values out");
}

/** Sources of this many parts are kept, and of parts up to this many bytes, so that what changes need not be parsed again. */
const KEPT = { parts: 64, bytes: 16 * 1024 };

/** Parses a part's region; a syntax error comes with line and column in the whole input. */
export function parsePart(stream: Stream, part: Part): Source | Finding {
  const known = stream.whole ?? stream.sources?.get(part);
  if (known) return known;
  const text = decodeUtf8(stream.bytes.subarray(part.start, part.end));
  if (typeof text !== "string") return { ...text, position: positionOf(stream, part.start, text.position) };
  const parsed = parseSource(text);
  stream.parses++;
  if (isSource(parsed)) {
    const sources = (stream.sources ??= new Map<Part, Source>());
    if (part.end - part.start <= KEPT.bytes && sources.size < KEPT.parts) sources.set(part, parsed);
    return parsed;
  }
  return {
    ...streamProblem(`the input is not YAML: ${parsed.message}`, "mend it there, or see what wrote it"),
    position: positionOf(stream, part.start, parsed),
  };
}

/** True for what stands in place of something that could not be read. */
export function isFinding(value: object): value is Finding {
  return "severity" in value;
}

/** An error about the input as a whole, at a line and column of it, both from 1. */
export function streamProblem(cause: string, remedy: string, line = 1, column = 1): Finding {
  return { severity: "error", cause, remedy, position: { line, column } };
}

/** Bytes as text; an error when they are not UTF-8, which the specification asks for (functions-spec.md). */
export function decodeUtf8(bytes: Uint8Array): string | Finding {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const valid = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    const before = valid.slice(0, Math.max(valid.indexOf("\ufffd"), 0));
    const lines = before.split("\n").length;
    const column = before.length - before.lastIndexOf("\n");
    return streamProblem("the input is not UTF-8", "save it as UTF-8", lines, column);
  }
}

/** A position within a part's text, without one its beginning, as one in the whole input. */
function positionOf(
  stream: Stream,
  start: number,
  { line, column }: NonNullable<Finding["position"]> = { line: 1, column: 1 },
): NonNullable<Finding["position"]> {
  const lineOf = (stream.lineOf ??= lineNumbers(stream.bytes));
  return {
    line: lineOf(start) + line - 1,
    column: line === 1 ? columnAt(stream.bytes, start) + column - 1 : column,
  };
}

/** The column, from 1 and in UTF-16, that a byte offset stands at; a byte-order mark is no column. */
export function columnAt(bytes: Uint8Array, offset: number): number {
  let count = 1;
  for (let at = offset - 1; at >= byteOrderMark(bytes) && bytes[at] !== LF; at--) {
    const byte = bytes[at] ?? 0;
    const isFirstOfCharacter = (byte & 0xc0) !== 0x80;
    if (isFirstOfCharacter) count += byte >= 0xf0 ? 2 : 1;
  }
  return count;
}
