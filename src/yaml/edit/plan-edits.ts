import type { Change, Value } from "./change.ts";
import type { Edit } from "./edit.ts";
import { isCollection, isKey, membersOf, type ListNode, type MapNode, type Node, type Pair } from "../node.ts";
import { behindComments, contentEnd, isEmpty, layoutOf, lineBreakAt, lineEnd } from "./place.ts";
import {
  isList,
  printElements,
  printFlow,
  printPair,
  printScalar,
  type Layout,
  type Style,
  fromNothing,
} from "./print.ts";
import { removeMembers } from "./remove-edits.ts";
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
 * what is there, because its planner has looked at the value before.
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
  if (change.kind === "map" && node.kind === "map") return editMap(plan, node, change.entries, style);
  if (change.kind === "list" && node.kind === "list") return editList(plan, node, change.at, change.append, style);
  if (change.kind === "set") return [replaceNode(plan, node, change.value, style)];
  if (change.kind === "document" && node.kind === "scalar" && typeof node.value === "string") {
    const changed = plan.changeDocument(node.value, change.format, change.change);
    return [editScalar(plan.text, node, changed, style)];
  }
  throw new Error(`a change of kind ${change.kind} does not fit what stands at offset ${node.start}`);
}

function replaceNode(plan: Plan, node: Node, value: Value, style: Style): Edit {
  if (node.kind === "scalar" && !isList(value) && (typeof value !== "object" || value === null)) {
    return editScalar(plan.text, node, value, style);
  }
  const flow = style === "block" ? "flow" : style;
  return { start: node.start, end: contentEnd(plan.text, node), text: printFlow(value, flow) };
}

function editMap(plan: Plan, map: MapNode, entries: ReadonlyMap<string, Change>, outer: Style): Edit[] {
  const style = styleOf(map, outer);
  const edits: Edit[] = [];
  const removed = new Set<number>();
  const added: [string, Value][] = [];
  for (const [key, change] of entries) {
    const position = map.pairs.findIndex((candidate) => isKey(candidate, key));
    const pair = map.pairs[position];
    if (pair === undefined) {
      const value = fromNothing(change);
      if (value !== undefined) added.push([key, value]);
    } else if (change.kind === "remove") {
      removed.add(position);
    } else {
      edits.push(...editPair(plan, map, pair, key, change, style));
    }
  }
  edits.push(...removeMembers(plan.text, map, removed));
  if (added.length > 0) edits.push(appendPairs(plan, map, removed, added, style));
  return edits;
}

function editPair(plan: Plan, map: MapNode, pair: Pair, key: string, change: Change, style: Style): Edit[] {
  const { value: node } = pair;
  const isFree = isNull(node) || (style === "block" && isEmptyCollection(plan.text, node));
  if (node !== undefined && !isFree) {
    return editNode(plan, node, change, style);
  }
  const value = fromNothing(change);
  if (value === undefined) return [];
  return fillPair(plan, map, pair, key, value, style);
}

/** Gives a key that has no value, or an empty collection, one that is laid out as if it had just been written. */
function fillPair(plan: Plan, map: MapNode, pair: Pair, key: string, value: Value, style: Style): Edit[] {
  const start = pair.valueStart;
  const end = isEmpty(pair.value) ? start : contentEnd(plan.text, pair);
  if (style !== "block") return [{ start, end, text: ` ${printFlow(value, style)}` }];
  const [first = "", ...more] = printPair(key, value, plan.layout);
  const inline = first.slice(printScalar(key, "flow").length + 1);
  const edits: Edit[] = [{ start, end, text: inline }];
  if (more.length > 0) edits.push(insertLines(plan, end, map.column, more));
  return edits;
}

function editList(
  plan: Plan,
  list: ListNode,
  at: ReadonlyMap<number, Change>,
  append: readonly Value[],
  outer: Style,
): Edit[] {
  const style = styleOf(list, outer);
  const removed = new Set<number>();
  const edits: Edit[] = [];
  for (const [position, change] of at) {
    const element = list.elements[position];
    if (element === undefined) throw new Error(`a list has no element ${position}`);
    if (change.kind === "remove") removed.add(position);
    else edits.push(...editNode(plan, element.node, change, style));
  }
  edits.push(...removeMembers(plan.text, list, removed));
  if (append.length > 0) edits.push(appendElements(plan, list, removed, append, style));
  return edits;
}

