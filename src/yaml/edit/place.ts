import { isCollection, membersOf, type Member, type Node } from "../node.ts";
import { PLAIN_LAYOUT, type Layout } from "./print.ts";
import { blockScalarEnd } from "./scalar-edit.ts";

/** Where nodes stand in their text. All offsets are UTF-16 offsets into it, all columns count from 0. */

/** The offset at which the content of a node, pair or element ends: no trailing blanks, comments or line break. */
export function contentEnd(text: string, place: Node | Member): number {
  if ("node" in place) return contentEnd(text, place.node);
  if ("key" in place) {
    return place.value === undefined || isEmpty(place.value) ? place.valueStart : contentEnd(text, place.value);
  }
  if (place.kind === "scalar" && (place.form === "literal" || place.form === "folded")) {
    return blockScalarEnd(text, place.start, place.end);
  }
  const last = isCollection(place) && !place.flow ? membersOf(place).at(-1) : undefined;
  return last === undefined ? place.end : contentEnd(text, last);
}

/** The offset of the line break that ends the line of an offset, or the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  if (newline === -1) return text.length;
  return newline > offset && text[newline - 1] === "\r" ? newline - 1 : newline;
}

/**
 * Behind the lines of comment that follow the line of an offset directly, at a column or deeper; the offset itself where
 * there are none. They belong to what is above them: hosts keep them there only if new lines are added after them.
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

/** True for a value that is not written at all: `key:` with nothing after it. */
export function isEmpty(node: Node | undefined): boolean {
  return node === undefined || (node.kind === "scalar" && node.form === "none" && node.value === null);
}

/** The indentation that the first nested map and the first list below a node show. */
export function layoutOf(node: Node): Layout {
  const found: Partial<Layout> = {};
  noteLayout(node, found);
  return { ...PLAIN_LAYOUT, ...found };
}

function noteLayout(node: Node, found: Partial<Layout>): void {
  if (!isCollection(node)) return;
  const values =
    node.kind === "map" ? node.pairs.map(({ value }) => value) : node.elements.map((element) => element.node);
  if (node.kind === "map" && !node.flow) {
    for (const value of values) {
      if (value === undefined || !isCollection(value) || value.flow || membersOf(value).length === 0) continue;
      const columns = value.column - node.column;
      if (value.kind === "map") found.mapIndent ??= columns;
      else found.listIndent ??= columns;
    }
  }
  for (const value of values) {
    if (found.mapIndent !== undefined && found.listIndent !== undefined) return;
    if (value !== undefined) noteLayout(value, found);
  }
}
