import type * as Package from "yaml";
import type { CST, ErrorCode, Node as AnyNode, Pair as AnyPair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import {
  scalarKey,
  type Element,
  type ListNode,
  type MapNode,
  type Node,
  type Pair,
  type ScalarForm,
  type ScalarNode,
} from "./node.ts";
import type { Source, SyntaxProblem } from "./parse.ts";
import { resolvePlain } from "./resolve-plain.ts";

/** How many collections may be in one another. */
const DEEPEST = 500;

/** Tags that change nothing where they are, or that make text of a scalar, as local ones do in go-yaml. */
const PLAIN_TAG = /^(?:tag:yaml\.org,2002:(?:map|seq|str)|![^!].*)$/;

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

/** Thrown for what the package reads and we do not; caught by `readByPackage`. */
class Refused extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Context for converting a `yaml` document into our nodes. */
interface Conversion {
  yaml: Yaml;
  text: string;
  /** The last node so far that has the anchor. */
  anchors: Map<string, Node>;
  depth: number;
}

let reads = 0;

/** How many texts the package has read so far. */
export function readsByPackage(): number {
  return reads;
}

/** Reads YAML by the package `yaml`, which nothing else imports; `parse` has the contract. */
export function readByPackage(text: string): Source | SyntaxProblem {
  reads++;
  const yaml = loadYaml();
  const lines = new yaml.LineCounter();
  const placeOf = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    const document = yaml.parseDocument(text, {
      keepSourceTokens: true,
      lineCounter: lines,
      // Not "silent", which would take the first of several documents without a word.
      logLevel: "error",
      prettyErrors: false,
      // Plain scalars stay text here, and are resolved as Go does.
      schema: "failsafe",
      resolveKnownTags: false,
      // The package compares each key with all before it, which takes minutes for a map of some ten thousand.
      uniqueKeys: false,
    });
    const [error] = document.errors;
    // How deep the package goes is a matter of the engine, and so is the place where it gives up.
    if (error?.code === "RESOURCE_EXHAUSTION") throw new RangeError(error.message);
    if (error) return { ...describeSyntaxError(error.code), ...placeOf(error.pos[0]) };
    const { yaml: version, tags } = document.directives ?? {};
    if (version?.explicit || Object.keys(tags ?? {}).length > 1)
      throw new Refused("a directive stands before the document", 0);
    const conversion: Conversion = { yaml, text, anchors: new Map(), depth: 0 };
    const root = document.contents === null ? undefined : toNode(conversion, document.contents, 0);
    const repeated = root && repeatedKey(root);
    return { text, root, ...(repeated === undefined ? {} : { repeatedKey: placeOf(repeated) }) };
  } catch (error) {
    if (error instanceof Refused) {
      return { message: error.message, isSeveralDocuments: false, isReadByGo: true, ...placeOf(error.offset) };
    }
    if (error instanceof RangeError) return { ...describeSyntaxError("RESOURCE_EXHAUSTION"), line: 1, column: 1 };
    throw error;
  }
}

/** Where the first key starts that a map has twice (YAML 1.2.2, 3.2.1.1), as Go programs compare them. */
function repeatedKey(root: Node): number | undefined {
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === "list") waiting.push(...node.elements.map((element) => element.node).toReversed());
    if (node.kind !== "map") continue;
    const keys = new Set<string>();
    for (const pair of node.pairs) {
      const scalar = scalarKey(pair);
      if (scalar === undefined) continue;
      const name = pair.isMerge ? "<<" : `=${scalar.value}`;
      if (keys.has(name)) return pair.key.start;
      keys.add(name);
    }
    waiting.push(...node.pairs.flatMap(({ value }) => value ?? []).toReversed());
  }
  return undefined;
}

/** `from` is where the node has to be looked for, for those that have no place in the text. */
function toNode(conversion: Conversion, original: AnyNode, from: number): Node {
  const { yaml, anchors } = conversion;
  const [start, end] = original.range ?? [from, from];
  if (yaml.isAlias(original)) {
    return { kind: "alias", start, end, name: original.source, target: anchors.get(original.source) };
  }
  const { anchor, tag } = original;
  if (++conversion.depth > DEEPEST) throw new RangeError("nested too deeply");
  let node: Node;
  if (yaml.isMap(original)) node = newMap(original, start, end);
  else if (yaml.isSeq(original)) node = newList(original, start, end);
  else node = toScalar(conversion, original, start, end);
  if (node.kind !== "scalar" && tag !== undefined && !PLAIN_TAG.test(tag)) {
    throw new Refused("a tag is not known", start);
  }
  if (anchor) {
    node.anchor = anchor;
    anchors.set(anchor, node);
  }
  // An anchor holds for what is in its own node, so the members come last.
  if (node.kind === "map") addPairs(conversion, node, original as YAMLMap);
  if (node.kind === "list") addElements(conversion, node, original as YAMLSeq);
  conversion.depth--;
  return node;
}

function newMap(map: YAMLMap, start: number, end: number): MapNode {
  return { kind: "map", start, end, flow: map.flow === true, column: columnOf(map), pairs: [] };
}

function addPairs(conversion: Conversion, node: MapNode, map: YAMLMap): void {
  for (const pair of map.items) node.pairs.push(toPair(conversion, pair, node.start));
  const last = node.pairs.at(-1);
  if (!node.flow && last) node.end = last.value?.end ?? last.valueStart;
}

