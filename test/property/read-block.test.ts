import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findDocuments } from "../../src/stream/find-documents.ts";
import { findListParts } from "../../src/stream/find-list-parts.ts";
import { readBlock } from "../../src/yaml/fast/read-block.ts";
import { nodesOf } from "../../src/yaml/node.ts";
import { readByPackage } from "../../src/yaml/package.ts";
import type { Source } from "../../src/yaml/parse.ts";
import { isSource, toPlain } from "../../src/yaml/parse.ts";
import { check } from "./run-text.ts";
import { mutatedStreams, streams } from "./streams.ts";

/** Line breaks of YAML 1.1 and byte-order marks, which no reader gets to see. */
const ODD = /[\u0085\u2028\u2029\ufeff]|\r(?!\n)/;

/** A blank line after an escaped line break, which the package drops and Go keeps. */
const BLANK_AFTER_ESCAPE = /\\\r?\n[ \t]*\r?\n/;

/** True for a source with quoted text or braces on several lines: Go reads them at any indentation, and YAML does not. */
function isOverLines({ text, root }: Source): boolean {
  const nodes = root === undefined ? [] : [...nodesOf(root)];
  return nodes.some((node) => {
    const isBounded =
      node.kind === "scalar" ? node.form === "single" || node.form === "double" : "flow" in node && node.flow;
    return isBounded && text.slice(node.start, node.end).includes("\n");
  });
}

/** How many texts the reader answered for, and of these those that the package refused. */
const answers = { all: 0, alone: 0 };

/**
 * Where the reader answers, the package reads the same nodes, at the same places, of the same meaning; or it refuses what
 * stands at an indentation that Go allows and YAML does not.
 */
function agrees(text: string): boolean {
  const own = ODD.test(text) || BLANK_AFTER_ESCAPE.test(text) ? undefined : readBlock(text);
  if (own === undefined) return false;
  const other = readByPackage(text);
  answers.all++;
  if (!isSource(other)) {
    if (!isOverLines(own)) throw new Error(`only the reader reads ${JSON.stringify(text)}: ${other.message}`);
    answers.alone++;
    return true;
  }
  if (!isDeepStrictEqual(own.root, other.root)) expect(own.root, JSON.stringify(text)).toEqual(other.root);
  const [plain, wanted] = [toPlain(own), toPlain(other)];
  // The order of keys counts as well.
  if (!isDeepStrictEqual(plain, wanted) || JSON.stringify(plain) !== JSON.stringify(wanted)) {
    expect(plain, JSON.stringify(text)).toEqual(wanted);
    expect(JSON.stringify(plain), JSON.stringify(text)).toBe(JSON.stringify(wanted));
  }
  return true;
}

const golden = fileURLToPath(new URL("../golden", import.meta.url));

/** The golden inputs and what they are made of: items, function configs, and the documents in their strings. */
const allGolden = readdirSync(golden, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => readdirSync(join(golden, name)).map((file) => join(golden, name, file)))
  .filter((file) => file.endsWith(".yaml"))
  .flatMap((file) => partsOf(readFileSync(file)));

const goldenTexts = [...new Set(allGolden)];

function partsOf(bytes: Buffer): string[] {
  const file = { path: "", bytes };
  const list = findListParts(file);
  const documents = findDocuments(file);
  const parts = list
    ? [...list.items, list.functionConfig, list.results].filter((part) => part !== undefined)
    : typeof documents === "object"
      ? documents
      : [];
  return [bytes.toString(), ...parts.map(({ region: { start, end } }) => bytes.subarray(start, end).toString())];
}

/** Scalars of all kinds, most of which the reader knows only to leave them alone. */
const scalars = [
  ..."a b-c /x/y 10.0.0.0/8 host:4317 a#b - -x -1 0 -0 +1 0o17 0x1F 1e3 1.50 .5 5. 1_000 ~ null Null true FALSE yes".split(
    " ",
  ),
  ..."off .inf -.inf .nan .NaN 12345678901234567890 1e999 0o8 0x 2020-01-01 <<  = @x `x %x *x &x !x ? : , [ ] { } # > |".split(
    " ",
  ),
  "two words",
  "a: b",
  "a #b",
  "a:",
  "__proto__",
  "constructor",
  "é 🚀",
  "\u2028\u0085\u00a0",
  "tab\tin",
  "{a: b}",
  '{"a": [1, "x\\u00e9", null], "b": {}}',
  "[a, 'b', -c, d: e]",
  "{a: 1, a: 2}",
  "{}",
  "[ ]",
  "''",
  "'it''s # a: b'",
  "'open",
  '""',
  '"\\x41\\u00e9\\U0001F680\\n\\t\\"\\\\\\/\\ \\_\\N\\L\\P\\e\\0"',
  '"\\ud83d\\ude80"',
  '"\\q"',
  '"\\u12"',
  '"# a: b"',
  '"tail" x',
  '"two\n          lines"',
  "'two \n\n          li''nes\n          '",
  '"jo\\\n          ined \\  \n          \\  text"',
  "[a,\n          b]",
  "&a x",
  "*a",
  "!!str 1",
  "!x {}",
];

