import { describe, expect, test } from "vitest";
import { readBlock } from "../../src/yaml/fast/read-block.ts";
import { readByPackage, readsByPackage } from "../../src/yaml/package.ts";
import { isSource, parse, toPlain } from "../../src/yaml/parse.ts";

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join("");

/** What a text means to the reader, or undefined where it gives up. */
function read(text: string): { means: unknown } | undefined {
  const source = readBlock(text);
  return source && { means: toPlain(source) };
}

// That it means the same as to the package yaml is a property; here stands what must never need the package.
describe("the reader of block YAML answers for", () => {
  const cases: [string, string, unknown][] = [
    ["nothing", "", null],
    ["nothing but comments", lines("# a", "", "  # b"), null],
    ["a map", lines("a: b", "c:", "  d: e"), { a: "b", c: { d: "e" } }],
    ["a list at the column of its key", lines("a:", "- b", "- c", "d: e"), { a: ["b", "c"], d: "e" }],
    ["a deeper list", lines("a:", "    - b", "    -   c: d", "        e: f"), { a: ["b", { c: "d", e: "f" }] }],
    ["lists in lists", lines("- - a", "  - b", "-", "  - c"), [["a", "b"], ["c"]]],
    [
      "a key and a dash with nothing after",
      lines("a:", "b: # c", "c:", "-", "- # d"),
      { a: null, b: null, c: [null, null] },
    ],
    [
      "words and numbers",
      lines("- true", "- ~", "- 0x1F", "- -1.5e3", "- 1.2.3", "- yes", "- 0400", "- 1_000"),
      [true, null, 31, -1500, "1.2.3", true, 256, 1000],
    ],
    ["quotes", lines("'a: b': 'it''s'", '"c": "\\x41\\u00e9\\U0001F680\\n\\/"'), { "a: b": "it's", c: "Aé🚀\n/" }],
    [
      "plain text with marks in it",
      lines("a: b#c:d - e {f}", "/x.y/z: -v # no"),
      { a: "b#c:d - e {f}", "/x.y/z": "-v" },
    ],
    [
      "literal blocks",
      lines("a: |", "  x", "   y", "", "b: |-", "    z", "c: |+ # d", "  z", ""),
      { a: "x\n y\n", b: "z", c: "z\n\n" },
    ],
    // As go-yaml does, and YAML 1.2 does not.
    ["a literal block that the text ends in", "a: |\n  x", { a: "x" }],
    ["a literal block that keeps nothing, at the end of the text", "a: |+\n  x", { a: "x" }],
    ["a literal block that starts with blank lines", lines("a: |", "", "  x"), { a: "\nx\n" }],
    [
      "braces and brackets on one line",
      lines("a: {}", 'b: [1, {c: d, "e":"f"}] # g'),
      { a: {}, b: [1, { c: "d", e: "f" }] },
    ],
    [
      "braces and brackets on several lines",
      lines("a: {", "  b: http://c:1, # d", "# e", "", "  'f':[ -g, h i", "  ],", "}", "j: k"),
      { a: { b: "http://c:1", f: ["-g", "h i"] }, j: "k" },
    ],
    ["a root in braces", lines("# a", "{b: c,", "d: {", "e: 1}", "}"), { b: "c", d: { e: 1 } }],
    ["JSON on one line", '{"a":[{"b":null},"c"]}', { a: [{ b: null }, "c"] }],
    ["Windows line breaks", "a: |\r\n  x\r\n  y\r\nb: c\r\n", { a: "x\ny\n", b: "c" }],
    ["a document start", lines("# a", "--- # b", "c: d"), { c: "d" }],
    ["an indented document", lines("  a: b", "  c: d"), { a: "b", c: "d" }],
    [
      "comments and blank lines anywhere",
      lines("a:", "# b", "  c: d", "      # e", "", "  f: g", "# h"),
      { a: { c: "d", f: "g" } },
    ],
    [
      "quoted text over several lines",
      lines('a: "b  ', "", "", "  \tc", "", "  d\\", '  e\\n"', "f: '", "  it''s", "'"),
      { a: "b\n\nc\nde\n", f: " it's " },
    ],
    [
      "keys that every object has",
      '{"__proto__": 1, "constructor": 2}',
      JSON.parse('{"__proto__": 1, "constructor": 2}'),
    ],
  ];

  test.each(cases)("%s", (_, text, means) => {
    const before = readsByPackage();
    expect(read(text)).toEqual({ means });
    expect(isSource(parse(text))).toBe(true);
    expect(readsByPackage()).toBe(before);
  });
});

