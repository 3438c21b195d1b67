import type * as Package from "yaml";
import type { CST, Document, Node as AnyNode, Pair as AnyPair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { Element, ListNode, MapNode, Node, Pair, ScalarForm, ScalarNode } from "./node.ts";
import type { Source, SyntaxProblem } from "./source.ts";
import { describeSyntaxError } from "./syntax-errors.ts";

/** The most that aliases of aliases may multiply a document, so that a few lines cannot fill the memory. */
const MOST_ALIASES = 10_000;

type Yaml = typeof Package;

/**
 * The package, loaded when the first text needs it, because most runs never do and it takes longer than all else that they
 * do. It is required by name: an import could not wait without making every caller asynchronous, and what is required by
 * name goes into the bundle like what is imported, as a function that runs on the first call. Where nothing is bundled,
 * `require` is Node's own (scripts/build.mjs).
 */
function loadYaml(): Yaml {
  return require("yaml") as Yaml;
}

/** What the turning of one document into our nodes goes by. */
interface Turning {
  yaml: Yaml;
  /** The package's own node behind each of ours. */
  originals: Map<Node, AnyNode>;
}

let reads = 0;

/** How many texts the package has read so far. */
export function readsByPackage(): number {
  return reads;
}

/** Reads any YAML 1.2 by the package `yaml`, which nothing else imports; `parseSource` has the contract. */
export function readAny(text: string): Source | SyntaxProblem {
  reads++;
  const yaml = loadYaml();
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    keepSourceTokens: true,
    lineCounter: lines,
    // Not "silent", which would take the first of several documents without a word.
    logLevel: "error",
    merge: true,
    prettyErrors: false,
    // The package compares each key with all before it, which takes minutes for a map of some ten thousand.
    uniqueKeys: false,
  });
  const error = document.errors[0] ?? repeatedKey(yaml, document);
  if (error === undefined) return sourceOf(yaml, text, document);
  const { line, col } = lines.linePos(error.pos[0]);
  return { ...describeSyntaxError(error.code), line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** The first key that a map has twice (YAML 1.2.2, 3.2.1.1); hosts refuse it. */
function repeatedKey(
  { isScalar, visit }: Yaml,
  document: Document,
): { code: "DUPLICATE_KEY"; pos: [number] } | undefined {
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
function sourceOf(yaml: Yaml, text: string, document: Document): Source {
  const originals = new Map<Node, AnyNode>();
  const root = document.contents === null ? undefined : toNode({ yaml, originals }, document.contents, 0);
  const resolve = (node: Node): unknown => {
    const original = originals.get(node);
    if (original === undefined) throw new Error("an entry of an ordered map means nothing by itself");
    return original.toJS(document, { maxAliasCount: MOST_ALIASES });
  };
  return { text, root, resolve };
}

/** `from` is where the node has to be looked for: tags can make nodes that have no place in the text. */
function toNode(turning: Turning, original: AnyNode, from: number): Node {
  const [start, end] = original.range ?? [from, from];
  const { isAlias, isMap, isSeq } = turning.yaml;
  let node: Node;
  if (isAlias(original)) node = { kind: "alias", start, end, name: original.source };
  else if (isMap(original)) node = toMap(turning, original, start, end);
  else if (isSeq(original)) node = toList(turning, original, start, end);
  else node = toScalar(original, start, end);
  if ("anchor" in original && original.anchor) node.anchor = original.anchor;
  turning.originals.set(node, original);
  return node;
}

function toMap(turning: Turning, map: YAMLMap, start: number, end: number): MapNode {
  const node: MapNode = { kind: "map", start, end, flow: map.flow === true, column: columnOf(map), pairs: [] };
  for (const pair of map.items) node.pairs.push(toPair(turning, pair, start));
  const last = node.pairs.at(-1);
  if (!node.flow && last) node.end = last.value?.end ?? last.valueStart;
  return node;
}

function toPair(turning: Turning, pair: AnyPair, from: number): Pair {
  const { isNode, isScalar } = turning.yaml;
  const tokens = pair.srcToken as { start?: CST.SourceToken[]; sep?: CST.SourceToken[] } | undefined;
  const first = tokens?.start?.find(({ type }) => ["explicit-key-ind", "anchor", "tag"].includes(type));
  const last = tokens?.sep?.findLast(({ type }) => ["map-value-ind", "anchor", "tag"].includes(type));
  const key = toNode(turning, pair.key as AnyNode, first?.offset ?? from);
  const isMerge = isScalar(pair.key) && pair.key.source === "<<" && pair.key.type === "PLAIN";
  return {
    key,
    value: isNode(pair.value) ? toNode(turning, pair.value, key.end) : undefined,
    start: first?.offset ?? key.start,
    valueStart: last === undefined ? key.end : last.offset + last.source.length,
    isMerge,
  };
}

function toList(turning: Turning, list: YAMLSeq, start: number, end: number): ListNode {
  const node: ListNode = { kind: "list", start, end, flow: list.flow === true, column: columnOf(list), elements: [] };
  for (const [position, item] of list.items.entries()) {
    node.elements.push(toElement(turning, list, position, item));
  }
  if (!node.flow) node.end = node.elements.at(-1)?.node.end ?? end;
  return node;
}

function toElement(turning: Turning, list: YAMLSeq, position: number, item: unknown): Element {
  const token = list.srcToken;
  const before = token !== undefined && "items" in token ? (token.items[position]?.start ?? []) : [];
  const first = before.find(({ type }) => ["seq-item-ind", "anchor", "tag"].includes(type));
  // The tags of ordered maps make a pair of an element that was a map of one.
  if (turning.yaml.isPair(item)) {
    const pair = toPair(turning, item, first?.offset ?? list.range?.[0] ?? 0);
    const { start } = pair;
    const end = pair.value?.end ?? pair.valueStart;
    return { start: first?.offset ?? start, node: { kind: "map", start, end, flow: true, column: 0, pairs: [pair] } };
  }
  const node = toNode(turning, item as AnyNode, list.range?.[0] ?? 0);
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
