import type { ListNode, MapNode, Node, Pair, ScalarNode } from "../node.ts";
import { checkKeys } from "./check-keys.ts";
import { readPlainInFlow, readQuoted } from "./read-scalar.ts";
import type { Reading } from "./reading.ts";
import { Beyond, COLON, DEEPEST, endLine, isGap, isRestEmpty, skipSpaces } from "./reading.ts";

const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Where the lines of a flow collection have to stand. */
interface Margin {
  /** The column of the block collection around, -1 for none: lines stand deeper (YAML 1.2.2, 7.4). */
  column: number;
  /** True for the outermost brackets, of which the closing one may stand at that column, as every parser allows. */
  isOutermost: boolean;
}

/** True where a map in braces or a list in brackets starts. */
export function isFlow({ text, at }: Reading): boolean {
  const code = text.charCodeAt(at);
  return code === OPEN_BRACE || code === OPEN_BRACKET;
}

/**
 * A map in braces or a list in brackets, on any number of lines, with comments between them, as JSON has them and as people
 * write them. `column` is that of the block collection around, -1 for none. Leaves the reading behind the closing bracket.
 */
export function readFlow(reading: Reading, column: number): MapNode | ListNode {
  return readCollection(reading, { column, isOutermost: true });
}

function readCollection(reading: Reading, margin: Margin): MapNode | ListNode {
  if (++reading.depth > DEEPEST) throw new Beyond();
  const isMap = reading.text.charCodeAt(reading.at) === OPEN_BRACE;
  const node = isMap ? readMap(reading, margin) : readList(reading, margin);
  reading.depth--;
  return node;
}

function readMap(reading: Reading, margin: Margin): MapNode {
  const { at: start } = reading;
  const pairs: Pair[] = [];
  readMembers(reading, margin, CLOSE_BRACE, () => pairs.push(readPair(reading, margin)));
  checkKeys(pairs);
  return { kind: "map", start, end: reading.at, flow: true, column: 0, pairs };
}

function readList(reading: Reading, margin: Margin): ListNode {
  const { at: start } = reading;
  const list: ListNode = { kind: "list", start, end: start, flow: true, column: 0, elements: [] };
  readMembers(reading, margin, CLOSE_BRACKET, () => {
    const node = readNode(reading, margin);
    list.elements.push({ node, start: node.start });
  });
  list.end = reading.at;
  return list;
}

/** Passes the opening bracket, the members with a comma between them and maybe behind the last, and the closing bracket. */
function readMembers(reading: Reading, margin: Margin, close: number, readMember: () => void): void {
  const { text } = reading;
  reading.at++;
  passGap(reading, margin);
  while (text.charCodeAt(reading.at) !== close) {
    readMember();
    const { at } = reading;
    passGap(reading, margin);
    // Where a comment at column 0 comes before the comma, the package sees an error.
    if (text.slice(at, reading.at).includes("\n#")) throw new Beyond();
    if (text.charCodeAt(reading.at) === close) break;
    if (text.charCodeAt(reading.at++) !== COMMA) throw new Beyond();
    passGap(reading, margin);
  }
  reading.at++;
}

function readPair(reading: Reading, margin: Margin): Pair {
  const { text } = reading;
  const key = readScalar(reading);
  const colon = reading.at;
  // Only behind a quote the colon needs no blank (YAML 1.2.2, 7.4.2).
  const isKey = text.charCodeAt(colon) === COLON && (key.form !== "plain" || isGap(text, colon + 1));
  if (!isKey) throw new Beyond();
  reading.at++;
  passGap(reading, margin);
  return { key, value: readNode(reading, margin), start: key.start, valueStart: colon + 1, isMerge: false };
}

function readNode(reading: Reading, { column }: Margin): Node {
  return isFlow(reading) ? readCollection(reading, { column, isOutermost: false }) : readScalar(reading);
}

function readScalar(reading: Reading): ScalarNode {
  const { text, at } = reading;
  const scalar = readQuoted(text, at) ?? readPlainInFlow(text, at);
  reading.at = scalar.end;
  return scalar;
}

/** Passes blanks, line breaks and comments up to the next bracket, comma or scalar. */
function passGap(reading: Reading, { column, isOutermost }: Margin): void {
  const { text, at } = reading;
  if (!isRestEmpty(text, at)) {
    reading.at = skipSpaces(text, at);
    return;
  }
  endLine(reading);
  const code = text.charCodeAt(reading.at);
  const isEnd = isOutermost && reading.column === column && (code === CLOSE_BRACKET || code === CLOSE_BRACE);
  if (reading.column <= column && !isEnd) throw new Beyond();
}