function toPair(conversion: Conversion, pair: AnyPair, from: number): Pair {
  const { isNode, isScalar } = conversion.yaml;
  const tokens = pair.srcToken as { start?: CST.SourceToken[]; sep?: CST.SourceToken[] } | undefined;
  const first = tokens?.start?.find(({ type }) => ["explicit-key-ind", "anchor", "tag"].includes(type));
  const last = tokens?.sep?.findLast(({ type }) => ["map-value-ind", "anchor", "tag"].includes(type));
  const key = toNode(conversion, pair.key as AnyNode, first?.offset ?? from);
  const isPlain = key.kind === "scalar" && key.form === "plain";
  if (isPlain && /^:[,\]}]/.test(conversion.text.slice(key.end, key.end + 2)))
    throw new Refused("a colon stands right before a comma or bracket, and Go makes it a part of the key", key.end);
  return {
    key,
    value: isNode(pair.value) ? toNode(conversion, pair.value, key.end) : undefined,
    start: first?.offset ?? key.start,
    valueStart: last === undefined ? key.end : last.offset + last.source.length,
    isMerge: isScalar(pair.key) && pair.key.source === "<<" && pair.key.type === "PLAIN" && !pair.key.tag,
  };
}

function newList(list: YAMLSeq, start: number, end: number): ListNode {
  return { kind: "list", start, end, flow: list.flow === true, column: columnOf(list), elements: [] };
}

function addElements(conversion: Conversion, node: ListNode, list: YAMLSeq): void {
  for (const [position, item] of list.items.entries()) {
    node.elements.push(toElement(conversion, list, position, item as AnyNode));
  }
  if (!node.flow) node.end = node.elements.at(-1)?.node.end ?? node.end;
}

function toElement(conversion: Conversion, list: YAMLSeq, position: number, item: AnyNode): Element {
  const token = list.srcToken;
  const before = token !== undefined && "items" in token ? (token.items[position]?.start ?? []) : [];
  const first = before.find(({ type }) => ["seq-item-ind", "anchor", "tag"].includes(type));
  const node = toNode(conversion, item, list.range?.[0] ?? 0);
  return { node, start: first?.offset ?? node.start };
}

function toScalar({ text }: Conversion, scalar: Scalar, start: number, end: number): ScalarNode {
  const form = formOf(scalar);
  const written = typeof scalar.value === "string" ? scalar.value : "";
  const isBlock = form === "literal" || form === "folded";
  // The package drops a line of blanks at the end of such a block, and go-yaml does not.
  if (
    isBlock &&
    /^[|>][-+]?[1-9]/.test(text.slice(start, start + 3)) &&
    /\n +(?:\r?\n|$)/.test(withBlanks(text, start, end))
  ) {
    throw new Refused("a block with an indentation indicator has a line of blanks", start);
  }
  if (form === "double" && /\\\r?\n[ \t]*\r?\n/.test(text.slice(start, end))) {
    throw new Refused("a blank line follows an escaped line break", start);
  }
  // At the end of a text without a line break go-yaml adds none to a block scalar, whatever its chomping.
  const isCut = isBlock && end === text.length && !text.endsWith("\n");
  const source = isCut && written.endsWith("\n") ? written.slice(0, -1) : written;
  return { kind: "scalar", start, end, form, value: resolve(source, form, scalar.tag) };
}

function withBlanks(text: string, start: number, end: number): string {
  const content = /\S/g;
  content.lastIndex = end;
  return text.slice(start, content.test(text) ? text.lastIndexOf("\n", content.lastIndex - 1) + 1 : text.length);
}

function resolve(source: string, form: ScalarForm, tag: string | undefined): ScalarNode["value"] {
  if (tag !== undefined) return PLAIN_TAG.test(tag) ? source : undefined;
  return form === "plain" || form === "none" ? resolvePlain(source) : source;
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

/** The column at which the keys of a block map, or the dashes of a block list, stand. */
function columnOf({ flow, srcToken }: YAMLMap | YAMLSeq): number {
  return flow !== true && srcToken !== undefined && "indent" in srcToken ? srcToken.indent : 0;
}

/**
 * What a syntax error means, in words of our own: those of the parser quote the text, which may be a Secret's. The codes
 * are those of the package `yaml`.
 */
const MEANINGS: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: "an alias has an anchor or a tag",
  BAD_ALIAS: "an alias or anchor has no valid name",
  BAD_COLLECTION_TYPE: "a tag does not fit what it stands before",
  BAD_DIRECTIVE: "a directive is malformed",
  BAD_DQ_ESCAPE: "a double-quoted text has an escape that does not exist",
  BAD_INDENT: "a line is not indented as far as it must be, or a bracket before it is not closed",
  BAD_PROP_ORDER: "an anchor or tag stands in the wrong place",
  BAD_SCALAR_START: "a text starts with a character that needs quotes",
  BLOCK_AS_IMPLICIT_KEY: "a nested map or list stands on the line of its key",
  BLOCK_IN_FLOW: "a block stands inside of braces or brackets",
  DUPLICATE_KEY: "a map has the same key twice",
  IMPOSSIBLE: "the text cannot be parsed",
  KEY_OVER_1024_CHARS: "a key is longer than 1024 characters",
  MISSING_CHAR: "a quote, colon, comma or closing bracket is missing",
  MULTILINE_IMPLICIT_KEY: "a key goes over several lines",
  MULTIPLE_ANCHORS: "a node has two anchors",
  MULTIPLE_DOCS: "there are several documents",
  MULTIPLE_TAGS: "a node has two tags",
  NON_STRING_KEY: "a key is not a text",
  RESOURCE_EXHAUSTION: "it is nested too deeply",
  TAB_AS_INDENT: "a tab is used for indentation",
  TAG_RESOLVE_FAILED: "a tag is not known",
  UNEXPECTED_TOKEN: "something stands where it cannot",
};

/** A syntax error in words that hold nothing of the text. */
function describeSyntaxError(code: ErrorCode): { message: string; isSeveralDocuments: boolean } {
  return { message: MEANINGS[code], isSeveralDocuments: code === "MULTIPLE_DOCS" };
}