function appendPairs(
  plan: Plan,
  map: MapNode,
  removed: ReadonlySet<number>,
  added: readonly [string, Value][],
  style: Style,
): Edit {
  if (style !== "block") {
    const printed = added.map(([key, value]) => `${printScalar(key, style)}: ${printFlow(value, style)}`);
    return appendFlow(plan, map, removed, printed);
  }
  const lines = added.flatMap(([key, value]) => printPair(key, value, plan.layout));
  // Without a blank line a comment that closed the map would become the new key's own, and kpt would double it.
  const end = contentEnd(plan.text, map);
  const behind = behindComments(plan.text, end, map.column);
  return insertLines(plan, behind, map.column, lines, behind !== end);
}

function appendElements(
  plan: Plan,
  list: ListNode,
  removed: ReadonlySet<number>,
  append: readonly Value[],
  style: Style,
): Edit {
  if (style !== "block") {
    const printed = append.map((value) => printFlow(value, style));
    return appendFlow(plan, list, removed, printed);
  }
  // A comment at the column of the dashes belongs to the key that follows, a deeper one to the last element.
  const behind = behindComments(plan.text, contentEnd(plan.text, list), list.column + 1);
  return insertLines(plan, behind, list.column, printElements(append, plan.layout));
}

/** New members of a flow collection follow the last one that stays, each on its own line where that one has its own. */
function appendFlow(
  plan: Plan,
  collection: MapNode | ListNode,
  removed: ReadonlySet<number>,
  printed: readonly string[],
): Edit {
  const last = membersOf(collection).findLast((_, position) => !removed.has(position));
  if (last === undefined) {
    const start = collection.start + 1;
    return { start, end: start, text: printed.join(", ") };
  }
  const start = contentEnd(plan.text, last);
  const ownLine = /\r?\n[ \t]*$/.exec(plan.text.slice(0, last.start).slice(-200))?.[0];
  // A trailing comma, and a comment after it, stay with the member before them.
  const comma = ownLine === undefined ? null : /^[ \t]*,[ \t]*(?:#[^\r\n]*)?(?=\r?\n)/.exec(plan.text.slice(start));
  if (comma) {
    const behind = start + comma[0].length;
    return { start: behind, end: behind, text: printed.map((member) => `${ownLine}${member},`).join("") };
  }
  const separator = `,${ownLine ?? " "}`;
  return { start, end: start, text: printed.map((member) => separator + member).join("") };
}

function insertLines(plan: Plan, offset: number, column: number, lines: readonly string[], apart = false): Edit {
  const start = lineEnd(plan.text, offset);
  const lineBreak = lineBreakAt(plan.text, start);
  const text = lines.map((line) => lineBreak + (line === "" ? "" : " ".repeat(column) + line)).join("");
  return { start, end: start, text: (apart ? lineBreak : "") + text };
}

/** Members of a flow collection are written like the ones that are there: quoted where the first key is. */
function styleOf(collection: MapNode | ListNode, outer: Style): Style {
  if (!collection.flow) return "block";
  const first = collection.kind === "map" ? collection.pairs[0]?.key : undefined;
  if (first?.kind === "scalar") return first.form === "double" ? "json" : "flow";
  return outer === "block" ? "flow" : outer;
}

function isNull(node: Node | undefined): boolean {
  return isEmpty(node) || (node?.kind === "scalar" && node.value === null);
}

/** `{}` or `[]` with nothing inside, not even a comment. */
function isEmptyCollection(text: string, node: Node | undefined): boolean {
  if (node === undefined || !isCollection(node) || membersOf(node).length > 0) return false;
  return /^[{[]\s*[\]}]$/.test(text.slice(node.start, node.end));
}