const COMMON = [
  "b",
  "/x/y.z",
  "host:4317",
  "a#b",
  "-x",
  "two words",
  "é 🚀",
  "x # c",
  "0",
  "-0",
  "1.50",
  "0o17",
  "0x1F",
  "-1e3",
  "true",
  "null",
  "~",
  ".inf",
  "{}",
  "[]",
  "'it''s # a: b'",
  '"\\x41\\u00e9\\n\\\\ # a: b"',
  "'' # c",
  "[1, b]",
  '{a: b, "c":[d]}',
  "12345678901234567890",
];

const literals = ["|", "|-", "|+", "| # c", "|2", "|-2", ">", ">-", "|#c", "|\t", "||", "|+-"];

/** Scalars as they are in most texts, and now and then another one. */
const scalar = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...COMMON) },
  { weight: 1, arbitrary: fc.constantFrom(...scalars) },
);

const soupPiece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("- ", "a: ", "b: ", "c:", "-", '"d": ', "'e': ", "- - ", "-  ") },
  { weight: 4, arbitrary: scalar },
  { weight: 2, arbitrary: fc.constantFrom(...literals) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("# c", " # c", "  ", "\t", "---", "...", "? ", ": ", "\r", "<<: ", "\ufeff", "%x"),
  },
);

const soupLine = fc
  .record({
    indent: fc.nat({ max: 6 }),
    pieces: fc.array(soupPiece, { maxLength: 3 }),
    blanks: fc.constantFrom("", "", "", " "),
  })
  .map(({ indent, pieces, blanks }) => " ".repeat(indent) + pieces.join("") + blanks);

const lineEnds = fc.constantFrom("\n", "\n", "\n", "\r\n");

/** Lines of pieces that mean something in YAML, in any order. */
const soup = fc
  .record({ lines: fc.array(soupLine, { maxLength: 8 }), end: lineEnds, hasLast: fc.boolean() })
  .map(({ lines, end, hasLast }) => lines.join(end) + (hasLast ? end : ""));

type Tree =
  | { value: string }
  | { literal: string[]; header: string }
  | { list: Tree[]; deeper: number }
  | { map: [string, Tree][]; deeper: number }
  | { empty: true };

const keys = fc.constantFrom(
  "a",
  "b",
  "c",
  "name",
  "app.kubernetes.io/name",
  '"q"',
  "'s'",
  "1a",
  "__proto__",
  "x y",
  "é",
  "-k",
);

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    { weight: 3, arbitrary: fc.record({ value: scalar }) },
    {
      weight: 1,
      arbitrary: fc.record({
        header: fc.constantFrom("|", "|-", "|+", "| # c", "|-  "),
        literal: fc.array(fc.constantFrom("x", "", "  y", "# z", "- a: b", "---", " ", "   ", "é\t", "\tt", "a"), {
          maxLength: 6,
        }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ empty: true as const }) },
    {
      weight: 3,
      arbitrary: fc.record({ list: fc.array(tie("tree"), { minLength: 1, maxLength: 4 }), deeper: fc.nat({ max: 3 }) }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        map: fc.uniqueArray(fc.tuple(keys, tie("tree")), { minLength: 1, maxLength: 4, selector: ([key]) => key }),
        deeper: fc.integer({ min: 1, max: 4 }),
      }),
    },
  ),
}));

/** A tree as what follows a key or a dash at a column, and the lines below it. */
function print(node: Tree, column: number, isElement: boolean): string[] {
  if ("empty" in node) return [""];
  if ("value" in node) return [` ${node.value}`];
  if ("literal" in node) {
    const margin = " ".repeat(column + 2);
    return [` ${node.header}`, ...node.literal.map((line) => (line.trim() === "" ? line : margin + line))];
  }
  const inner = column + (isElement ? 1 + node.deeper : node.deeper);
  // A compact one starts on the line of its dash.
  const [first = "", ...more] = printBlock(node, inner);
  return isElement && node.deeper > 0 ? [first.slice(column + 1), ...more] : ["", first, ...more];
}

