import type { Finding } from "../base/finding.ts";
import type { ResourceRef } from "../base/manifest.ts";
import { lineChanges, type LineChange } from "./line-changes.ts";
import { isKept, linesAround, shownLine, textOf, type Line } from "./own-lines.ts";

/** A file that is not what the function would write, with one agent before and after its change. */
export interface ChangedFile {
  path: string;
  /** Where a renderer printed it: the file that the renderer was given. */
  from?: string;
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
  /** Line and columns from 1, columns in UTF-16, the end after the last character of the line that counts. */
  line?: number;
  column?: number;
  endColumn?: number;
}

/** What a check reports, in whatever form. */
export interface Report {
  /** Exit status: 0 as the function would write it, 1 not, 2 not to be decided. */
  status: 0 | 1 | 2;
  changed: readonly ChangedFile[];
  problems: readonly Problem[];
  /** A file to point at for what is about all of them; none when there are no files. */
  anyPath?: string;
}

/** One place of a file that differs from what the function would write. */
export interface ChangedPlace {
  path: string;
  agent: ResourceRef;
  /** The first and last line, from 1, that stand there now, both 1 in what a renderer was given; for lines to add, the one that they go after. */
  line: number;
  endLine: number;
  /** Where the line is shared with other resources: the columns of the DaemonSet, from 1, the end after the last. */
  columns: { start: number; end: number } | undefined;
  /** True where a renderer printed it, so that no file has these lines. */
  isRendered: boolean;
  /** The lines as they may be shown. */
  removed: readonly string[];
  added: readonly string[];
  /** What fixes the place; absent where that would change the text of other resources. */
  replacement: Replacement | undefined;
}

/** Text for a region of a file: lines and columns from 1, columns in UTF-16, the end after the last character. */
export interface Replacement {
  region: { startLine: number; startColumn: number; endLine: number; endColumn: number };
  text: string;
}

/** The lines of a changed file before and after, and which of them differ. */
export function compareLines({ before, after }: ChangedFile): { old: Line[]; fresh: Line[]; changes: LineChange[] } {
  const [old, fresh] = [linesAround(before.bytes, before.own), linesAround(after.bytes, after.own)];
  return { old, fresh, changes: lineChanges(old.map(textOf), fresh.map(textOf)) };
}

/** The places of a changed file, from its top. */
export function placesOf(file: ChangedFile): ChangedPlace[] {
  const { old, fresh, changes } = compareLines(file);
  return changes.map(({ from, to, newFrom, newTo }) => {
    const [removed, added] = [old.slice(from, to), fresh.slice(newFrom, newTo)];
    const shown = {
      agent: file.agent,
      isRendered: file.from !== undefined,
      removed: removed.map((line) => utf8Of(shownLine(line))),
      added: added.map((line) => utf8Of(shownLine(line))),
    };
    if (file.from !== undefined) {
      return { ...shown, path: file.from, line: 1, endLine: 1, columns: undefined, replacement: undefined };
    }
    const [first, last] = [removed[0], removed.at(-1)];
    const isShared = [first, last].some((line) => line && (line.lead !== "" || line.tail !== ""));
    return {
      ...shown,
      path: file.path,
      line: from === to ? Math.max(1, from) : from + 1,
      endLine: Math.max(1, to),
      columns: isShared && first && last ? { start: lengthOf(first.lead) + 1, end: endOf(last) } : undefined,
      replacement: replacementOf(from, removed, added),
    };
  });
}

/**
 * Other resources at the start and end of the replaced lines stay. Where they change as well, or stand in between, there is no
 * replacement, and neither where it would show what is to be kept.
 */
function replacementOf(from: number, removed: readonly Line[], added: readonly Line[]): Replacement | undefined {
  const [last, newLast] = [removed.at(-1), added.at(-1)];
  const [lead, tail] = [removed[0]?.lead ?? "", last?.tail ?? ""];
  const isInside = [removed, added].every(
    (lines) => lines.slice(1).every((line) => line.lead === "") && lines.slice(0, -1).every((line) => line.tail === ""),
  );
  if ([...removed, ...added].some(isKept)) return undefined;
  const keepsBreak = last !== undefined && last.lineBreak === newLast?.lineBreak;
  if (!isInside || (added[0]?.lead ?? "") !== lead || (newLast?.tail ?? "") !== tail) return undefined;
  if (!keepsBreak && tail !== "") return undefined;
  const text = added.map(textOf).join("");
  const to = from + removed.length;
  const endsInLine = last && (keepsBreak || last.lineBreak === "");
  return {
    region: {
      startLine: from + 1,
      startColumn: lengthOf(lead) + 1,
      ...(endsInLine ? { endLine: to, endColumn: endOf(last) } : { endLine: to + 1, endColumn: 1 }),
    },
    text: utf8Of(text.slice(lead.length, text.length - (keepsBreak ? tail.length + last.lineBreak.length : 0))),
  };
}

function endOf({ lead, own }: Line): number {
  return lengthOf(lead + own) + 1;
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

/** What is wrong with a place, as a sentence, and the lines in question. */
export function messageOf({ removed, added, isRendered }: ChangedPlace): string {
  const these = removed.length === 1 ? "this line" : `these ${removed.length} lines`;
  const missing = added.length === 1 ? "a line is missing" : `${added.length} lines are missing`;
  const wrong =
    removed.length === 0 ? `${missing} after this one` : `${these} must ${added.length === 0 ? "go" : "change"}`;
  return [
    `${wrong}; ${isRendered ? "run intercept-backends fix on what this is rendered from" : "run intercept-backends fix"}, and commit what it writes:`,
    ...removed.map((line) => `- ${line}`),
    ...added.map((line) => `+ ${line}`),
  ].join("\n");
}

/** A finding as one sentence, without its place: `Kind/name: field: cause; remedy`. */
export function sentenceOf({ resource, field, cause, remedy }: Finding): string {
  const about = resource && `${resource.kind}/${resource.name || "(no name)"}`;
  const message = remedy === undefined ? cause : `${cause}; ${remedy}`;
  return [about, field?.path, message].filter((part) => part !== undefined).join(": ");
}
