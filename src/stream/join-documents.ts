import type { Finding } from "../base/finding.ts";
import { lineBreaksIn } from "./line-numbers.ts";
import { byteOrderMark, isDocumentStart, lineFrom } from "./lines.ts";

const LF = 0x0a;

/** A file by the name that it is told under. */
export interface NamedFile {
  path: string;
  bytes: Uint8Array;
}

/** A file and where it stands in the joined bytes. */
export interface JoinedFile extends NamedFile {
  /** Byte offset of its region, a `---` line that was put before it included. */
  start: number;
  /** The line of the joined text, from 1, that is its own first one. */
  line: number;
}

/** Several files as one stream, and the table that leads back from it. */
export interface Joined {
  bytes: Uint8Array;
  files: readonly JoinedFile[];
}

/** A place in a file; line and columns from 1, within the file, columns in UTF-16. */
export interface FilePlace {
  path: string;
  line: number;
  column?: number;
  /** Behind the last character, on the same line. */
  endColumn?: number;
}

/** Several files as one stream of documents: a `---` line goes between two where neither brings one. */
export function joinDocuments(files: readonly NamedFile[]): Joined {
  const [only] = files;
  if (files.length === 1 && only) return { bytes: only.bytes, files: [{ ...only, start: 0, line: 1 }] };
  const pieces: Uint8Array[] = [];
  const table: JoinedFile[] = [];
  let start = 0;
  let line = 1;
  for (const [position, { path, bytes: whole }] of files.entries()) {
    const file = position === 0 ? whole : whole.subarray(byteOrderMark(whole));
    const hasLead = position > 0 && !isDocumentStart(file, lineFrom(file, 0));
    table.push({ path, bytes: whole, start, line: line + (hasLead ? 1 : 0) });
    const added = [...(hasLead ? [Buffer.from("---\n")] : []), lineEnded(file)];
    pieces.push(...added);
    for (const piece of added) {
      start += piece.length;
      line += lineBreaksIn(piece);
    }
  }
  return { bytes: Buffer.concat(pieces), files: table };
}

function lineEnded(file: Uint8Array): Uint8Array {
  return file.length === 0 || file.at(-1) === LF ? file : Buffer.concat([file, Buffer.from("\n")]);
}

/** The file that a byte of the joined text came from. */
export function fileAt({ files }: Joined, offset: number): JoinedFile | undefined {
  return files.findLast(({ start }) => start <= offset);
}

/** Where a position in the joined text stands in its file; undefined for a finding without one. */
export function placeOfPosition({ position, cause }: Finding, { files }: Joined): FilePlace | undefined {
  if (position === undefined) return undefined;
  const { line, column } = position;
  const region = files.findLast((file, index) => firstLine(file, index) <= line);
  if (region === undefined) return undefined;
  // A text that ends too early is at fault at its end, which in the joined text is the `---` line of the next file.
  const isEndOfPrevious = firstLine(region, files.indexOf(region)) === line && column === 1 && isSyntaxError(cause);
  const file = (isEndOfPrevious ? files[files.indexOf(region) - 1] : undefined) ?? region;
  const own = Math.max(1, line - file.line + 1);
  const here = { path: file.path, line: own, column };
  if (file.bytes.at(-1) === LF) return here;
  const last = lineBreaksIn(file.bytes) + 1;
  if (own <= last) return here;
  // The line break at the end was not the file's own.
  const text = Buffer.from(file.bytes.subarray(file.bytes.lastIndexOf(LF) + 1)).toString();
  return { path: file.path, line: last, column: text.length + 1 };
}

/** The first line of a file's region: the `---` that was put before it, where there is one. */
function firstLine(file: JoinedFile, index: number): number {
  const hasLead = index > 0 && !isDocumentStart(file.bytes, lineFrom(file.bytes, byteOrderMark(file.bytes)));
  return hasLead ? file.line - 1 : file.line;
}

function isSyntaxError(cause: string): boolean {
  return cause.startsWith("the input is not YAML");
}
