/**
 * The nodes of one YAML document as plain data, with the places in the text that an editor needs and nothing else.
 * All offsets are UTF-16 offsets into the text, all columns count from 0.
 */
export type Node = ScalarNode | MapNode | ListNode | AliasNode;

/** What all nodes have: the place of their own text, without anchor and tag, and the name of their anchor. */
interface Place {
  start: number;
  /**
   * After the last character; of a block scalar that is after the line break of its last line, as its chomping counts
   * lines, and of a block map or block list after its last member.
   */
  end: number;
  anchor?: string;
}

/** How a scalar is written; `none` is a plain one without a character, as of `key:` with nothing after it. */
export type ScalarForm = "plain" | "single" | "double" | "literal" | "folded" | "none";

/** A scalar; its value is undefined where a tag makes something of it that is no plain data, such as bytes. */
export interface ScalarNode extends Place {
  kind: "scalar";
  form: ScalarForm;
  value: string | number | boolean | null | undefined;
}

/** A map. */
export interface MapNode extends Place {
  kind: "map";
  /** True for one in braces. */
  flow: boolean;
  /** Of a block map, the column of its keys. */
  column: number;
  pairs: Pair[];
}

/** A key and its value. */
export interface Pair {
  key: Node;
  /** Undefined where there is no colon, which flow maps and sets allow. */
  value: Node | undefined;
  /** The first character of the key, its anchor or tag and the indicator `?` included. */
  start: number;
  /** Where a value may be written when there is none: after the colon, the anchor and the tag. */
  valueStart: number;
  /** True for the key `<<`, which brings in the keys of other maps (yaml.org/type/merge.html). */
  isMerge: boolean;
}

/** A list. */
export interface ListNode extends Place {
  kind: "list";
  /** True for one in brackets. */
  flow: boolean;
  /** Of a block list, the column of its dashes. */
  column: number;
  elements: Element[];
}

/** An element of a list. */
export interface Element {
  node: Node;
  /** Its dash in block style, its anchor, its tag or itself in flow style. */
  start: number;
}

/** A pair of a map or an element of a list. */
export type Member = Pair | Element;

/** A name that stands for the last node before it with this anchor. */
export interface AliasNode extends Place {
  kind: "alias";
  name: string;
  /** Undefined where no node before it has the anchor. It may be a node that the alias is part of. */
  target: Node | undefined;
}

/** True for a map or a list. */
export function isCollection(node: Node): node is MapNode | ListNode {
  return node.kind === "map" || node.kind === "list";
}

/** The pairs of a map or the elements of a list. */
export function membersOf(collection: MapNode | ListNode): readonly Member[] {
  return collection.kind === "map" ? collection.pairs : collection.elements;
}

/** A node and all nodes below it, keys included, in the order of the text. */
export function* nodesOf(root: Node): Generator<Node, void> {
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    if (node.kind === "map") {
      for (const { key, value } of node.pairs.toReversed()) {
        if (value !== undefined) waiting.push(value);
        waiting.push(key);
      }
    } else if (node.kind === "list") {
      for (const element of node.elements.toReversed()) waiting.push(element.node);
    }
  }
}

/** The first pair of a map whose key is this string, merged keys left out. */
export function pairOf(map: MapNode, key: string): Pair | undefined {
  return map.pairs.find((pair) => isKey(pair, key));
}

/** The scalar that is the key of a pair, or that its alias stands for. */
export function scalarKey({ key }: Pair): ScalarNode | undefined {
  const node = key.kind === "alias" ? key.target : key;
  return node?.kind === "scalar" ? node : undefined;
}

/** True for a pair whose key is this string. */
export function isKey({ key, isMerge }: Pair, wanted: string): boolean {
  return key.kind === "scalar" && key.value === wanted && !isMerge;
}

/**
 * Where the last pair or element on a path stands that there is, from its key or dash to the end of its value: for a path
 * that leads nowhere the nearest one above it. Undefined where the first step already does. Aliases and merge keys are not
 * followed, as what they mean is elsewhere.
 */
export function memberSpan(
  root: Node | undefined,
  path: readonly (string | number)[],
): Pick<Place, "start" | "end"> | undefined {
  let node = root;
  let span: ReturnType<typeof memberSpan>;
  for (const step of path) {
    const member = memberOf(node, step);
    if (member === undefined) break;
    node = nodeOf(member);
    const keyEnd = "node" in member ? member.start : member.key.end;
    span = { start: member.start, end: Math.max(keyEnd, node?.end ?? 0) };
  }
  return span;
}

/** The node at a path of keys and positions; undefined where it leads nowhere. */
export function nodeBelow(root: Node | undefined, path: readonly (string | number)[]): Node | undefined {
  return path.reduce<Node | undefined>((node, step) => nodeOf(memberOf(node, step)), root);
}

function nodeOf(member: Member | undefined): Node | undefined {
  return member && "node" in member ? member.node : member?.value;
}

function memberOf(node: Node | undefined, step: string | number): Member | undefined {
  if (typeof step === "string") return node?.kind === "map" ? pairOf(node, step) : undefined;
  return node?.kind === "list" ? node.elements[step] : undefined;
}
