import { isRecord } from "../base/record.ts";
import { scalarKey, type AliasNode, type MapNode, type Node, type Pair, type ScalarNode } from "./node.ts";

/** The most nodes that aliases may add to a document, so that a few lines cannot fill the memory. */
const MOST_BY_ALIASES = 1_000_000;

/** Thrown for a node that means nothing; the message is a clause without any part of the text. */
export class PlainProblem extends Error {}

/** What has been resolved so far of one node. */
interface Resolving {
  /** The text, where words such as `off` are to stay text. */
  wordsIn: string | undefined;
  /** How many nodes have been passed, those that aliases stand for each time. */
  nodes: number;
  byAliases: number;
  /** What an alias' target means and how many nodes that is; undefined while it is being resolved. */
  targets: Map<Node, { value: unknown; nodes: number } | undefined>;
}

/**
 * The plain data that a node means, aliases and merge keys resolved as go-yaml does (go.yaml.in/yaml/v2: decode.go): of a key
 * that is there twice the last one counts, and keys become text. What several aliases share is one object, so no caller may
 * change it. With `wordsIn`, the node's text, `on`, `off`, `yes` and `no` stay text, as kyaml reads them into a field that is
 * text (go.yaml.in/yaml/v3: resolve.go). Throws a PlainProblem where the node means nothing or Go programs do not agree on it.
 */
export function plainOf(node: Node, wordsIn?: string): unknown {
  return valueOf(node, { wordsIn, nodes: 0, byAliases: 0, targets: new Map() });
}

function valueOf(node: Node, resolving: Resolving): unknown {
  resolving.nodes++;
  switch (node.kind) {
    case "scalar":
      return scalarOf(node, resolving);
    case "list":
      return node.elements.map((element) => valueOf(element.node, resolving));
    case "map":
      return mapOf(node, resolving);
    case "alias":
      return targetOf(node, resolving);
  }
}

function scalarOf({ value, form, start, end }: ScalarNode, { wordsIn }: Resolving): unknown {
  if (value === undefined) throw new PlainProblem("a value has a tag that is not known");
  if (typeof value !== "boolean" || wordsIn === undefined || form !== "plain") return value;
  const word = wordsIn.slice(start, end);
  return /^(?:true|false)$/i.test(word) ? value : word;
}

function targetOf({ target }: AliasNode, resolving: Resolving): unknown {
  if (target === undefined) throw new PlainProblem("an alias refers to an anchor that is not set before it");
  const { targets } = resolving;
  if (targets.has(target) && targets.get(target) === undefined) {
    throw new PlainProblem("an alias stands inside of what it refers to");
  }
  let known = targets.get(target);
  if (known === undefined) {
    targets.set(target, undefined);
    const before = resolving.nodes;
    const value = valueOf(target, resolving);
    known = { value, nodes: resolving.nodes - before };
    targets.set(target, known);
  } else {
    resolving.nodes += known.nodes;
  }
  resolving.byAliases += known.nodes;
  if (resolving.byAliases > MOST_BY_ALIASES) throw new PlainProblem("aliases multiply the text beyond reason");
  return known.value;
}

function mapOf(map: MapNode, resolving: Resolving): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [position, pair] of map.pairs.entries()) {
    if (pair.isMerge) merge(map, position, plain, resolving);
    else put(plain, keyOf(pair, resolving), pair.value === undefined ? null : valueOf(pair.value, resolving));
  }
  return plain;
}

/** Assigned, the key `__proto__` would set what the object inherits from. */
function put(plain: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(plain, key, { value, writable: true, enumerable: true, configurable: true });
  } else plain[key] = value;
}

function keyOf(pair: Pair, resolving: Resolving): string {
  const key = scalarKey(pair);
  if (key === undefined || (key.value ?? null) === null) throw new PlainProblem("a key is not text");
  const value = scalarOf(key, resolving);
  const name = String(value);
  // Of numbers sigs.k8s.io/yaml makes text by rules of its own.
  if (typeof value === "number" && (!Number.isSafeInteger(value) || name.length !== key.end - key.start)) {
    throw new PlainProblem("a key is a number that is not written as a plain integer");
  }
  return name;
}

/**
 * Adds the keys that a merge key brings in. Of what is before it, go-yaml v2 (kubectl, Argo CD) lets the merged value win
 * and v3 (kustomize, kpt) the explicit one, so that such a map is refused.
 */
function merge(map: MapNode, position: number, plain: Record<string, unknown>, resolving: Resolving): void {
  const { value } = map.pairs[position] as Pair;
  const before = new Set(map.pairs.slice(0, position).flatMap((pair) => (pair.isMerge ? [] : keyOf(pair, resolving))));
  const sources = value?.kind === "list" ? value.elements.map(({ node }) => node) : [value];
  // Of several maps the first has the last word.
  for (const source of sources.toReversed()) {
    const merged = source === undefined ? undefined : valueOf(source, resolving);
    if (!isRecord(merged)) throw new PlainProblem("a merge key names something else than maps");
    for (const [key, inner] of Object.entries(merged)) {
      if (before.has(key)) {
        throw new PlainProblem("a merge key sets again what stands before it, which Go programs read in two ways");
      }
      put(plain, key, inner);
    }
  }
}
