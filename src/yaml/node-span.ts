import type { Member, Node } from "./node.ts";
import { pairOf } from "./node.ts";
import { nodeAt } from "./source.ts";
import type { Source } from "./source.ts";

/** A stretch of a text: UTF-16 offsets of its first character and behind its last. */
export interface TextSpan {
  start: number;
  end: number;
}

/** Where the node at a path stands, without its anchor and tag; undefined where the path leads nowhere. */
export function nodeSpan(source: Source, path: readonly (string | number)[]): TextSpan | undefined {
  const node = nodeAt(source, path);
  return node && { start: node.start, end: node.end };
}

/**
 * Where the last pair or element on a path stands that there is, from its key or dash to the end of its value: for a path
 * that leads nowhere the nearest one above it. Undefined where the first step already does. Aliases and merge keys are not
 * followed, as what they mean stands elsewhere.
 */
export function memberSpan(root: Node | undefined, path: readonly (string | number)[]): TextSpan | undefined {
  let node = root;
  let span: TextSpan | undefined;
  for (const step of path) {
    const member = memberOf(node, step);
    if (member === undefined) break;
    node = "node" in member ? member.node : member.value;
    const keyEnd = "node" in member ? member.start : member.key.end;
    span = { start: member.start, end: Math.max(keyEnd, node?.end ?? 0) };
  }
  return span;
}

function memberOf(node: Node | undefined, step: string | number): Member | undefined {
  if (typeof step === "string") return node?.kind === "map" ? pairOf(node, step) : undefined;
  return node?.kind === "list" ? node.elements[step] : undefined;
}
