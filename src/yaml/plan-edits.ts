import { isCollection, isMap, isScalar, isSeq } from "yaml";
import type { Node, Pair, YAMLMap, YAMLSeq } from "yaml";
import type { Change, Value } from "./change.ts";
import type { Edit } from "./edit.ts";
import { fromNothing } from "./from-nothing.ts";
import {
  behindComments,
  columnOf,
  contentEnd,
  elementStart,
  isEmpty,
  layoutOf,
  lineBreakAt,
  lineEnd,
} from "./place.ts";
import { pairStart, rangeOf, valueStart } from "./place.ts";
import { isList, printElements, printFlow, printPair, printScalar } from "./print.ts";
import type { Layout, Style } from "./print.ts";
import { removeElements, removePairs } from "./remove-edits.ts";
import { editScalar } from "./scalar-edit.ts";

/** What all edits of one plan share. */
interface Plan {
  text: string;
  layout: Layout;
  /** Makes the change inside of a string that is a document; handed in because that in turn plans edits. */
  changeDocument: (text: string, format: "yaml" | "json", change: Change) => string;
}

/**
 * The edits that make a change at a node of a text and touch nothing else: new keys and elements come last in their
 * map or list, in its own style, and what goes takes its line along. Offsets are those of the node's source tokens.
 * The node has no aliases on the way to a change (`expandAliases` has seen to that). Throws when a change does not fit
 * what stands there, because whoever planned it has looked at the value before.
 */
export function planEdits(
  text: string,
  node: Node,
  change: Change,
  style: Style,
  changeDocument: Plan["changeDocument"],
): Edit[] {
  const plan: Plan = { text, layout: layoutOf(node), changeDocument };
  return editNode(plan, node, change, style);
}

function editNode(plan: Plan, node: Node, change: Change, style: Style): Edit[] {
  if (change.kind === "map" && isMap(node)) return editMap(plan, node, change.entries, style);
  if (change.kind === "list" && isSeq(node)) return editList(plan, node, change.at, change.append, style);
  if (change.kind === "set") return [replaceNode(plan, node, change.value, style)];
  if (change.kind === "document" && isScalar(node) && typeof node.value === "string") {
    const changed = plan.changeDocument(node.value, change.format, change.change);
    return [editScalar(plan.text, node, changed, style)];
  }
  throw new Error(`a change of kind ${change.kind} does not fit what stands at offset ${rangeOf(node)[0]}`);
}

function replaceNode(plan: Plan, node: Node, value: Value, style: Style): Edit {
  if (isScalar(node) && !isList(value) && (typeof value !== "object" || value === null)) {
    return editScalar(plan.text, node, value, style);
  }
  const flow = style === "block" ? "flow" : style;
  return { start: rangeOf(node)[0], end: contentEnd(plan.text, node), text: printFlow(value, flow) };
}

function editMap(plan: Plan, map: YAMLMap, entries: ReadonlyMap<string, Change>, outer: Style): Edit[] {
  const style = styleOf(map, outer);
  const edits: Edit[] = [];
  const removed = new Set<number>();
  const added: [string, Value][] = [];
  for (const [key, change] of entries) {
    const position = map.items.findIndex((pair) => isScalar(pair.key) && pair.key.value === key);
    const pair = map.items[position];
    if (pair === undefined) {
      const value = fromNothing(change);
      if (value !== undefined) added.push([key, value]);
    } else if (change.kind === "remove") {
      removed.add(position);
    } else {
      edits.push(...editPair(plan, map, pair, key, change, style));
    }
  }
  edits.push(...removePairs(plan.text, map, removed));
  if (added.length > 0) edits.push(appendPairs(plan, map, removed, added, style));
  return edits;
}

function editPair(plan: Plan, map: YAMLMap, pair: Pair, key: string, change: Change, style: Style): Edit[] {
  if (!isEmpty(pair.value) && !(style === "block" && holdsNothing(plan.text, pair.value))) {
    return editNode(plan, pair.value as Node, change, style);
  }
  const value = fromNothing(change);
  if (value === undefined) return [];
  return fillPair(plan, map, pair, key, value, style);
}

/** Gives a key that has no value, or an empty collection, one that is laid out as if it had just been written. */
function fillPair(plan: Plan, map: YAMLMap, pair: Pair, key: string, value: Value, style: Style): Edit[] {
  const start = valueStart(pair);
  const end = isEmpty(pair.value) ? start : contentEnd(plan.text, pair);
  if (style !== "block") return [{ start, end, text: ` ${printFlow(value, style)}` }];
  const [first = "", ...more] = printPair(key, value, plan.layout);
  const inline = first.slice(printScalar(key, "flow").length + 1);
  const edits: Edit[] = [{ start, end, text: inline }];
  if (more.length > 0) edits.push(insertLines(plan, end, columnOf(map), more));
  return edits;
}

