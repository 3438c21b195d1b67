import { lineChanges, linesOf } from "./line-changes.ts";
import type { LineChange } from "./line-changes.ts";
import type { ChangedFile } from "./report.ts";

const CONTEXT = 3;

/** The lines of the old text that may be shown; positions from 0, the end behind the last. */
interface Window {
  first: number;
  end: number;
}

/**
 * A changed file as a unified diff that `git apply` and `patch -p1` take, in bytes. Lines around the changes are shown as far
 * as the DaemonSet's document goes: the next one may hold a Secret.
 */
export function printDiff({ path, before, after, document }: ChangedFile): Buffer {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const window = windowOf(old, document);
  const hunks = hunksOf(lineChanges(old, fresh)).map((changes) => printHunk(changes, old, fresh, window));
  const head = `--- ${shownPath("a", path)}\n+++ ${shownPath("b", path)}\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(hunks.join(""), "latin1")]);
}

/** As Git writes names: behind one with a space goes a tab, one with quotes or control characters is quoted. */
function shownPath(side: string, path: string): string {
  const name = `${side}${path.startsWith("/") ? "" : "/"}${path}`;
  if (!/["\\\u0000-\u001f\u007f]/.test(name)) return name.includes(" ") ? `${name}\t` : name;
  const escaped = name.replace(/["\\\u0000-\u001f\u007f]/g, (char) =>
    char === '"' || char === "\\" ? `\\${char}` : `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
  return `"${escaped}"`;
}

function windowOf(lines: readonly string[], { start, end }: { start: number; end: number }): Window {
  const window = { first: 0, end: lines.length };
  let offset = 0;
  for (const [position, line] of lines.entries()) {
    if (offset + line.length <= start) window.first = position + 1;
    if (offset < end) window.end = position + 1;
    offset += line.length;
  }
  // The line between two documents says nothing.
  if (/^---[ \t\r]*\n?$/.test(lines[window.end] ?? "")) window.end += 1;
  return window;
}

/** Changes whose lines around them would touch are shown together. */
function hunksOf(changes: readonly LineChange[]): LineChange[][] {
  const hunks: LineChange[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1)?.at(-1);
    if (last && change.from - last.to <= 2 * CONTEXT) hunks.at(-1)?.push(change);
    else hunks.push([change]);
  }
  return hunks;
}

function printHunk(
  changes: readonly LineChange[],
  old: readonly string[],
  fresh: readonly string[],
  window: Window,
): string {
  const [first, last] = [changes[0], changes.at(-1)];
  if (first === undefined || last === undefined) return "";
  const [above, below] = contextOf(first.from, last.to, old.length, window);
  const lines: string[] = [];
  let at = first.from - above;
  for (const { from, to, newFrom, newTo } of changes) {
    lines.push(...old.slice(at, from).map((line) => printLine(" ", line)));
    lines.push(...old.slice(from, to).map((line) => printLine("-", line)));
    lines.push(...fresh.slice(newFrom, newTo).map((line) => printLine("+", line)));
    at = to;
  }
  lines.push(...old.slice(at, at + below).map((line) => printLine(" ", line)));
  const ranges = [
    `-${range(first.from - above, last.to + below)}`,
    `+${range(first.newFrom - above, last.newTo + below)}`,
  ];
  return `@@ ${ranges.join(" ")} @@\n${lines.join("")}`;
}

/**
 * How many lines to show above and below. Fewer on one side than on the other would say that the file begins or ends there,
 * so that where the window cuts one side, the other is as short.
 */
function contextOf(from: number, to: number, length: number, window: Window): [number, number] {
  const above = Math.min(CONTEXT, from - window.first);
  const below = Math.min(CONTEXT, window.end - to);
  const isCut =
    (above < CONTEXT && window.first > 0 && above < below) || (below < CONTEXT && window.end < length && below < above);
  return isCut ? [Math.min(above, below), Math.min(above, below)] : [above, below];
}

function printLine(mark: string, line: string): string {
  return line.endsWith("\n") ? mark + line : `${mark}${line}\n\\ No newline at end of file\n`;
}

/** A range of lines from 1; an empty one is named by the line before it. */
function range(from: number, end: number): string {
  const count = end - from;
  const first = count === 0 ? from : from + 1;
  return count === 1 ? String(first) : `${first},${count}`;
}
