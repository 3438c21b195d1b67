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