/** The lines of a collection whose keys or dashes stand at a column. */
function printBlock(node: Tree, column: number): string[] {
  const margin = " ".repeat(column);
  if ("list" in node) {
    return node.list.flatMap((element) => {
      const [first = "", ...more] = print(element, column, true);
      return [`${margin}-${first}`, ...more];
    });
  }
  const pairs = "map" in node ? node.map : [];
  return pairs.flatMap(([key, value]) => {
    const [first = "", ...more] = print(value, column, false);
    return [`${margin}${key}:${first}`, ...more];
  });
}

/** What a flow collection is made of and what stands between, most of it where it belongs. */
const flowPiece = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("{", "}", "[", "]", ",", ", ", ": ", ":") },
  { weight: 4, arbitrary: fc.constantFrom(...COMMON, "a", "b", '"c"', "'d'") },
  { weight: 1, arbitrary: fc.constantFrom(...scalars) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(" ", "\n", "\n  ", "\n \n    ", " # c\n  ", "#", "\t", "\n---\n", "\n...\n"),
  },
);

/** Pieces of flow style in any order, at the root, after a key, after a dash, or after a key after a dash. */
const flowSoup = fc
  .record({
    start: fc.constantFrom("", "", "a: ", "- ", "- a: ", "a:\n  b: ", "--- "),
    pieces: fc.array(flowPiece, { maxLength: 9 }),
    open: fc.constantFrom("{", "["),
    end: fc.constantFrom("", "\n", "\nb: c\n", "\n- b\n", " # c\n"),
  })
  .map(({ start, open, pieces, end }) => start + open + pieces.join("") + (open === "{" ? "}" : "]") + end);

type FlowTree = { value: string } | { list: FlowTree[] } | { map: [string, FlowTree][] };

const { flowTree } = fc.letrec<{ flowTree: FlowTree }>((tie) => ({
  flowTree: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    { weight: 3, arbitrary: fc.record({ value: scalar }) },
    { weight: 2, arbitrary: fc.record({ list: fc.array(tie("flowTree"), { maxLength: 4 }) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        map: fc.uniqueArray(fc.tuple(keys, tie("flowTree")), { maxLength: 4, selector: ([key]) => key }),
      }),
    },
  ),
}));

/** A tree in flow style; `gap` gives what stands next to each bracket, comma and colon. */
function printFlow(node: FlowTree, gap: (before: string) => string): string {
  if ("value" in node) return node.value;
  const members =
    "list" in node
      ? node.list.map((element) => printFlow(element, gap))
      : node.map.map(([key, value]) => `${key}:${gap(" ")}${printFlow(value, gap)}`);
  const [open, close] = "list" in node ? "[]" : "{}";
  const last = members.length > 0 && gap("") !== "" ? "," : "";
  return `${open}${gap("")}${members.join(`${gap("")},${gap(" ")}`)}${last}${gap("")}${close}`;
}

/** Flow YAML over several lines, on its own and below block YAML. */
const flows = fc
  .record({
    tree: flowTree,
    gaps: fc.array(fc.constantFrom("", "", "", "\n", "\n    ", " # c\n  ", "  ", "\n# c\n   ", " \n\n  "), {
      minLength: 1,
      maxLength: 9,
    }),
    start: fc.constantFrom("", "", "---\n", "# c\n", "a: ", "- ", "- a: ", "- - ", "a:\n  b: ", "  "),
    end: fc.constantFrom("", "\n", "\nb: c\n", "\n- b\n", " # c\n\n"),
    lineEnd: lineEnds,
  })
  .map((choice) => {
    let count = 0;
    const gap = (usual: string): string => choice.gaps[count++ % choice.gaps.length] || usual;
    return (choice.start + printFlow(choice.tree, gap) + choice.end).replaceAll("\n", choice.lineEnd);
  });

const between = fc.constantFrom("", "# c", "   # deeper", "", "  ");

