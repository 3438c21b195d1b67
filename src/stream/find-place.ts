import type { Finding } from "../base/finding.ts";
import type { ResourceRef, SourceFile } from "../base/manifest.ts";
import { isSame } from "../base/record.ts";
import { memberSpan } from "../yaml/node-span.ts";
import { nodeAt } from "../yaml/source.ts";
import { stepsOf } from "./field-steps.ts";
import { fileAt, joinDocuments, placeOfPosition } from "./join-documents.ts";
import type { FilePlace, Joined, NamedFile } from "./join-documents.ts";
import { lineNumbers } from "./line-numbers.ts";
import { isBlankOrComment, isDocumentStart, lineFrom } from "./lines.ts";
import { ownBytes } from "./own-bytes.ts";
import type { ByteSpan } from "./own-bytes.ts";
import { readManifest } from "./read-manifest.ts";
import { columnAt, isFinding, NeedsFullParse, parsePart, readPart } from "./read-part.ts";
import { isStream, readStream } from "./read-stream.ts";
import { selectItems } from "./select-items.ts";
import type { Part, Stream } from "./stream.ts";

/**
 * Tells where in the files the text, the field or the resource of a finding stands; undefined where it is about no single
 * place, or about one of several files.
 */
export type FindPlace = (finding: Finding) => FilePlace | undefined;

/**
 * Finds places in joined files, and in the file of a function config that the call names, which findings about it name too.
 * They are read when a finding first asks for a resource, and then once.
 */
export function placesIn(joined: Joined, configFile?: NamedFile): FindPlace {
  const inConfig = configFile && placesIn(joinDocuments([configFile]));
  const lineOf = lineNumbers(joined.bytes);
  let stream: Stream | undefined;
  const read = (way?: "full parse"): Stream | undefined => {
    const found = readStream(joined.bytes, { allowManifests: true, ...(way ? { way } : {}) });
    return isStream(found) ? found : undefined;
  };
  return (finding) => {
    // What is said of that function config is not about a manifest of the same name.
    if (inConfig && finding.file?.path === configFile?.path) return inConfig(finding);
    if (finding.position) return placeOfPosition(finding, joined);
    if (finding.resource === undefined) return undefined;
    stream ??= read();
    if (stream === undefined) return undefined;
    try {
      return placeOfResource(finding, finding.resource, stream, joined, lineOf);
    } catch (error) {
      if (!(error instanceof NeedsFullParse)) throw error;
      stream = read("full parse");
      return stream && placeOfResource(finding, finding.resource, stream, joined, lineOf);
    }
  };
}

/**
 * The finding with the file and the position that it is about, where they can be told, for the line that a person reads. A
 * file that a host has noted on a resource stays: it is what the person wrote, and the bytes at hand are not.
 */
export function locate(finding: Finding, placeOf: FindPlace): Finding {
  const place = placeOf(finding);
  if (place === undefined || (finding.file && finding.file.path !== place.path)) return finding;
  const { path, line, column = 1 } = place;
  return { ...finding, file: { path }, position: { line, column } };
}

/** Two resources of one identity in two files are not told apart, in one file the first is taken. */
function placeOfResource(
  { field, file }: Finding,
  resource: ResourceRef,
  stream: Stream,
  joined: Joined,
  lineOf: (offset: number) => number,
): FilePlace | undefined {
  const [first, ...more] = partsOf(stream, resource, file);
  const own = first && fileAt(joined, first.start);
  if (first === undefined || own === undefined) return undefined;
  if (more.some(({ start }) => fileAt(joined, start) !== own)) return undefined;
  const place = (at: number): { path: string; line: number } => ({
    path: own.path,
    line: Math.max(1, lineOf(at) - own.line + 1),
  });
  const span = field && spanOf(stream, first, field.path);
  if (span === undefined) return place(contentFrom(joined.bytes, ownBytes(stream, first).start));
  const [column, endColumn] = [span.start, span.end].map((at) => columnAt(joined.bytes, at));
  return { ...place(span.start), ...(column && endColumn ? { column, endColumn } : {}) };
}

/** Where a resource stands; the function config first, since a finding about it is not about an item of the same name. */
function partsOf(stream: Stream, resource: ResourceRef, file: SourceFile | undefined): Part[] {
  const { found } = selectItems(stream, [resource.kind], resource.name === "" ? undefined : [resource.name]);
  const read = stream.functionConfig && readPart(stream, stream.functionConfig);
  const config = read && !isFinding(read) ? readManifest(read.value) : undefined;
  const candidates = [
    ...(stream.functionConfig && config ? [{ item: stream.functionConfig, manifest: config }] : []),
    ...found,
  ];
  const same = candidates.filter(({ manifest }) => isSame(manifest.ref, resource));
  const ofFile = same.filter(({ manifest }) => isSame(manifest.file, file));
  return (ofFile.length > 0 ? ofFile : same).map(({ item }) => item);
}

/** The bytes of a field's first line, or of the nearest one above it that is there; undefined where none is. */
function spanOf(stream: Stream, part: Part, path: string): ByteSpan | undefined {
  const source = parsePart(stream, part);
  if (isFinding(source)) return undefined;
  const span = memberSpan(nodeAt(source, part.path), stepsOf(path));
  if (span === undefined) return undefined;
  const before = part.start + Buffer.byteLength(source.text.slice(0, span.start));
  const [first = ""] = source.text.slice(span.start, span.end).split(/\r?\n/, 1);
  return { start: before, end: before + Buffer.byteLength(first.trimEnd()) };
}

/** The first line of a document that says something. */
function contentFrom(bytes: Uint8Array, start: number): number {
  let line = lineFrom(bytes, start);
  while (line.end < bytes.length && (isDocumentStart(bytes, line) || isBlankOrComment(bytes, line))) {
    line = lineFrom(bytes, line.end + 1);
  }
  return line.start;
}
