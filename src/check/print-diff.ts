import type { LineChange } from "./line-changes.ts";
import { isCut, isKept, shownLine, type Line } from "./own-lines.ts";
import { compareLines, type ChangedFile } from "./report.ts";

const CONTEXT = 3;

const CUT_NOTE = "# … stands for other resources on the same line: this diff cannot be applied\n";
const KEPT_NOTE = "# … stands for values that are to be kept: this diff cannot be applied\n";
const BARE_NOTE = "# next to a change stands another resource, which is not shown: git apply needs --unidiff-zero\n";

/** Changes that are shown together, and all that they span. */
interface Hunk extends LineChange {
  changes: LineChange[];
}

/**
 * A changed file as a unified diff that `git apply` and `patch -p1` take, in bytes. Nothing is shown but the DaemonSet,
 * because anything else may be a Secret: lines around a change end where others begin, and on a line that they share
 * theirs is cut. A first line says where that keeps the diff from being applied as usual.
 */
export function printDiff(file: ChangedFile): Buffer {
  const { old, fresh, changes } = compareLines(file);
  const hunks = hunksOf(changes, old);
  const note =
    file.from === undefined ? noteOn(hunks, old, fresh) : `# rendered from ${file.from}: this diff cannot be applied\n`;
  const head = `${note}--- ${shownPath("a", file.path)}\n+++ ${shownPath("b", file.path)}\n`;
  const text = hunks.map((hunk) => printHunk(hunk, old, fresh)).join("");
  return Buffer.concat([Buffer.from(head), Buffer.from(text, "latin1")]);
}

function noteOn(hunks: readonly Hunk[], old: readonly Line[], fresh: readonly Line[]): string {
  const changed = hunks.flatMap(({ changes }) =>
    changes.flatMap(({ from, to, newFrom, newTo }) => [...old.slice(from, to), ...fresh.slice(newFrom, newTo)]),
  );
  if (changed.some(isKept)) return KEPT_NOTE;
  if (changed.some(isCut)) return CUT_NOTE;
  // Git takes a hunk that ends with its change for one at the end of the file (apply.c, apply_one_fragment).
  const isBare = hunks.some(({ from, to }) => to < old.length && contextOf(from, to, old)[1] === 0);
  return isBare ? BARE_NOTE : "";
}

/** As Git writes names: one with a space is followed by a tab, one with quotes or control characters is quoted. */
function shownPath(side: string, path: string): string {
  const name = `${side}${path.startsWith("/") ? "" : "/"}${path}`;
  if (!/["\\\u0000-\u001f\u007f]/.test(name)) return name.includes(" ") ? `${name}\t` : name;
  const escaped = name.replace(/["\\\u0000-\u001f\u007f]/g, (char) =>
    char === '"' || char === "\\" ? `\\${char}` : `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
  return `"${escaped}"`;
}

/** Changes whose lines around them would touch are shown together, if all lines between may be shown. */
function hunksOf(changes: readonly LineChange[], old: readonly Line[]): Hunk[] {
  const hunks: Hunk[] = [];
  for (const change of changes) {
    const last = hunks.at(-1);
    if (last && change.from - last.to <= 2 * CONTEXT && !old.slice(last.to, change.from).some(isCut)) {
      last.changes.push(change);
      Object.assign(last, { to: change.to, newTo: change.newTo });
    } else hunks.push({ ...change, changes: [change] });
  }
  return hunks;
}

function printHunk(hunk: Hunk, old: readonly Line[], fresh: readonly Line[]): string {
  const [above, below] = contextOf(hunk.from, hunk.to, old);
  const lines: string[] = [];
  let at = hunk.from - above;
  for (const { from, to, newFrom, newTo } of hunk.changes) {
    lines.push(...old.slice(at, from).map((line) => printLine(" ", line)));
    lines.push(...old.slice(from, to).map((line) => printLine("-", line)));
    lines.push(...fresh.slice(newFrom, newTo).map((line) => printLine("+", line)));
    at = to;
  }
  lines.push(...old.slice(at, at + below).map((line) => printLine(" ", line)));
  const [removed, added] = [range(hunk.from - above, hunk.to + below), range(hunk.newFrom - above, hunk.newTo + below)];
  return `@@ -${removed} +${added} @@\n${lines.join("")}`;
}

/**
 * How many lines to show above and below. Fewer on one side than on the other would say that the file begins or ends there,
 * so that where others cut one side, the other is as short.
 */
function contextOf(from: number, to: number, old: readonly Line[]): [number, number] {
  let [above, below] = [0, 0];
  while (above < CONTEXT && mayBeShown(old[from - above - 1])) above++;
  while (below < CONTEXT && mayBeShown(old[to + below])) below++;
  const isShort = (above < below && above < from) || (below < above && to + below < old.length);
  return isShort ? [Math.min(above, below), Math.min(above, below)] : [above, below];
}

function mayBeShown(line: Line | undefined): boolean {
  return line !== undefined && !isCut(line);
}

function printLine(mark: string, line: Line): string {
  return `${mark}${shownLine(line)}${line.lineBreak || "\n\\ No newline at end of file\n"}`;
}

/** A range of lines from 1; an empty one is named by the line before it. */
function range(from: number, end: number): string {
  const count = end - from;
  const first = count === 0 ? from : from + 1;
  return count === 1 ? String(first) : `${first},${count}`;
}
