import { isAlias, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import type { CST, Document, Node as AnyNode, Pair as AnyPair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { Element, ListNode, MapNode, Node, Pair, ScalarForm, ScalarNode } from "./node.ts";
import type { Source, SyntaxProblem } from "./source.ts";
import { describeSyntaxError } from "./syntax-errors.ts";

/** The most that aliases of aliases may multiply a document, so that a few lines cannot fill the memory. */
const MOST_ALIASES = 10_000;

/** Reads any YAML 1.2 by the package `yaml`, which nothing else imports; `parseSource` has the contract. */
export function readAny(text: string): Source | SyntaxProblem {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    keepSourceTokens: true,
    lineCounter: lines,
    // Not "silent", which would take the first of several documents without a word.
    logLevel: "error",
    merge: true,
    prettyErrors: false,
    // The package compares each key with all before it, which takes minutes for a map of some ten thousand.
    uniqueKeys: false,
  });
  const error = document.errors[0] ?? repeatedKey(document);
  if (error === undefined) return sourceOf(text, document);
  const { line, col } = lines.linePos(error.pos[0]);
  return { ...describeSyntaxError(error.code), line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** The first key that a map has twice (YAML 1.2.2, 3.2.1.1); hosts refuse it. */
function repeatedKey(document: Document): { code: "DUPLICATE_KEY"; pos: [number] } | undefined {
  let at: number | undefined;
  visit(document, {
    Map(_, map) {
      const keys = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (keys.has(key.value)) {
          at = key.range?.[0] ?? 0;
          return visit.BREAK;
        }
        keys.add(key.value);
      }
      return undefined;
    },
  });
  return at === undefined ? undefined : { code: "DUPLICATE_KEY", pos: [at] };
}

/** What aliases and merge keys mean is left to the package, so that its own nodes are kept for that. */
function sourceOf(text: string, document: Document): Source {
  const originals = new Map<Node, AnyNode>();
  const root = document.contents === null ? undefined : toNode(document.contents, 0, originals);
  const resolve = (node: Node): unknown => {
    const original = originals.get(node);
    if (original === undefined) throw new Error("an entry of an ordered map means nothing by itself");
    return original.toJS(document, { maxAliasCount: MOST_ALIASES });
  };
  return { text, root, resolve };
}

/** `from` is where the node has to be looked for: tags can make nodes that have no place in the text. */
function toNode(original: AnyNode, from: number, originals: Map<Node, AnyNode>): Node {
  const [start, end] = original.range ?? [from, from];
  let node: Node;
  if (isAlias(original)) node = { kind: "alias", start, end, name: original.source };
  else if (isMap(original)) node = toMap(original, start, end, originals);
  else if (isSeq(original)) node = toList(original, start, end, originals);
  else node = toScalar(original, start, end);
  if ("anchor" in original && original.anchor) node.anchor = original.anchor;
  originals.set(node, original);
  return node;
}

function toMap(map: YAMLMap, start: number, end: number, originals: Map<Node, AnyNode>): MapNode {
  const node: MapNode = { kind: "map", start, end, flow: map.flow === true, column: columnOf(map), pairs: [] };
  for (const pair of map.items) node.pairs.push(toPair(pair, start, originals));
  const last = node.pairs.at(-1);
  if (!node.flow && last) node.end = last.value?.end ?? last.valueStart;
  return node;
}

function toPair(pair: AnyPair, from: number, originals: Map<Node, AnyNode>): Pair {
  const tokens = pair.srcToken as { start?: CST.SourceToken[]; sep?: CST.SourceToken[] } | undefined;
  const first = tokens?.start?.find(({ type }) => ["explicit-key-ind", "anchor", "tag"].includes(type));
  const last = tokens?.sep?.findLast(({ type }) => ["map-value-ind", "anchor", "tag"].includes(type));
  const key = toNode(pair.key as AnyNode, first?.offset ?? from, originals);
  const isMerge = isScalar(pair.key) && pair.key.source === "<<" && pair.key.type === "PLAIN";
  return {
    key,
    value: isNode(pair.value) ? toNode(pair.value, key.end, originals) : undefined,
    start: first?.offset ?? key.start,
    valueStart: last === undefined ? key.end : last.offset + last.source.length,
    isMerge,
  };
}

function toList(list: YAMLSeq, start: number, end: number, originals: Map<Node, AnyNode>): ListNode {
  const node: ListNode = { kind: "list", start, end, flow: list.flow === true, column: columnOf(list), elements: [] };
  for (const [position, item] of list.items.entries()) {
    node.elements.push(toElement(list, position, item, originals));
  }
  if (!node.flow) node.end = node.elements.at(-1)?.node.end ?? end;
  return node;
}

function toElement(list: YAMLSeq, position: number, item: unknown, originals: Map<Node, AnyNode>): Element {
  const token = list.srcToken;
  const before = token !== undefined && "items" in token ? (token.items[position]?.start ?? []) : [];
  const first = before.find(({ type }) => ["seq-item-ind", "anchor", "tag"].includes(type));
  // The tags of ordered maps make a pair of an element that was a map of one.
  if (isPair(item)) {
    const pair = toPair(item, first?.offset ?? list.range?.[0] ?? 0, originals);
    const { start } = pair;
    const end = pair.value?.end ?? pair.valueStart;
    return { start: first?.offset ?? start, node: { kind: "map", start, end, flow: true, column: 0, pairs: [pair] } };
  }
  const node = toNode(item as AnyNode, list.range?.[0] ?? 0, originals);
  return { node, start: first?.offset ?? node.start };
}

function toScalar(scalar: Scalar, start: number, end: number): ScalarNode {
  return { kind: "scalar", start, end, form: formOf(scalar), value: valueOf(scalar.value) };
}

function formOf({ type, source }: Scalar): ScalarForm {
  switch (type) {
    case "QUOTE_DOUBLE":
      return "double";
    case "QUOTE_SINGLE":
      return "single";
    case "BLOCK_LITERAL":
      return "literal";
    case "BLOCK_FOLDED":
      return "folded";
    default:
      return source === undefined || source === "" ? "none" : "plain";
  }
}

function valueOf(value: unknown): ScalarNode["value"] {
  if (value === null) return null;
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "symbol":
      // The package's own value for a merge key.
      return value.description;
    default:
      return undefined;
  }
}

/** The column at which the keys of a block map, or the dashes of a block list, stand. */
function columnOf({ flow, srcToken }: YAMLMap | YAMLSeq): number {
  return flow !== true && srcToken !== undefined && "indent" in srcToken ? srcToken.indent : 0;
}
