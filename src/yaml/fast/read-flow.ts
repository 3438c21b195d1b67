import { COMMA, COLON, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE } from "../../base/ascii.ts";
import type { ListNode, MapNode, Node, Pair, ScalarNode } from "../node.ts";
import { isOnSeveralLines, readPlainInFlow, readQuoted } from "./read-scalar.ts";
import { Beyond, DEEPEST, endLine, isGap, isRestEmpty, skipSpaces, type Reading, checkKeys } from "./reading.ts";

/** True where a map in braces or a list in brackets starts. */
export function isFlow({ text, at }: Reading): boolean {
  const code = text.charCodeAt(at);
  return code === OPEN_BRACE || code === OPEN_BRACKET;
}

/**
 * A map in braces or a list in brackets, on any number of lines, with comments between them. Lines may be indented less than
 * the key before the bracket, as go-yaml allows and YAML does not. Leaves the reading after the closing bracket.
 */
export function readFlow(reading: Reading): MapNode | ListNode {
  if (++reading.depth > DEEPEST) throw new Beyond();
  const isMap = reading.text.charCodeAt(reading.at) === OPEN_BRACE;
  const node = isMap ? readMap(reading) : readList(reading);
  reading.depth--;
  return node;
}

function readMap(reading: Reading): MapNode {
  const { at: start } = reading;
  const pairs: Pair[] = [];
  readMembers(reading, CLOSE_BRACE, () => pairs.push(readPair(reading)));
  checkKeys(pairs);
  return { kind: "map", start, end: reading.at, flow: true, column: 0, pairs };
}

function readList(reading: Reading): ListNode {
  const { at: start } = reading;
  const list: ListNode = { kind: "list", start, end: start, flow: true, column: 0, elements: [] };
  readMembers(reading, CLOSE_BRACKET, () => {
    const node = readNode(reading);
    list.elements.push({ node, start: node.start });
  });
  list.end = reading.at;
  return list;
}

function readMembers(reading: Reading, close: number, readMember: () => void): void {
  const { text } = reading;
  reading.at++;
  passGap(reading);
  while (text.charCodeAt(reading.at) !== close) {
    readMember();
    passGap(reading);
    if (text.charCodeAt(reading.at) === close) break;
    if (text.charCodeAt(reading.at++) !== COMMA) throw new Beyond();
    passGap(reading);
  }
  reading.at++;
}

function readPair(reading: Reading): Pair {
  const { text } = reading;
  const key = readScalar(reading);
  const colon = reading.at;
  // Only after a quote the colon needs no blank (YAML 1.2.2, 7.4.2).
  const isKey = text.charCodeAt(colon) === COLON && (key.form !== "plain" || isGap(text, colon + 1));
  if (!isKey || isOnSeveralLines(text, key)) throw new Beyond();
  reading.at++;
  passGap(reading);
  return { key, value: readNode(reading), start: key.start, valueStart: colon + 1, isMerge: false };
}

function readNode(reading: Reading): Node {
  return isFlow(reading) ? readFlow(reading) : readScalar(reading);
}

function readScalar(reading: Reading): ScalarNode {
  const { text, at } = reading;
  const scalar = readQuoted(text, at) ?? readPlainInFlow(text, at);
  reading.at = scalar.end;
  return scalar;
}

function passGap(reading: Reading): void {
  const { text, at } = reading;
  if (isRestEmpty(text, at)) endLine(reading);
  else reading.at = skipSpaces(text, at);
}