/** Block YAML with comments and blank lines between its lines. */
const blocks = fc
  .record({
    tree,
    column: fc.constantFrom(0, 0, 0, 2),
    between: fc.array(fc.tuple(fc.nat({ max: 20 }), between), { maxLength: 3 }),
    start: fc.constantFrom("", "", "---\n", "# c\n", "\n--- # c\n\n"),
    end: lineEnds,
    hasLast: fc.boolean(),
  })
  .map((choice) => {
    const lines = printBlock(choice.tree, choice.column);
    for (const [at, line] of choice.between) if (at < lines.length) lines.splice(at, 0, line);
    return (choice.start + lines.join("\n") + (choice.hasLast ? "\n" : "")).replaceAll("\n", choice.end);
  });

const CHARACTERS = [
  ...Array.from(" \n-:#'\"{}[],|>&*!?%@\\a1~\t\r"),
  "  ",
  "\n  ",
  ": ",
  " #",
  "- ",
  "\r\n",
  "---\n",
  "\ufeff",
  "é",
];

/** A text with a few characters and lines changed. */
const mutated = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      texts,
      fc.array(
        fc.record({
          at: fc.double({ min: 0, max: 0.999, noNaN: true }),
          what: fc.constantFrom("delete", "double", "insert", "indent", "outdent", "swap", "cut", "doubleLine"),
          put: fc.constantFrom(...CHARACTERS),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    )
    .map(([start, mutations]) => mutations.reduce((text, { at, what, put }) => mutate(text, at, what, put), start));

function mutate(text: string, at: number, what: string, put: string): string {
  const index = Math.floor(at * text.length);
  if (what === "delete") return text.slice(0, index) + text.slice(index + 1);
  if (what === "double") return text.slice(0, index + 1) + text.slice(index);
  if (what === "insert") return text.slice(0, index) + put + text.slice(index);
  if (what === "cut") return text.slice(0, index);
  const lines = text.split("\n");
  const line = Math.floor(at * lines.length);
  const old = lines[line] ?? "";
  if (what === "indent") lines[line] = ` ${old}`;
  else if (what === "outdent") lines[line] = old.replace(/^ /, "");
  else if (what === "doubleLine") lines.splice(line, 0, old);
  else lines.splice(line, 2, lines[line + 1] ?? "", old);
  return lines.join("\n");
}

/** Texts on the border of what the reader takes, beside those of test/yaml/read-block.test.ts. */
const borders = [
  "a: |+\n  x\n\nb: c\n",
  "a: |+\n  x\n\n",
  "a: |+\n  x\n ",
  "a: |-\n  x\n\n \nb: c\n",
  "a: |\n  x\n    \n\nb: c\n",
  "a: |\n   \n  x\n",
  "a: |\n \n  x\n",
  "a: |\nb: c\n",
  "- |\n x\n- |\n  y\n",
  "- a: |\n   x\n",
  "- a: |\n  x\n",
  "a: |\n  x\n\ty\n",
  "a: |\n  x\n y\n",
  "a: |\r\n  x\r\n\r\nb: c\r\n",
  "a: 0o17\nb: 0o18\nc: 0x1g\nd: 1.\ne: .5\nf: +.5e-3\ng: .\nh: -\n",
  'a: "b"#c',
  "a: {}#c",
  "a: |#c\n  x",
  "a: b: c",
  "a: 'b': c",
  "a: 'b' c",
  "a: b:",
  "a: [b]: c",
  "a: {b: c}: d",
  "a:\n    b: c\n  d: e\n",
  "- a:\n      b: c\n    d: e\n",
  "- a\n  b: c\n",
  "a: b\n  c: d\n",
  "a: b\n  c\n",
  "a:\n- b\n  - c\n",
  "a:\n- b\nc\n",
  "a: - b\n",
  "-\n  a: b\n- - - c\n    - d\n",
  "- \n-   # c\n-\n\n- a:\n  b:\n",
  "a:   \nb:  # c\n\n  # d\nc:",
  "a: {b: c,}\nd: [,]\n",
  "a: {b: , c}\n",
  "a: {b:c}\n",
  'a: {"b":c, "d": e}\n',
  'a: {b : c, "d" : e}\n',
  "a: [b c, d:e, f#g]\n",
  "a: [-1, - b, -]\n",
  "a: [-, -{}]\n",
  "a: [-]\n",
  "a: [b:]\n",
  "a: {b: c:}\n",
  "a: {\n  b: c\n}\nd: e\n",
  "a: {\n  b: {\n}\n}\n",
  "a:\n  b: [\n    c,\n  ]\n  d: e\n",
  "a:\n  b: [\n    c,\n ]\n",
  "- [\n  a,\n]\n- b\n",
  "- a: [\n    b\n  ]\n  c: d\n",
  "a: [\nb]\n",
  "a: [\n# c\n b]\n",
  "{\na: b\n}\n",
  "{\n---\na: b}\n",
  "{a: b\n...\n}\n",
  "[a\n  b]\n",
  "[a # c\n  b]\n",
  "[a\n  , b\n]\n",
  "[a,#c\n]\n",
  "[a]#c\n",
  "{a: b,}\n",
  "{a: b,,}\n",
  "{a\n: b}\n",
  '{"a"\n: b, "c":\n  d}\n',
  "{'a':b}\n",
  "{a:,b}\n",
  "{a: [b c, d:e, f#g, -h, http://i:1]}\n",
  "a: {<<: b}\n",
  '"<<": {a: b}\n',
  `${"k".repeat(1030)}: a\n`,
  `"${"k".repeat(1024)}": a\n`,
  "--- a\n",
  "---\n---\na: b\n",
  "---",
  "# c\n---\n",
  "...\na: b\n",
  "a: b\n... # c\n",
  "a: |\n  x\n...\n",
  "\n\n",
  " # c",
  "a",
  '"a"',
  "{a: b}\n# c\n",
  "{a: b}\nc: d\n",
  "[a]\n[b]\n",
  " a: b\nc: d\n",
  "a: b\r\nc:\r\n- d\r\n",
  "a: b\rc: d\n",
  "a : b\n",
  "a:\tb\n",
  "a: b\t# c\n",
  "\ta: b\n",
  "a:\n  b: c\n \t\n",
  'a: "b\n  c"\nd: e\n',
  'a: "b\nc"\n',
  '- "b\n  c"\n- d\n',
  '- a: "b\n  c"\n  d: "e\n\n\n     f  \n  "\n',
  'a: "  b  \n  \n \t c  "\n',
  'a: "b\\\n  c\\\\\n  d"\n',
  'a: "b\\\n\n  c"\n',
  'a: "\n"\n',
  'a: "b\n\n"\n',
  'a: "\n\n  b"\n',
  "a: 'b\n  c'''\n",
  "a: 'b\n  ---\n  c'\n",
  "a: 'b\n---\nc'\n",
  "a: 'b\n...'\n",
  "'a\n  b': c\n",
  '{"a\n  b": c}\n',
  '["a\n  b": c]\n',
  "{a: 'b\n  c', d: e}\n",
  "a: 'b\r\n  c\r\n\r\n  d'\r\n",
  "a: 'b\n  c' # d\n",
  "a: 'b\n  c' d\n",
  "a: 'b\n  # c'\n",
  'a:\n  - "b\n  c"\n',
  "a:\n  b: {c: d,\n e: f}\n",
  "a: {\nb: c}\nd: [\n]\n",
];

const items = streams.map(({ resources, agent }) => resources[agent]?.text ?? "");

describe("where the reader of block YAML answers, the package yaml says the same", () => {
  test("golden files and their parts", () => {
    const answered = goldenTexts.filter((text) => agrees(text));
    // Most of them are written as hosts write.
    expect(answered.length).toBeGreaterThan(goldenTexts.length / 2);
  });

  test("texts on the border", () => expect(borders.filter((text) => agrees(text)).length).toBeGreaterThan(15));

  test("generated block YAML", () => check(blocks, (text) => void agrees(text)));

  test("generated block YAML, mutated", () => check(mutated(blocks), (text) => void agrees(text)));

  test("generated flow YAML", () => check(flows, (text) => void agrees(text)));

  test("generated flow YAML, mutated", () => check(mutated(flows), (text) => void agrees(text)));

  test("pieces of flow YAML in any order", () => check(flowSoup, (text) => void agrees(text)));

  test("lines of pieces in any order", () => check(soup, (text) => void agrees(text)));

  test("golden files and their parts, mutated", () => {
    check(mutated(fc.constantFrom(...goldenTexts)), (text) => void agrees(text));
  });

  test("items of streams", () => check(items, (text) => void agrees(text)));

  test("streams, mutated by line and by character", () => {
    check(fc.oneof(mutatedStreams, mutated(items)), (text) => void agrees(text));
  });

  test("and in almost all cases both answered", () => {
    expect(answers.all).toBeGreaterThan(500);
    expect(answers.alone).toBeLessThan(answers.all / 10);
  });
});
