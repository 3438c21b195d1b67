import { isCollection, isMap, isPair, isScalar, isSeq, visit } from "yaml";
import type { CST, Node, Pair, YAMLMap, YAMLSeq } from "yaml";
import type { Layout } from "./print.ts";
import { PLAIN_LAYOUT } from "./print.ts";
import { blockScalarEnd } from "./scalar-edit.ts";

/** Where nodes stand in their text. All offsets are UTF-16 offsets into it, all columns count from 0. */

/** The column at which the keys of a block map, or the dashes of a block list, stand. */
export function columnOf(collection: YAMLMap | YAMLSeq): number {
  const token = collection.srcToken;
  if (token === undefined || !("indent" in token)) throw new Error("a collection without its source token");
  return token.indent;
}

/** The offset at which the content of a node or pair ends: no trailing blanks, comments or line break. */
export function contentEnd(text: string, node: unknown): number {
  if (isPair(node)) {
    return isEmpty(node.value) ? valueStart(node) : contentEnd(text, node.value);
  }
  if (isCollection(node) && node.flow !== true && node.items.length > 0) {
    return contentEnd(text, node.items.at(-1));
  }
  const [start, end] = rangeOf(node);
  const isBlockScalar = isScalar(node) && (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED");
  return isBlockScalar ? blockScalarEnd(text, start, end) : end;
}

/** The offset at which a value may be written when its key has none: after the colon and after an anchor or tag. */
export function valueStart(pair: Pair): number {
  const tokens = (pair.srcToken as { sep?: CST.SourceToken[] } | undefined)?.sep ?? [];
  const last = tokens.findLast((token) => ["map-value-ind", "anchor", "tag"].includes(token.type));
  return last === undefined ? rangeOf(pair.key)[1] : last.offset + last.source.length;
}

/** The offset of the first character of a list element: its dash in block style, its anchor or itself in flow style. */
export function elementStart(list: YAMLSeq, position: number): number {
  const token = list.srcToken;
  const before = token !== undefined && "items" in token ? (token.items[position]?.start ?? []) : [];
  const first = before.find((part) => ["seq-item-ind", "anchor", "tag"].includes(part.type));
  if (first) return first.offset;
  const element = list.items[position];
  return isPair(element) ? pairStart(element) : rangeOf(element)[0];
}

/** The offset of the first character of a key, its anchor or tag and the indicator `?` included. */
export function pairStart(pair: Pair): number {
  const before = (pair.srcToken as { start?: CST.SourceToken[] } | undefined)?.start ?? [];
  const first = before.find((part) => ["explicit-key-ind", "anchor", "tag"].includes(part.type));
  return first?.offset ?? rangeOf(pair.key)[0];
}

/** The offset of the line break that ends the line of an offset, or the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  if (newline === -1) return text.length;
  return newline > offset && text[newline - 1] === "\r" ? newline - 1 : newline;
}

/**
 * Behind the lines of comment that follow the line of an offset directly, at a column or deeper; the offset itself where
 * there are none. They belong to what stands above them: hosts keep them there only if new lines come behind them.
 */
export function behindComments(text: string, offset: number, column: number): number {
  let end = offset;
  for (;;) {
    const line = /^\r?\n( *)#[^\n]*/.exec(text.slice(lineEnd(text, end), lineEnd(text, end) + 10_000));
    if (line === null || (line[1]?.length ?? 0) < column) return end;
    end = lineEnd(text, end) + line[0].length - (line[0].endsWith("\r") ? 1 : 0);
  }
}

/** The line break that ends the line of an offset, or, on the last line, the one that ended the line before. */
export function lineBreakAt(text: string, offset: number): "\r\n" | "\n" {
  const behind = text.indexOf("\n", offset);
  const newline = behind === -1 ? text.lastIndexOf("\n", offset) : behind;
  return text[newline - 1] === "\r" ? "\r\n" : "\n";
}

/** True for a value that is not written at all: `key:` with nothing behind it. */
export function isEmpty(node: unknown): boolean {
  if (node === null || node === undefined) return true;
  return isScalar(node) && node.value === null && (node.source === undefined || node.source === "");
}

/** Start and end of a node's own text, without anchor and tag. Throws for a node that was not read from a text. */
export function rangeOf(node: unknown): [number, number] {
  const range = (node as Node | null)?.range;
  if (!range) throw new Error("a node without a place in the text");
  return [range[0], range[1]];
}

/** The indentation that the first nested map and the first list below a node show. */
export function layoutOf(node: Node): Layout {
  const found: Partial<Layout> = {};
  visit(node, {
    Map(_, map) {
      if (map.flow === true) return visit.SKIP;
      for (const { value } of map.items) {
        if (!isCollection(value) || value.flow === true || value.items.length === 0) continue;
        const columns = columnOf(value) - columnOf(map);
        if (isMap(value)) found.mapIndent ??= columns;
        if (isSeq(value)) found.listIndent ??= columns;
      }
      return found.mapIndent !== undefined && found.listIndent !== undefined ? visit.BREAK : undefined;
    },
    Seq: (_, list) => (list.flow === true ? visit.SKIP : undefined),
  });
  return { ...PLAIN_LAYOUT, ...found };
}
