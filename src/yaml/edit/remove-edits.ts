import type { Edit } from "./edit.ts";
import { membersOf, type ListNode, type MapNode, type Member } from "../node.ts";
import { contentEnd, lineEnd } from "./place.ts";

/**
 * The edits that take members out of a collection, by their positions, with their lines and what else is on them;
 * comments above stay.
 */
export function removeMembers(text: string, collection: MapNode | ListNode, removed: ReadonlySet<number>): Edit[] {
  if (removed.size === 0) return [];
  const members = membersOf(collection);
  return collection.flow ? removeFromFlow(text, members, removed) : removeLines(text, members, removed);
}

/**
 * The line break before a line goes rather than the one after it, so that something can be appended at the line's end
 * nevertheless. A first member that shares its line with the dash of an outer list gives its place to the next one.
 */
function removeLines(text: string, members: readonly Member[], removed: ReadonlySet<number>): Edit[] {
  const edits: Edit[] = [];
  const [first] = members;
  let kept = 0;
  if (first && removed.has(0) && lineStart(text, first.start) === undefined) {
    kept = members.findIndex((_, index) => !removed.has(index));
    const heir = members[kept];
    if (heir === undefined) throw new Error("the last member of a collection goes with its key, not alone");
    edits.push({ start: first.start, end: heir.start, text: "" });
  }
  const last = members.findLastIndex((_, index) => !removed.has(index));
  for (const [position, member] of members.entries()) {
    if (position < kept || !removed.has(position)) continue;
    const own = lineStart(text, member.start) ?? member.start;
    const start = position === last + 1 ? behindComment(text, own) : own;
    const end = lineEnd(text, contentEnd(text, member));
    edits.push(
      start === 0
        ? { start, end: afterLineBreak(text, end), text: "" }
        : { start: beforeLineBreak(text, start), end, text: "" },
    );
  }
  return edits;
}

/** One comma is removed with each run of members: the one after it, or the one before it where nothing follows. */
function removeFromFlow(text: string, members: readonly Member[], removed: ReadonlySet<number>): Edit[] {
  const edits: Edit[] = [];
  for (const { from, to } of runs(removed, members.length)) {
    const [first, final, before, behind] = [members[from], members[to], members[from - 1], members[to + 1]];
    if (first === undefined || final === undefined) continue;
    if (behind) edits.push({ start: first.start, end: behind.start, text: "" });
    else edits.push({ start: before ? contentEnd(text, before) : first.start, end: contentEnd(text, final), text: "" });
  }
  return edits;
}

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
