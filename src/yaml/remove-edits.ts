import type { Pair, YAMLMap, YAMLSeq } from "yaml";
import type { Edit } from "./edit.ts";
import { contentEnd, elementStart, lineEnd, pairStart } from "./place.ts";

/** The edits that take pairs out of a map, with their lines and what else stands on them; comments above stay. */
export function removePairs(text: string, map: YAMLMap, removed: ReadonlySet<number>): Edit[] {
  return removeMembers(text, map, removed, (position) => pairStart(map.items[position] as Pair));
}

/** The edits that take elements out of a list, with their lines and what else stands on them; comments above stay. */
export function removeElements(text: string, list: YAMLSeq, removed: ReadonlySet<number>): Edit[] {
  return removeMembers(text, list, removed, (position) => elementStart(list, position));
}

function removeMembers(
  text: string,
  collection: YAMLMap | YAMLSeq,
  removed: ReadonlySet<number>,
  startOf: (position: number) => number,
): Edit[] {
  if (removed.size === 0) return [];
  return collection.flow === true
    ? removeFromFlow(text, collection, removed, startOf)
    : removeLines(text, collection, removed, startOf);
}

/**
 * The line break before a line goes rather than the one behind it, so that something can be appended at the line's end
 * all the same. A first member that shares its line with the dash of an outer list hands its place to the next one.
 */
function removeLines(
  text: string,
  collection: YAMLMap | YAMLSeq,
  removed: ReadonlySet<number>,
  startOf: (position: number) => number,
): Edit[] {
  const edits: Edit[] = [];
  let position = 0;
  if (removed.has(0) && lineStart(text, startOf(0)) === undefined) {
    position = collection.items.findIndex((_, index) => !removed.has(index));
    if (position === -1) throw new Error("the last member of a collection goes with its key, not alone");
    edits.push({ start: startOf(0), end: startOf(position), text: "" });
  }
  const last = collection.items.findLastIndex((_, index) => !removed.has(index));
  for (; position < collection.items.length; position++) {
    if (!removed.has(position)) continue;
    const own = lineStart(text, startOf(position)) ?? startOf(position);
    const start = position === last + 1 ? behindComment(text, own) : own;
    const end = lineEnd(text, contentEnd(text, collection.items[position]));
    edits.push(
      start === 0
        ? { start, end: afterLineBreak(text, end), text: "" }
        : { start: beforeLineBreak(text, start), end, text: "" },
    );
  }
  return edits;
}

/** One comma goes with each run of members: the one behind it, or the one before it where nothing follows. */
function removeFromFlow(
  text: string,
  collection: YAMLMap | YAMLSeq,
  removed: ReadonlySet<number>,
  startOf: (position: number) => number,
): Edit[] {
  const count = collection.items.length;
  return runs(removed, count).map(({ from, to }) => {
    if (to + 1 < count) return { start: startOf(from), end: startOf(to + 1), text: "" };
    const start = from > 0 ? contentEnd(text, collection.items[from - 1]) : startOf(from);
    return { start, end: contentEnd(text, collection.items[to]), text: "" };
  });
}

/** The maximal runs of neighbours among the removed positions, in order. */
function runs(removed: ReadonlySet<number>, count: number): { from: number; to: number }[] {
  const result: { from: number; to: number }[] = [];
  for (let position = 0; position < count; position++) {
    if (!removed.has(position)) continue;
    const last = result.at(-1);
    if (last?.to === position - 1) last.to = position;
    else result.push({ from: position, to: position });
  }
  return result;
}

/** The offset of a line's first character when nothing but blanks stands before the offset, else undefined. */
function lineStart(text: string, offset: number): number | undefined {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*$/.test(text.slice(start, offset)) ? start : undefined;
}

/** Where a line starts, or the blank line above it that keeps it apart from a comment: what was added there goes whole. */
function behindComment(text: string, start: number): number {
  const before = /#[^\n]*\n(\r?\n)$/.exec(text.slice(Math.max(start - 10_000, 0), start));
  return start - (before?.[1]?.length ?? 0);
}

function beforeLineBreak(text: string, start: number): number {
  return text[start - 2] === "\r" ? start - 2 : start - 1;
}

function afterLineBreak(text: string, end: number): number {
  if (text[end] === "\r") return end + 2;
  return text[end] === "\n" ? end + 1 : end;
}
