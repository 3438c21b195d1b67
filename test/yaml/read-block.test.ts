import { describe, expect, test } from "vitest";
import { readBlock } from "../../src/yaml/fast/read-block.ts";
import { readAny, readsByPackage } from "../../src/yaml/read-any.ts";
import { isSource, parseSource, toPlain } from "../../src/yaml/source.ts";

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
      "a key and a dash with nothing behind",
      lines("a:", "b: # c", "c:", "-", "- # d"),
      { a: null, b: null, c: [null, null] },
    ],
    [
      "words and numbers",
      lines("- true", "- ~", "- 0x1F", "- -1.5e3", "- 1.2.3", "- yes"),
      [true, null, 31, -1500, "1.2.3", "yes"],
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
    ["a literal block that the text ends in", "a: |\n  x", { a: "x\n" }],
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
      "keys that every object has",
      '{"__proto__": 1, "constructor": 2}',
      JSON.parse('{"__proto__": 1, "constructor": 2}'),
    ],
  ];

  test.each(cases)("%s", (_, text, means) => {
    const before = readsByPackage();
    expect(read(text)).toEqual({ means });
    expect(isSource(parseSource(text))).toBe(true);
    expect(readsByPackage()).toBe(before);
  });
});

describe("the reader of block YAML leaves to the package", () => {
  const cases: [string, string][] = [
    ["anchors and aliases", lines("a: &x b", "c: *x")],
    ["merge keys", lines("<<: {a: b}")],
    ["tags", lines("a: !!str 1")],
    ["folded blocks", lines("a: >", "  b")],
    ["indentation indicators", lines("a: |2", "   b")],
    ["plain text over several lines", lines("a: b", "  c")],
    ["quoted text over several lines", lines('a: "b', '  c"')],
    ["text below its key", lines("a:", "  b")],
    ["plain text over several lines in braces", lines("{a: b", "  c}")],
    ["braces that are not deeper than what they stand in", lines("a: {b: c,", "d: e}")],
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
    ["a control character", lines("a: \u0001")],
    ["a byte-order mark", lines("\ufeffa: b")],
    ["a thousand brackets", lines(`a: ${"[".repeat(1000)}${"]".repeat(1000)}`)],
  ];

  test.each(cases)("%s", (_, text) => {
    expect(read(text)).toBeUndefined();
    const before = readsByPackage();
    expect(parseSource(text)).toMatchObject(isSource(readAny(text)) ? { text } : readAny(text));
    expect(readsByPackage()).toBeGreaterThan(before);
  });
});
