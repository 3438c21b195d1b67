import { DASH, COLON } from "../../base/ascii.ts";
import type { Element, ListNode, MapNode, Node, Pair, ScalarNode } from "../node.ts";
import { isFlow, readFlow } from "./read-flow.ts";
import { readLiteral } from "./read-literal.ts";
import { isOnSeveralLines, readPlain, readQuoted } from "./read-scalar.ts";
import {
  Beyond,
  DEEPEST,
  endLine,
  isDash,
  isDocumentMark,
  isGap,
  isRestEmpty,
  passEmptyLines,
  skipSpaces,
  type Reading,
  checkKeys,
} from "./reading.ts";
import type { Source } from "../parse.ts";

/** Characters that go-yaml refuses outside of escapes, or that are rare; odd line breaks have been refused before. */
const UNUSUAL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]|\p{Surrogate}/u;

/**
 * Reads a text that holds one YAML document in the form in which hosts write it and people usually do: block maps and
 * lists, scalars on one line, quoted text, literal blocks, braces and brackets. Returns undefined for everything else,
 * anchors, tags and errors among it, which `readByPackage` then reads. Where it answers it says what go-yaml says
 * (test/oracle), with the nodes and places of `readByPackage`. Time is linear.
 */
export function readBlock(text: string): Source | undefined {
  if (UNUSUAL.test(text)) return undefined;
  const reading: Reading = { text, at: 0, column: -1, depth: 0 };
  try {
    return { text, root: readDocument(reading) };
  } catch (error) {
    if (error instanceof Beyond) return undefined;
    throw error;
  }
}

/** Undefined for a text without any document: nothing but blank lines and comments. */
function readDocument(reading: Reading): Node | undefined {
  const { text } = reading;
  passEmptyLines(reading);
  if (reading.at === text.length) return undefined;
  if (isDocumentMark(reading)) {
    if (text.charCodeAt(reading.at) !== DASH) throw new Beyond();
    reading.at += 3;
    endLine(reading);
  }
  const root = isFlow(reading) ? readOnLine(reading, -1) : readBelow(reading);
  // A line that is indented like nothing before it, or goes on with a scalar, has been left by all collections.
  if (reading.at < text.length) throw new Beyond();
  return root;
}

function readBelow(reading: Reading): ListNode | MapNode {
  if (isDash(reading)) return readList(reading);
  const key = readKey(reading);
  if (key === undefined) throw new Beyond();
  return readMap(reading, key);
}

function readList(reading: Reading): ListNode {
  if (++reading.depth > DEEPEST) throw new Beyond();
  const { at: start, column } = reading;
  const elements: Element[] = [];
  do {
    const { at } = reading;
    elements.push({ start: at, node: readElement(reading, column) });
  } while (reading.column === column && isDash(reading));
  reading.depth--;
  return { kind: "list", start, end: elements.at(-1)?.node.end ?? start, flow: false, column, elements };
}

function readElement(reading: Reading, column: number): Node {
  const { text } = reading;
  const dash = reading.at;
  const at = skipSpaces(text, dash + 1);
  reading.at = dash + 1;
  if (isRestEmpty(text, reading.at)) {
    endLine(reading);
    return reading.column > column ? readBelow(reading) : nothing(at);
  }
  reading.at = at;
  reading.column = column + at - dash;
  if (isDash(reading)) return readList(reading);
  const key = readKey(reading);
  return key === undefined ? readOnLine(reading, column) : readMap(reading, key);
}

/** A key and the offset of the colon after it. */
interface Key {
  scalar: ScalarNode;
  colon: number;
}

function readMap(reading: Reading, first: Key): MapNode {
  if (++reading.depth > DEEPEST) throw new Beyond();
  const { column } = reading;
  const pairs = [readPair(reading, column, first)];
  while (reading.column === column) {
    const key = readKey(reading);
    if (key === undefined) throw new Beyond();
    pairs.push(readPair(reading, column, key));
  }
  checkKeys(pairs);
  reading.depth--;
  const last = pairs.at(-1);
  const { start } = first.scalar;
  return { kind: "map", start, end: last?.value?.end ?? start, flow: false, column, pairs };
}

function readPair(reading: Reading, column: number, { scalar: key, colon }: Key): Pair {
  const { text } = reading;
  const valueStart = colon + 1;
  reading.at = valueStart;
  const at = skipSpaces(text, valueStart);
  let value: Node;
  if (isRestEmpty(text, valueStart)) {
    endLine(reading);
    if (reading.column > column) value = readBelow(reading);
    // The dashes of a list may be at the column of its key (YAML 1.2.2, 8.2.1).
    else if (reading.column === column && isDash(reading)) value = readList(reading);
    else value = nothing(at);
  } else {
    reading.at = at;
    value = readOnLine(reading, column);
  }
  return { key, value, start: key.start, valueStart, isMerge: false };
}

function readKey(reading: Reading): Key | undefined {
  const { text, at } = reading;
  const quoted = readQuoted(text, at);
  if (quoted !== undefined) {
    const colon = quoted.end;
    if (text.charCodeAt(colon) !== COLON || !isGap(text, colon + 1)) return undefined;
    if (isOnSeveralLines(text, quoted)) throw new Beyond();
    return { scalar: quoted, colon };
  }
  if (isFlow(reading) || "|>".includes(text.charAt(at))) return undefined;
  const { scalar, colon } = readPlain(text, at);
  return colon === undefined ? undefined : { scalar, colon };
}

function readOnLine(reading: Reading, column: number): Node {
  if (reading.text.charAt(reading.at) === "|") return readLiteral(reading, column);
  const node = isFlow(reading) ? readFlow(reading) : readScalar(reading);
  reading.at = node.end;
  // A key within a value, or text after a quote, ends up here.
  endLine(reading);
  return node;
}

function readScalar({ text, at }: Reading): ScalarNode {
  return readQuoted(text, at) ?? readPlain(text, at).scalar;
}

function nothing(at: number): ScalarNode {
  return { kind: "scalar", form: "none", start: at, end: at, value: null };
}