function editList(
  plan: Plan,
  list: YAMLSeq,
  at: ReadonlyMap<number, Change>,
  append: readonly Value[],
  outer: Style,
): Edit[] {
  const style = styleOf(list, outer);
  const removed = new Set<number>();
  const edits: Edit[] = [];
  for (const [position, change] of at) {
    const element = list.items[position];
    if (element === undefined) throw new Error(`a list has no element ${position}`);
    if (change.kind === "remove") removed.add(position);
    else edits.push(...editNode(plan, element as Node, change, style));
  }
  edits.push(...removeElements(plan.text, list, removed));
  if (append.length > 0) edits.push(appendElements(plan, list, removed, append, style));
  return edits;
}

function appendPairs(
  plan: Plan,
  map: YAMLMap,
  removed: ReadonlySet<number>,
  added: readonly [string, Value][],
  style: Style,
): Edit {
  if (style !== "block") {
    const printed = added.map(([key, value]) => `${printScalar(key, style)}: ${printFlow(value, style)}`);
    return appendFlow(plan, map, removed, printed, (position) => pairStart(map.items[position] as Pair));
  }
  const lines = added.flatMap(([key, value]) => printPair(key, value, plan.layout));
  // Without a blank line a comment that closed the map would become the new key's own, and kpt would double it.
  const end = contentEnd(plan.text, map);
  const behind = behindComments(plan.text, end, columnOf(map));
  return insertLines(plan, behind, columnOf(map), lines, behind !== end);
}

function appendElements(
  plan: Plan,
  list: YAMLSeq,
  removed: ReadonlySet<number>,
  append: readonly Value[],
  style: Style,
): Edit {
  if (style !== "block") {
    const printed = append.map((value) => printFlow(value, style));
    return appendFlow(plan, list, removed, printed, (position) => elementStart(list, position));
  }
  // A comment at the column of the dashes belongs to the key that follows, a deeper one to the last element.
  const behind = behindComments(plan.text, contentEnd(plan.text, list), columnOf(list) + 1);
  return insertLines(plan, behind, columnOf(list), printElements(append, plan.layout));
}

/** New members of a flow collection follow the last one that stays, each on its own line where that one has its own. */
function appendFlow(
  plan: Plan,
  collection: YAMLMap | YAMLSeq,
  removed: ReadonlySet<number>,
  printed: readonly string[],
  startOf: (position: number) => number,
): Edit {
  const last = collection.items.findLastIndex((_, position) => !removed.has(position));
  if (last === -1) {
    const start = rangeOf(collection)[0] + 1;
    return { start, end: start, text: printed.join(", ") };
  }
  const start = contentEnd(plan.text, collection.items[last]);
  const ownLine = /\r?\n[ \t]*$/.exec(plan.text.slice(0, startOf(last)).slice(-200))?.[0];
  // A trailing comma, and a comment behind it, stay with the member that they stand behind.
  const comma = ownLine === undefined ? null : /^[ \t]*,[ \t]*(?:#[^\r\n]*)?(?=\r?\n)/.exec(plan.text.slice(start));
  if (comma) {
    const behind = start + comma[0].length;
    return { start: behind, end: behind, text: printed.map((member) => `${ownLine}${member},`).join("") };
  }
  const separator = `,${ownLine ?? " "}`;
  return { start, end: start, text: printed.map((member) => separator + member).join("") };
}

/** Lines after the line of an offset, each at a column. */
function insertLines(plan: Plan, offset: number, column: number, lines: readonly string[], apart = false): Edit {
  const start = lineEnd(plan.text, offset);
  const lineBreak = lineBreakAt(plan.text, start);
  const text = lines.map((line) => lineBreak + (line === "" ? "" : " ".repeat(column) + line)).join("");
  return { start, end: start, text: (apart ? lineBreak : "") + text };
}

/** Members of a flow collection are written like the ones that are there: quoted where the first key is. */
function styleOf(collection: YAMLMap | YAMLSeq, outer: Style): Style {
  if (collection.flow !== true) return "block";
  const first = isMap(collection) ? collection.items[0]?.key : undefined;
  if (isScalar(first)) return first.type === "QUOTE_DOUBLE" ? "json" : "flow";
  return outer === "block" ? "flow" : outer;
}

/** A null that is written out, or `{}` or `[]` with nothing inside, not even a comment. */
function holdsNothing(text: string, node: unknown): boolean {
  if (isScalar(node) && node.value === null) return true;
  if (!isCollection(node) || node.items.length > 0) return false;
  const [start, end] = rangeOf(node);
  return /^[{[]\s*[\]}]$/.test(text.slice(start, end));
}
