import { isAlias, isMap, isNode, isScalar, isSeq, visit } from "yaml";
import type { Alias, Document, Node, Pair, YAMLMap } from "yaml";
import type { Change, Value } from "./change.ts";
import type { Edit } from "./edit.ts";
import { columnOf, contentEnd, lineBreakAt, pairStart, rangeOf } from "./place.ts";
import { layoutOf } from "./place.ts";
import { printFlow, printPair, printScalar } from "./print.ts";
import type { Source } from "./source.ts";
import { toPlain } from "./source.ts";

/**
 * The edits that must come before a change so that it means what it says where the text shares nodes: an alias on the
 * way to the change becomes a copy, and so do the aliases elsewhere of an anchored node that the change alters or takes
 * away (YAML 1.2.2, 7.1). Keys that a merge key brings in are written out where one of them is to be changed.
 * One call expands one level; call again on the edited text until there is nothing left.
 */
export function expandAliases(source: Source, node: Node, change: Change): Edit[] {
  const edits = new Map<number, Edit>();
  expandOnTheWay(source, node, change, edits);
  return [...edits.values()];
}

function expandOnTheWay(source: Source, node: Node, change: Change, edits: Map<number, Edit>): void {
  if (isAlias(node)) {
    if (change.kind !== "set" && change.kind !== "remove") copyAlias(source, node, edits);
    return;
  }
  copyAliasesOf(source, new Set([node]), edits);
  if (change.kind === "set" || change.kind === "remove") {
    copyAliasesOf(source, nodesBelow(node), edits);
  } else if (change.kind === "map" && isMap(node)) {
    for (const [key, inner] of change.entries) {
      const pair = node.items.find((candidate) => isScalar(candidate.key) && candidate.key.value === key);
      if (pair === undefined) writeOutMergedKey(source, node, key, inner, edits);
      else if (isNode(pair.value)) expandOnTheWay(source, pair.value, inner, edits);
    }
  } else if (change.kind === "list" && isSeq(node)) {
    for (const [position, inner] of change.at) {
      const element = node.items[position];
      if (isNode(element)) expandOnTheWay(source, element, inner, edits);
    }
  }
}

/** A key that only a merge key provides can be set by writing it beside; everything else needs it written out first. */
function writeOutMergedKey(source: Source, map: YAMLMap, key: string, change: Change, edits: Map<number, Edit>): void {
  if (change.kind === "set") return;
  const merge = map.items.find((pair) => isMergeKey(pair));
  if (merge === undefined) return;
  const explicit = new Set(map.items.map((pair) => (isScalar(pair.key) ? pair.key.value : undefined)));
  const merged = Object.entries(toPlain(source, map) as Record<string, Value>).filter(([name]) => !explicit.has(name));
  if (!merged.some(([name]) => name === key)) return;
  const start = pairStart(merge);
  edits.set(start, { start, end: contentEnd(source.text, merge), text: printMerged(source, map, merged, start) });
}

function printMerged(source: Source, map: YAMLMap, merged: readonly [string, Value][], start: number): string {
  if (map.flow === true) {
    return merged.map(([key, value]) => `${printScalar(key, "json")}: ${printFlow(value, "json")}`).join(", ");
  }
  const separator = lineBreakAt(source.text, start) + " ".repeat(columnOf(map));
  return merged.flatMap(([key, value]) => printPair(key, value, layoutOf(map))).join(separator);
}

function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.source === "<<" && pair.key.type === "PLAIN";
}

function copyAlias(source: Source, alias: Alias, edits: Map<number, Edit>): void {
  const [start, end] = rangeOf(alias);
  edits.set(start, { start, end, text: printFlow(toPlain(source, alias) as Value, "json") });
}

function copyAliasesOf(source: Source, anchored: ReadonlySet<Node>, edits: Map<number, Edit>): void {
  if (![...anchored].some((node) => "anchor" in node && node.anchor !== undefined)) return;
  visit(source.document, {
    Alias(_, alias) {
      const target = resolve(alias, source.document);
      if (target !== undefined && anchored.has(target)) copyAlias(source, alias, edits);
    },
  });
}

function resolve(alias: Alias, document: Document): Node | undefined {
  return alias.resolve(document);
}

function nodesBelow(root: Node): Set<Node> {
  const nodes = new Set<Node>();
  visit(root, { Node: (_, node) => void nodes.add(node) });
  return nodes;
}
