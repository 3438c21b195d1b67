import type { Finding } from "../finding.ts";
import { lineChanges, linesOf } from "./line-changes.ts";
import type { LineChange } from "./line-changes.ts";

/** A file that is not what the function would write. */
export interface ChangedFile {
  path: string;
  before: Uint8Array;
  after: Uint8Array;
  /** The bytes of the old text that are the DaemonSet's document: nothing else is shown, it may be a Secret's. */
  document: { start: number; end: number };
}

/** An error or warning, with the place that it is about where one is known. */
export interface Problem {
  finding: Finding;
  path?: string;
  line?: number;
  column?: number;
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
  /** The first and last line, from 1, that stand there now; for lines to put in, the one that they go behind. */
  line: number;
  endLine: number;
  removed: readonly string[];
  added: readonly string[];
}

/** The places of a changed file, from its top. */
export function placesOf({ path, before, after }: ChangedFile): ChangedPlace[] {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  return lineChanges(old, fresh).map(({ from, to, newFrom, newTo }: LineChange) => ({
    path,
    line: from === to ? Math.max(1, from) : from + 1,
    endLine: Math.max(1, to),
    removed: old.slice(from, to).map(textOf),
    added: fresh.slice(newFrom, newTo).map(textOf),
  }));
}

function textOf(line: string): string {
  return Buffer.from(line, "latin1")
    .toString()
    .replace(/\r?\n$/, "");
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
