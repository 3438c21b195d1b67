import type { Change, Value } from "./change.ts";
import type { Edit } from "./edit.ts";
import { nodesOf, pairOf, type AliasNode, type MapNode, type Node } from "../node.ts";
import { plainOf } from "../plain.ts";
import { contentEnd, layoutOf, lineBreakAt } from "./place.ts";
import { printFlow, printPair, printScalar } from "./print.ts";
import type { Source } from "../parse.ts";

/**
 * The edits that must come before a change so that it means what it says where the text shares nodes: an alias on the
 * way to the change becomes a copy, and so do the aliases elsewhere of an anchored node that the change alters or takes
 * away (YAML 1.2.2, 7.1). Keys that a merge key brings in are written out where one of them is to be changed.
 * One call expands one level; call again on the edited text until there is nothing left.
 */
export function expandAliases(source: Source, node: Node, change: Change): Edit[] {
  // Nothing is shared without an anchor or a merge key.
  if (!source.text.includes("&") && !source.text.includes("<<")) return [];
  const edits = new Map<number, Edit>();
  expandOnTheWay(source, node, change, edits);
  return [...edits.values()];
}

function expandOnTheWay(source: Source, node: Node, change: Change, edits: Map<number, Edit>): void {
  if (node.kind === "alias") {
    if (change.kind !== "set" && change.kind !== "remove") copyAlias(source, node, edits);
    return;
  }
  copyAliasesOf(source, new Set([node]), edits);
  if (change.kind === "set" || change.kind === "remove") {
    copyAliasesOf(source, new Set(nodesOf(node)), edits);
  } else if (change.kind === "map" && node.kind === "map") {
    for (const [key, inner] of change.entries) {
      const pair = pairOf(node, key);
      if (pair === undefined) writeOutMergedKey(source, node, key, inner, edits);
      else if (pair.value) expandOnTheWay(source, pair.value, inner, edits);
    }
  } else if (change.kind === "list" && node.kind === "list") {
    for (const [position, inner] of change.at) {
      const element = node.elements[position];
      if (element) expandOnTheWay(source, element.node, inner, edits);
    }
  }
}

/** A key that only a merge key provides can be set by writing it beside; everything else needs it written out first. */
function writeOutMergedKey(source: Source, map: MapNode, key: string, change: Change, edits: Map<number, Edit>): void {
  if (change.kind === "set") return;
  const merge = map.pairs.find(({ isMerge }) => isMerge);
  if (merge === undefined) return;
  const explicit = new Set(map.pairs.map(({ key: own }) => (own.kind === "scalar" ? own.value : undefined)));
  const merged = Object.entries(plainOf(map) as Record<string, Value>).filter(([name]) => !explicit.has(name));
  // Digits that a number of JavaScript would lose are left to the proof to refuse.
  if (!merged.some(([name]) => name === key) || /\d{16}/.test(JSON.stringify(merged))) return;
  const { start } = merge;
  edits.set(start, { start, end: contentEnd(source.text, merge), text: printMerged(source, map, merged, start) });
}

function printMerged(source: Source, map: MapNode, merged: readonly [string, Value][], start: number): string {
  if (map.flow) {
    return merged.map(([key, value]) => `${printScalar(key, "json")}: ${printFlow(value, "json")}`).join(", ");
  }
  const separator = lineBreakAt(source.text, start) + " ".repeat(map.column);
  return merged.flatMap(([key, value]) => printPair(key, value, layoutOf(map))).join(separator);
}

function copyAlias({ text }: Source, alias: AliasNode, edits: Map<number, Edit>): void {
  const { start, end } = alias;
  edits.set(start, { start, end, text: flowText(text, alias) });
}

/** A node in flow style, aliases expanded: numbers and words as they are written, text in double quotes. */
function flowText(text: string, node: Node): string {
  if (node.kind === "alias" && node.target) return flowText(text, node.target);
  if (node.kind === "list") return `[${node.elements.map((element) => flowText(text, element.node)).join(", ")}]`;
  if (node.kind === "map" && !node.pairs.some(({ isMerge }) => isMerge)) {
    const pairs = node.pairs.map(
      ({ key, value }) => `${flowText(text, key)}: ${value ? flowText(text, value) : "null"}`,
    );
    return `{${pairs.join(", ")}}`;
  }
  const isWritten = node.kind === "scalar" && node.form === "plain" && typeof node.value !== "string";
  return isWritten ? text.slice(node.start, node.end) : printFlow(plainOf(node) as Value, "json");
}

function copyAliasesOf(source: Source, anchored: ReadonlySet<Node>, edits: Map<number, Edit>): void {
  if (source.root === undefined || ![...anchored].some(({ anchor }) => anchor !== undefined)) return;
  for (const node of nodesOf(source.root)) {
    if (node.kind === "alias" && node.target && anchored.has(node.target)) copyAlias(source, node, edits);
  }
}
