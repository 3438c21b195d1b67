import { TAB, LF, CR, SPACE } from "../../base/ascii.ts";
import type { ScalarNode } from "../node.ts";
import { Beyond, isLineEnd, isRestEmpty, skipSpaces, toContent, type Reading } from "./reading.ts";

/**
 * A literal block whose header is at the next character, in a collection at a column (YAML 1.2.2, 8.1). Its
 * indentation is that of its first line with content. Leaves the reading at the next content after it.
 */
export function readLiteral(reading: Reading, column: number): ScalarNode {
  const { text, at: start } = reading;
  const sign = text.charAt(start + 1);
  const chomping = sign === "-" || sign === "+" ? sign : "";
  const headerEnd = start + 1 + chomping.length;
  const body = text.indexOf("\n", headerEnd) + 1;
  if (body === 0 || !isRestEmpty(text, headerEnd)) throw new Beyond();
  const { lines, last, end, next } = readLines(text, body, column);
  const kept = chomping === "+" ? lines : lines.slice(0, last + 1);
  // Blanks that a text ends with, without a line break, are no line of their own.
  if (kept.length > last + 1 && text.charCodeAt(next - 1) !== LF) throw new Beyond();
  // At the end of a text without a line break go-yaml adds none.
  const isCut = end === text.length && text.charCodeAt(end - 1) !== LF;
  const value = kept.join("\n") + (chomping === "-" || isCut ? "" : "\n");
  reading.at = next;
  toContent(reading);
  return { kind: "scalar", form: "literal", start, end: chomping === "+" ? next : end, value };
}

interface Lines {
  /** All lines of the block without indentation, blank lines at its end included. */
  lines: string[];
  /** The position of the last line that is not blank, or holds more blanks than its indentation. */
  last: number;
  /** Behind the line break of that line. */
  end: number;
  /** Behind all lines. */
  next: number;
}

function readLines(text: string, body: number, column: number): Lines {
  const indent = indentOf(text, body);
  if (indent <= column) throw new Beyond();
  const found: Lines = { lines: [], last: -1, end: body, next: body };
  while (found.next < text.length) {
    const from = contentFrom(text, found.next, indent);
    const isBlank = isLineEnd(text, from);
    if (from < found.next + indent && !isBlank) {
      // A tab there belongs to the block for some readers and not for others.
      if (text.charCodeAt(from) === TAB) throw new Beyond();
      break;
    }
    const newline = text.indexOf("\n", from);
    const lineEnd = newline === -1 ? text.length : newline;
    found.next = newline === -1 ? text.length : newline + 1;
    found.lines.push(text.slice(from, text.charCodeAt(lineEnd - 1) === CR ? lineEnd - 1 : lineEnd));
    if (isBlank) continue;
    found.last = found.lines.length - 1;
    found.end = found.next;
  }
  return found;
}

/** The indentation of the first line that is not blank; blank lines before it must not be longer. */
function indentOf(text: string, body: number): number {
  let longest = 0;
  for (let start = body; start < text.length;) {
    const at = skipSpaces(text, start);
    if (!isLineEnd(text, at)) {
      if (at - start < longest || text.charCodeAt(at) === TAB) throw new Beyond();
      return at - start;
    }
    longest = Math.max(longest, at - start);
    const newline = text.indexOf("\n", at);
    start = newline === -1 ? text.length : newline + 1;
  }
  throw new Beyond();
}

function contentFrom(text: string, start: number, indent: number): number {
  let at = start;
  while (at < start + indent && text.charCodeAt(at) === SPACE) at++;
  return at;
}
