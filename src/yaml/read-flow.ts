import type { ListNode, MapNode, Node, Pair, ScalarNode } from "./node.ts";
import { checkKeys } from "./check-keys.ts";
import { plainScalar, readQuoted } from "./read-scalar.ts";
import type { Reading } from "./reading.ts";
import { Beyond, COLON, DEEPEST, SPACE, skipSpaces } from "./reading.ts";

const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** What a plain scalar in braces may hold here: deliberately less than YAML allows (YAML 1.2.2, 7.3.3). */
const PLAIN = /[A-Za-z0-9_./+=@%~^$()<>;!?*-]/;

/** True where a map in braces or a list in brackets starts. */
export function isFlow({ text, at }: Reading): boolean {
  const code = text.charCodeAt(at);
  return code === OPEN_BRACE || code === OPEN_BRACKET;
}

/**
 * A map in braces or a list in brackets on one line, as JSON has them and as people write short ones. Leaves the reading
 * behind the closing bracket.
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

/** Passes the opening bracket, the members with a comma between them, and the closing bracket. */
function readMembers(reading: Reading, close: number, readMember: () => void): void {
  const { text } = reading;
  reading.at = skipSpaces(text, reading.at + 1);
  for (let isFirst = true; text.charCodeAt(reading.at) !== close; isFirst = false) {
    if (!isFirst && text.charCodeAt(reading.at++) !== COMMA) throw new Beyond();
    reading.at = skipSpaces(text, reading.at);
    readMember();
    reading.at = skipSpaces(text, reading.at);
  }
  reading.at++;
}

function readPair(reading: Reading): Pair {
  const { text } = reading;
  const key = readScalar(reading);
  const valueStart = reading.at + 1;
  const isJson = key.form === "double";
  if (text.charCodeAt(reading.at) !== COLON || !(isJson || text.charCodeAt(valueStart) === SPACE)) throw new Beyond();
  reading.at = skipSpaces(text, valueStart);
  return { key, value: readNode(reading), start: key.start, valueStart, isMerge: false };
}

function readNode(reading: Reading): Node {
  return isFlow(reading) ? readFlow(reading) : readScalar(reading);
}

function readScalar(reading: Reading): ScalarNode {
  const { text, at } = reading;
  const scalar = readQuoted(text, at) ?? readPlainWord(text, at);
  reading.at = scalar.end;
  return scalar;
}

function readPlainWord(text: string, start: number): ScalarNode {
  if (!/[A-Za-z0-9_./]/.test(text.charAt(start))) throw new Beyond();
  let end = start + 1;
  while (PLAIN.test(text.charAt(end))) end++;
  return plainScalar(text, start, end);
}
