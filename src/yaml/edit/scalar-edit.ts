import type { ScalarForm, ScalarNode } from "../node.ts";
import { trimEdit, type Edit } from "./edit.ts";
import {
  doubleQuoted,
  fitsLiteral,
  literalHeader,
  literalLines,
  needsEscape,
  printScalar,
  singleQuoted,
  type Style,
} from "./print.ts";

/**
 * The edit that gives a scalar another value and leaves it its form: quotes stay quotes of their kind, a literal
 * block keeps its indentation and the comment on its header. A value that the form cannot hold is double-quoted.
 */
export function editScalar(
  text: string,
  scalar: ScalarNode,
  value: string | number | boolean | null,
  style: Style,
): Edit {
  const { start, end, form } = scalar;
  if (typeof value === "string" && (form === "literal" || form === "folded")) {
    return editBlockScalar(text, start, end, value);
  }
  const source = text.slice(start, end);
  return trimEdit(text, { start, end, text: inForm(form, source, value, style) });
}

function inForm(form: ScalarForm, source: string, value: string | number | boolean | null, style: Style): string {
  if (typeof value === "string") {
    if (form === "double") return escapedLike(source, doubleQuoted(value));
    if (form === "single" && !value.includes("\n") && !needsEscape(value)) return singleQuoted(value);
  }
  return printScalar(value, style);
}

/** Where the text writes characters beyond ASCII as escapes, as kustomize and kpt do, so does what replaces it. */
function escapedLike(source: string, quoted: string): string {
  if (/[^\u0000-\u007f]/.test(source)) return quoted;
  const unit = source.includes("\\U") ? /[^\u0000-\u007f]/gu : /[^\u0000-\u007f]/g;
  return quoted.replace(unit, (char) => {
    const code = (char.codePointAt(0) ?? 0).toString(16);
    return char.length > 1 ? `\\U${code.toUpperCase().padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** Block scalars keep their header and indentation; a folded one becomes literal, since its folds meant the old text. */
function editBlockScalar(text: string, start: number, end: number, value: string): Edit {
  const headerEnd = text.indexOf("\n", start);
  const body = text.slice(headerEnd + 1, end);
  const contentIndent = /^(?:[ \t]*\r?\n)*( +)\S/.exec(body)?.[1];
  const wanted = literalHeader(value);
  // The line break after the last line belongs to what follows, and so do blank lines that the chomping drops.
  const contentEnd = wanted === "|+" ? withoutLineBreak(text, start, end) : blockScalarEnd(text, start, end);
  const lineEnd = text[headerEnd - 1] === "\r" ? "\r\n" : "\n";
  if (headerEnd === -1 || contentIndent === undefined || !fitsLiteral(value)) {
    return { start, end: contentEnd, text: doubleQuoted(value) };
  }
  const header = /^[|>]([1-9]?)[-+]?([1-9]?)/.exec(text.slice(start, headerEnd));
  const indicator = `${header?.[1] ?? ""}${header?.[2] ?? ""}`;
  const rest = text.slice(start + (header?.[0].length ?? 0), headerEnd + 1);
  const lines = literalLines(value).map((line) => (line === "" ? "" : contentIndent + line));
  const replacement = `|${indicator}${wanted.slice(1)}${rest}${lines.join(lineEnd)}`;
  return trimEdit(text, { start, end: contentEnd, text: replacement });
}

/**
 * Where the content of a block scalar ends: after its last line that is not blank, without the line break; with
 * the chomping indicator `+` the blank lines are content as well (YAML 1.2.2, 8.1.1.2).
 */
export function blockScalarEnd(text: string, start: number, end: number): number {
  const header = text.slice(start, text.indexOf("\n", start));
  if (/^[|>][1-9]?\+/.test(header)) return withoutLineBreak(text, start, end);
  let last = end;
  while (last > start && " \t\r\n".includes(text.charAt(last - 1))) last--;
  return lineEndAfter(text, last, end);
}

/** Trailing blanks on the last line are content; only what follows its line break is not. */
function lineEndAfter(text: string, from: number, end: number): number {
  const newline = text.indexOf("\n", from);
  if (newline === -1 || newline >= end) return withoutLineBreak(text, from, end);
  return text[newline - 1] === "\r" ? newline - 1 : newline;
}

function withoutLineBreak(text: string, start: number, end: number): number {
  if (end <= start || text[end - 1] !== "\n") return end;
  return text[end - 2] === "\r" ? end - 2 : end - 1;
}