// Go programs read these (go.yaml.in/yaml/v2: scannerc.go), and YAML 1.2 and the package do not.
describe("the reader of block YAML answers as Go programs do where lines are indented less than their key", () => {
  const cases: [string, string, unknown][] = [
    ["double quotes", lines("a:", '  b: "c', 'd: e"', "f: g"), { a: { b: "c d: e" }, f: "g" }],
    ["single quotes", lines("- a: 'b", "- c'", "- d"), [{ a: "b - c" }, "d"]],
    ["braces", lines("a: {b: c,", "d: e", "}", "f: g"), { a: { b: "c", d: "e" }, f: "g" }],
    ["brackets", lines("- a: [", "b, c,", "# - d", "]", "- e"), [{ a: ["b", "c"] }, "e"]],
    ["quotes in braces", lines("  a: {b: 'c", "", "d'}"), { a: { b: "c\nd" } }],
  ];

  test.each(cases)("%s", (_, text, means) => {
    expect(read(text)).toEqual({ means });
    expect(isSource(readByPackage(text))).toBe(false);
  });
});

test("a blank line after an escaped line break is one, whoever reads it", () => {
  const text = lines('a: "b\\', "", '  c"');
  expect(read(text)).toEqual({ means: { a: "b\nc" } });
  // What has an anchor is left to the package.
  const source = parse(text.replace("a: ", "a: &x "));
  expect(isSource(source) ? toPlain(source) : undefined).not.toEqual({ a: "b c" });
});

// Go programs go on after them as on another line, or drop them.
test.each([
  ["NEL", "a: b\n c\u0085d", "it holds a U+0085, which Go programs take for a line break", 2, 3],
  ["LS", "a: 'b\u2028c'", "it holds a U+2028, which Go programs take for a line break", 1, 6],
  ["PS", "# a\u2029", "it holds a U+2029, which Go programs take for a line break", 1, 4],
  ["CR", "a: b\rc: d\n", "it holds a U+000D, which Go programs take for a line break", 1, 5],
  ["a byte-order mark", "\ufeffa: b", "a byte-order mark stands inside of it", 1, 1],
])("%s is refused before any reader", (_, text, message, line, column) => {
  const before = readsByPackage();
  expect(parse(text)).toEqual({ message, isSeveralDocuments: false, isReadByGo: true, line, column });
  expect(readsByPackage()).toBe(before);
});

describe("the reader of block YAML leaves to the package", () => {
  const cases: [string, string][] = [
    ["anchors and aliases", lines("a: &x b", "c: *x")],
    ["merge keys", lines("<<: {a: b}")],
    ["tags", lines("a: !!str 1")],
    ["folded blocks", lines("a: >", "  b")],
    ["indentation indicators", lines("a: |2", "   b")],
    ["plain text over several lines", lines("a: b", "  c")],
    ["text below its key", lines("a:", "  b")],
    ["plain text over several lines in braces", lines("{a: b", "  c}")],
    ["braces without a colon or a value", lines("{a, b: }")],
    ["pairs in brackets", lines("[a: b]")],
    ["a document that starts in brackets", lines("[", "---", "]")],
    ["explicit keys", lines("? a", ": b")],
    ["keys that are no text", lines("1: a")],
    ["the same key twice", lines("a: b", '"a": c')],
    ["several documents", lines("a: b", "---", "c: d")],
    ["the end of a document", lines("a: b", "...")],
    ["directives", lines("%YAML 1.2", "---", "a: b")],
    ["tabs between tokens", lines("a:\tb")],
    ["a key within a value", lines("a: b: c")],
    ["a list on the line of its key", lines("a: - b")],
    ["wrong indentation", lines("a:", "    b: c", "  d: e")],
    ["an escape that does not exist", lines('a: "\\q"')],
    ["a quote that does not end", lines('a: "b')],
    ["a document mark in quotes", lines('a: "b', "---", 'c"')],
    ["an escaped blank at the end of a line", lines('a: "b\\ ', '  c"')],
    ["a key over several lines", lines('"a', '  b": c')],
    ["a control character", lines("a: \u0001")],
    ["a thousand brackets", lines(`a: ${"[".repeat(1000)}${"]".repeat(1000)}`)],
  ];

  test.each(cases)("%s", (_, text) => {
    expect(read(text)).toBeUndefined();
    const before = readsByPackage();
    expect(parse(text)).toMatchObject(isSource(readByPackage(text)) ? { text } : readByPackage(text));
    expect(readsByPackage()).toBeGreaterThan(before);
  });
});
