import type { Finding } from "../base/finding.ts";
import { isSame } from "../base/record.ts";
import type { Change, Value } from "../yaml/edit/change.ts";
import { inList, inMap } from "../yaml/edit/change.ts";
import { changeText } from "../yaml/edit/change-text.ts";
import { nodesOf } from "../yaml/node.ts";
import { PLAIN_LAYOUT, printFlow, printPair, printScalar } from "../yaml/edit/print.ts";
import { nodeAt, parseSource, toPlain } from "../yaml/source.ts";
import type { Source } from "../yaml/source.ts";
import { byteOrderMark } from "./lines.ts";
import { isFinding, NeedsFullParse, parsePart } from "./read-part.ts";
import { toResult } from "./result.ts";
import type { FlowStyle, Part, ResultsPlace, Stream } from "./stream.ts";

/** Texts that replace regions of the stream, by the byte offset of the region. */
export type Replacements = ReadonlyMap<number, { end: number; text: string }>;

/**
 * The replacement that makes a change at one part, proven by reading it again; undefined when the part is written in a
 * shape that the editor does not master, so that the caller can say so. Throws NeedsFullParse when another part uses one
 * of its anchors and would change with it.
 */
export function changePart(stream: Stream, part: Part, change: Change): Replacements | undefined {
  const source = parsePart(stream, part);
  if (isFinding(source)) throw new Error("a part is read before it is changed");
  if (stream.way === "spans" && anchorsOf(source).some((anchor) => isUsedOutside(stream, part, anchor))) {
    throw new NeedsFullParse();
  }
  const text = changeText(source, part.path, change);
  return text === undefined ? undefined : new Map([[part.start, { end: part.end, text }]]);
}

function anchorsOf({ text, root }: Source): string[] {
  const nodes = root === undefined || !text.includes("&") ? [] : [...nodesOf(root)];
  return nodes.flatMap(({ anchor }) => anchor ?? []);
}

/** True when the bytes outside of a part hold what could be an alias of the anchor. */
function isUsedOutside({ bytes }: Stream, part: Part, anchor: string): boolean {
  const alias = Buffer.from(`*${anchor}`);
  const behind = Buffer.from(bytes.buffer, bytes.byteOffset + part.end, bytes.length - part.end);
  return behind.includes(alias);
}

/**
 * The replacements with the findings appended to the results that came in; a result that is there already is not
 * repeated, so that a second run changes nothing. Where a ResourceList has no list of results it gets one at its end; a plain
 * stream of manifests has no place for them.
 */
export function appendResults(stream: Stream, before: Replacements, findings: readonly Finding[]): Replacements {
  const part = stream.results;
  const known = part === undefined ? [] : resultsIn(stream, part);
  // Results that cannot be appended to are left alone, and have been told about.
  if (known === undefined) return before;
  const added = findings.map(toResult).filter((result) => !known.some((other) => isSame(other, result)));
  if (added.length === 0 || (part === undefined && stream.resultsAt === "nowhere")) return before;
  if (part === undefined && typeof stream.resultsAt === "object") {
    const { offset } = stream.resultsAt;
    return new Map([...before, [offset, { end: offset, text: printResults(stream, stream.resultsAt, added) }]]);
  }
  const region = part ?? wholeOf(stream);
  const style = styleOf(stream);
  const text = style ? appendToMember(stream, region, style, added) : appendToRoot(stream, region, before, added);
  if (text === undefined) return before;
  return new Map([...before, [region.start, { end: region.end, text }]]);
}

/** The style of a root in braces, undefined for another root and for one that has been parsed as a whole. */
function styleOf({ resultsAt }: Stream): FlowStyle | undefined {
  return typeof resultsAt === "object" ? resultsAt.member?.style : undefined;
}

/** The first results of a stream, as one more member of a root in braces, else as lines. */
function printResults({ bytes }: Stream, { member }: ResultsPlace, added: readonly Value[]): string {
  if (member) return member.before + memberHead(member.style) + printFlow(added, member.style) + member.after;
  const lineBreak = bytes[bytes.indexOf(0x0a) - 1] === 0x0d ? "\r\n" : "\n";
  return printPair("results", added, PLAIN_LAYOUT)
    .map((line) => line + lineBreak)
    .join("");
}

/** The results that came in; undefined when what stands there is no list. */
function resultsIn(stream: Stream, part: Part): readonly unknown[] | undefined {
  const source = parsePart(stream, part);
  if (isFinding(source)) return undefined;
  const node = nodeAt(source, part.path);
  const value = node === undefined ? [] : (toPlain(source, node) ?? []);
  return Array.isArray(value) ? value : undefined;
}

/** In a full parse the region may have been changed by then. */
function appendToRoot(stream: Stream, region: Part, before: Replacements, added: readonly Value[]): string | undefined {
  const replaced = before.get(region.start);
  const source = sourceOf(replaced === undefined ? parsePart(stream, region) : parseSource(replaced.text));
  return changeText(source, [], resultsChange(source, added));
}

/** The region is the bare value: below its key it is edited in the style that it has in the root. */
function appendToMember(
  { bytes }: Stream,
  { start, end }: Part,
  style: FlowStyle,
  added: readonly Value[],
): string | undefined {
  const [head, tail] = [`{${memberHead(style)}`, "}"] as const;
  const source = sourceOf(parseSource(`${head}${Buffer.from(bytes.subarray(start, end)).toString()}${tail}`));
  return changeText(source, [], resultsChange(source, added))?.slice(head.length, -tail.length);
}

function memberHead(style: FlowStyle): string {
  return `${printScalar("results", style)}: `;
}

function sourceOf(read: ReturnType<typeof parsePart> | ReturnType<typeof parseSource>): Source {
  if (!("root" in read)) throw new Error("a region is read before it is changed");
  return read;
}

function resultsChange(source: Source, added: readonly Value[]): Change {
  const node = nodeAt(source, ["results"]);
  const isList = node !== undefined && Array.isArray(toPlain(source, node));
  const change = isList ? inList(new Map(), added) : ({ kind: "set", value: added } as const);
  const inRoot = inMap([["results", change]]);
  if (inRoot === undefined) throw new Error("there are results to add");
  return inRoot;
}

/** Without a `results` key the root map gets one; every part of a full parse is the whole text. */
function wholeOf({ bytes }: Stream): Part {
  return { start: byteOrderMark(bytes), end: bytes.length, path: [] };
}

/** The bytes of the stream with its replacements, in pieces: what is not replaced is the input itself, not a copy. */
export function writeStream({ bytes }: Stream, replacements: Replacements): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let done = 0;
  for (const [start, { end, text }] of [...replacements].toSorted(([a], [b]) => a - b)) {
    if (start > done) pieces.push(bytes.subarray(done, start));
    if (text !== "") pieces.push(Buffer.from(text));
    done = end;
  }
  if (done < bytes.length) pieces.push(bytes.subarray(done));
  return pieces;
}
