import type { Finding } from "../base/finding.ts";
import type { ResourceRef } from "../base/manifest.ts";
import { lineChanges } from "./line-changes.ts";
import type { LineChange } from "./line-changes.ts";
import { isCut, linesAround, shownLine } from "./own-lines.ts";
import type { Line } from "./own-lines.ts";

/** A file that is not what the function would write. */
export interface ChangedFile {
  path: string;
  agent: ResourceRef;
  before: Version;
  after: Version;
}

/** A text of a file, and the bytes of it that are the DaemonSet: nothing else is shown, it may be a Secret's. */
export interface Version {
  bytes: Uint8Array;
  own: { start: number; end: number };
}

/** An error or warning, with the place that it is about where one is known. */
export interface Problem {
  finding: Finding;
  path?: string;
  /** Line and columns from 1, columns in UTF-16, the end behind the last character of the line that counts. */
  line?: number;
  column?: number;
  endColumn?: number;
}

/** What a check has to tell, in whatever form. */
export interface Report {
  /** Exit status: 0 as the function would write it, 1 not, 2 not to be decided. */
  status: 0 | 1 | 2;
  changed?: ChangedFile;
  problems: readonly Problem[];
  /** A file to point at for what is about all of them; none when there are no files. */
  anyPath?: string;
}

/** One place of a file that the function would write otherwise. */
export interface ChangedPlace {
  path: string;
  agent: ResourceRef;
  /** The first and last line, from 1, that stand there now; for lines to put in, the one that they go behind. */
  line: number;
  endLine: number;
  /** Where the line is shared with other resources: the columns of the DaemonSet, from 1, the end behind the last. */
  columns?: { start: number; end: number };
  /** The lines as they may be shown. */
  removed: readonly string[];
  added: readonly string[];
  /** What mends the place; absent where that would take along the text of other resources. */
  replacement?: Replacement;
}

/** Text for a region of a file: lines and columns from 1, columns in UTF-16, the end behind the last character. */
export interface Replacement {
  region: { startLine: number; startColumn: number; endLine: number; endColumn: number };
  text: string;
}

/** The places of a changed file, from its top. */
export function placesOf({ path, agent, before, after }: ChangedFile): ChangedPlace[] {
  const [old, fresh] = [linesAround(before.bytes, before.own), linesAround(after.bytes, after.own)];
  return changesOf(old, fresh).map((change) => {
    const { from, to, newFrom, newTo } = change;
    const [removed, added] = [old.slice(from, to), fresh.slice(newFrom, newTo)];
    const columns = columnsOf(removed);
    const replacement = replacementOf(change, removed, added);
    return {
      path,
      agent,
      line: from === to ? Math.max(1, from) : from + 1,
      endLine: Math.max(1, to),
      ...(columns ? { columns } : {}),
      removed: removed.map(textOf),
      added: added.map(textOf),
      ...(replacement ? { replacement } : {}),
    };
  });
}

/** The lines that differ. */
export function changesOf(old: readonly Line[], fresh: readonly Line[]): LineChange[] {
  return lineChanges(
    old.map(({ text }) => text),
    fresh.map(({ text }) => text),
  );
}

/** Columns of the DaemonSet from the first to the last line, where one of them is shared. */
function columnsOf(lines: readonly Line[]): { start: number; end: number } | undefined {
  const [first, last] = [lines[0], lines.at(-1)];
  if (first === undefined || last === undefined || (!isCut(first) && !isCut(last))) return undefined;
  return { start: lengthOf(first.lead) + 1, end: endOf(last) };
}

/** The same text of others before and behind stays; where others stand in between, or change as well, there is no mending. */
function replacementOf(
  { from, to }: LineChange,
  removed: readonly Line[],
  added: readonly Line[],
): Replacement | undefined {
  const [first, last] = [removed[0], removed.at(-1)];
  const [newFirst, newLast] = [added[0], added.at(-1)];
  const lead = first?.lead ?? "";
  const tail = last?.tail ?? "";
  const isInside = [removed, added].every(
    (lines) => lines.slice(1).every((line) => line.lead === "") && lines.slice(0, -1).every((line) => line.tail === ""),
  );
  if (!isInside || (newFirst?.lead ?? "") !== lead || (newLast?.tail ?? "") !== tail) return undefined;
  const startColumn = lengthOf(lead) + 1;
  if (last === undefined || newLast === undefined) {
    // Behind a line without a line break there is no other.
    const isLast = last !== undefined && !last.text.endsWith("\n");
    const behind = isLast ? { endLine: to, endColumn: endOf(last) } : { endLine: to + 1, endColumn: 1 };
    const region = { startLine: from + 1, startColumn, ...behind };
    return { region, text: utf8Of(added.map(({ text }) => text).join("")) };
  }
  const [oldBreak = "", newBreak = ""] = [last, newLast].map(({ text }) => /(?:\r?\n)?$/.exec(text)?.[0]);
  const hasSame = oldBreak === newBreak;
  if (!hasSame && tail !== "") return undefined;
  const text = added.map((line) => line.text).join("");
  // The last line break stays where both have it, and goes with its line where they differ.
  const end = hasSame ? text.length - newBreak.length - tail.length : text.length;
  const isWhole = !hasSame && oldBreak !== "";
  const behind = isWhole ? { endLine: to + 1, endColumn: 1 } : { endLine: to, endColumn: endOf(last) };
  return { region: { startLine: from + 1, startColumn, ...behind }, text: utf8Of(text.slice(lead.length, end)) };
}

/** The column behind the DaemonSet's last character on a line. */
function endOf({ text, tail }: Line): number {
  return lengthOf(text.replace(/\r?\n$/, "").slice(0, -tail.length || undefined)) + 1;
}

/** How many characters of UTF-16 a text has; a byte-order mark is none. */
function lengthOf(text: string): number {
  return utf8Of(text).length;
}

function utf8Of(text: string): string {
  return Buffer.from(text, "latin1")
    .toString()
    .replace(/^\ufeff/, "");
}

function textOf(line: Line): string {
  return utf8Of(shownLine(line)).replace(/\r?\n$/, "");
}

/** What a changed place is told as: a sentence, and the lines in question. */
export function messageOf({ removed, added }: ChangedPlace): string {
  const shown = [...removed.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)];
  return [
    `${whatIsWrong(removed.length, added.length)}; run intercept-backends and commit what it writes:`,
    ...shown,
  ].join("\n");
}

function whatIsWrong(removed: number, added: number): string {
  if (removed === 0)
    return added === 1 ? "a line is missing behind this one" : `${added} lines are missing behind this one`;
  const these = removed === 1 ? "this line" : `these ${removed} lines`;
  if (added === 0) return `${these} must go`;
  return `${these} must read otherwise`;
}

/** A finding as one sentence, without its place: `Kind/name: field: cause; remedy`. */
export function sentenceOf({ resource, field, cause, remedy }: Finding): string {
  const parts = [
    ...(resource ? [`${resource.kind}/${resource.name || "(no name)"}`] : []),
    ...(field ? [field.path] : []),
    remedy === undefined ? cause : `${cause}; ${remedy}`,
  ];
  return parts.join(": ");
}
