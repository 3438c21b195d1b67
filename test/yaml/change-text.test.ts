import { describe, expect, test } from "vitest";
import { inDocument, inList, inMap, remove, set } from "../../src/yaml/edit/change.ts";
import type { Change } from "../../src/yaml/edit/change.ts";
import { changeText } from "../../src/yaml/edit/change-text.ts";
import { readsByPackage } from "../../src/yaml/package.ts";
import { isSource, parse, plainOrProblem, toPlain } from "../../src/yaml/parse.ts";
import { PlainProblem } from "../../src/yaml/plain.ts";

function edit(text: string, change: Change | undefined, path: (string | number)[] = []): string | undefined {
  const source = parse(text);
  if (!isSource(source)) throw new Error(source.message);
  if (change === undefined) throw new Error("no change");
  return changeText(source, path, change);
}

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join("");

describe("a key that is not there is appended at the end of its map", () => {
  const change = inMap([["m", inMap([["new", set("4317")]])]]);
  const cases: [string, string, string][] = [
    ["block", lines("m:", "  a: b # c", "n: 1"), lines("m:", "  a: b # c", '  new: "4317"', "n: 1")],
    ["no map yet", lines("n: 1"), lines("n: 1", "m:", '  new: "4317"')],
    ["key without value", lines("m: # why", "n: 1"), lines("m: # why", '  new: "4317"', "n: 1")],
    ["key with an anchor only", lines("m: &a", "n: 1"), lines("m: &a", '  new: "4317"', "n: 1")],
    ["empty braces", lines("m: {} # why", "n: 1"), lines("m: # why", '  new: "4317"', "n: 1")],
    ["null", lines("m: ~", "n: 1"), lines("m:", '  new: "4317"', "n: 1")],
    ["flow", lines("m: {a: b} # c"), lines('m: {a: b, new: "4317"} # c')],
    ["flow with a trailing comma", lines("m: {a: b,}"), lines('m: {a: b, new: "4317",}')],
    [
      "flow over lines",
      lines("m: {", "  a: b,", "  c: d", "}"),
      lines("m: {", "  a: b,", "  c: d,", '  new: "4317"', "}"),
    ],
    ["JSON", lines('{"m": {"a": "b"}}'), lines('{"m": {"a": "b", "new": "4317"}}')],
    [
      "literal block last",
      lines("m:", "  a: |", "    x", "", "n: 1"),
      lines("m:", "  a: |", "    x", '  new: "4317"', "", "n: 1"),
    ],
    [
      "literal block that keeps blank lines",
      lines("m:", "  a: |+", "    x", "", "n: 1"),
      lines("m:", "  a: |+", "    x", "", '  new: "4317"', "n: 1"),
    ],
    [
      "comment after the map",
      lines("m:", "  a: b", "  # off: 1", "n: 1"),
      lines("m:", "  a: b", "  # off: 1", "", '  new: "4317"', "n: 1"),
    ],
    ["four columns", lines("m:", "    a: b"), lines("m:", "    a: b", '    new: "4317"')],
    ["CRLF", "m:\r\n  a: b\r\nn: 1\r\n", 'm:\r\n  a: b\r\n  new: "4317"\r\nn: 1\r\n'],
    ["no final line break", "m:\n  a: b", 'm:\n  a: b\n  new: "4317"'],
    ["explicit key", lines("? m", ": a: b"), lines("? m", ": a: b", '  new: "4317"')],
    ["quoted key", lines('"m":', "  'a': b"), lines('"m":', "  'a': b", '  new: "4317"')],
    ["alias", lines("x: &x {a: b}", "m: *x"), lines("x: &x {a: b}", 'm: {"a": "b", "new": "4317"}')],
    ["anchor used elsewhere", lines("m: &x {a: b}", "x: *x"), lines('m: &x {a: b, new: "4317"}', 'x: {"a": "b"}')],
    [
      "anchor used elsewhere, block",
      lines("m: &x", "  a: b", "x: *x"),
      lines("m: &x", "  a: b", '  new: "4317"', 'x: {"a": "b"}'),
    ],
    [
      "merge key beside",
      lines("x: &x {a: b}", "m:", "  <<: *x"),
      lines("x: &x {a: b}", "m:", "  <<: *x", '  new: "4317"'),
    ],
    [
      "merge key above",
      lines("x: &x {m: {a: b}}", "<<: *x"),
      lines("x: &x {m: {a: b}}", "m:", "  a: b", '  new: "4317"'),
    ],
  ];
  test.each(cases)("%s", (_, text, expected) => {
    expect(edit(text, change)).toBe(expected);
  });
});

describe("a value is replaced in its own form", () => {
  const change = inMap([["a", set("80,4317")]]);
  const cases: [string, string, string][] = [
    ["double quotes", lines('a: "1" # c'), lines('a: "80,4317" # c')],
    ["single quotes", lines("a: '1'"), lines("a: '80,4317'")],
    ["plain number", lines("a: 1"), lines('a: "80,4317"')],
    ["literal block, now one line", lines("a: |-", "    1", "b: 2"), lines("a: |-", "    80,4317", "b: 2")],
    ["alias", lines("x: &x q", "a: *x"), lines("x: &x q", 'a: "80,4317"')],
    ["anchor used elsewhere", lines("a: &x q", "b: *x"), lines('a: &x "80,4317"', 'b: "q"')],
    ["quoted over lines", lines('a: "1', '  2"', "b: 1"), lines('a: "80,4317"', "b: 1")],
  ];
  test.each(cases)("%s", (_, text, expected) => {
    expect(edit(text, change)).toBe(expected);
  });
});

describe("a removed key takes its line along and leaves the comments above", () => {
  const change = inMap([["b", remove]]);
  const cases: [string, string, string][] = [
    ["middle", lines("a: 1", "# on b", "b: 2 # c", "c: 3"), lines("a: 1", "# on b", "c: 3")],
    ["last", lines("a: 1", "b:", "- 2", "- 3"), lines("a: 1")],
    ["last without line break", "a: 1\nb: 2", "a: 1"],
    ["first", lines("b: 2", "c: 3"), lines("c: 3")],
    ["flow, middle", lines("{a: 1, b: 2, c: 3}"), lines("{a: 1, c: 3}")],
    ["flow, last", lines("{a: 1, b: 2}"), lines("{a: 1}")],
    ["flow, only", lines("{b: 2}"), lines("{}")],
    ["CRLF", "a: 1\r\nb: 2\r\nc: 3\r\n", "a: 1\r\nc: 3\r\n"],
    ["anchor used after", lines("a: 1", "b: &x {k: v}", "c: *x"), lines("a: 1", 'c: {"k": "v"}')],
    ["literal block", lines("b: |", "  x", "", "  y", "", "c: 3"), lines("", "c: 3")],
    ["merged in", lines("x: &x {b: 1, d: 2}", "<<: *x", "c: 3"), lines("x: &x {b: 1, d: 2}", "d: 2", "c: 3")],
  ];
  test.each(cases)("%s", (_, text, expected) => {
    expect(edit(text, change)).toBe(expected);
  });

  test("first key beside a dash hands its place to the next", () => {
    const text = lines("- b: 2", "  c: 3");
    expect(edit(text, change, [0])).toBe(lines("- c: 3"));
  });

  test("removal at the end and an addition in the same place", () => {
    const both = inMap([
      ["b", remove],
      ["d", set(true)],
    ]);
    expect(edit(lines("a: 1", "b: 2", "# end"), both)).toBe(lines("a: 1", "# end", "", "d: true"));
    expect(edit("{a: 1, b: 2}", both)).toBe("{a: 1, d: true}");
  });
});

test("what was added after a comment goes with its blank line", () => {
  const change = inMap([["b", remove]]);
  expect(edit(lines("a: 1", "# end", "", "b: 2"), change)).toBe(lines("a: 1", "# end"));
  expect(edit(lines("a: 1", "", "b: 2"), change)).toBe(lines("a: 1", ""));
});

describe("an edit is proven by the package yaml", () => {
  test("which reads the new text once, whoever read the old one", () => {
    const before = readsByPackage();
    expect(edit(lines("a: b"), inMap([["c", set("d")]]))).toBe(lines("a: b", "c: d"));
    expect(readsByPackage()).toBe(before + 1);
  });

  test("and refused where it would not mean what it should", () => {
    // The package does not read it, since YAML does not allow it; Go does.
    expect(edit(lines('a: "b', 'c"'), inMap([["d", set("e")]]))).toBeUndefined();
    // Written out, the number would lose digits.
    const merged = lines("x: &x {m: {k: v, n: 12345678901234567890}}", "<<: *x");
    expect(edit(merged, inMap([["m", inMap([["k", set("w")]])]]))).toBeUndefined();
    // Go programs read the merge key in two ways when the key stands before it.
    const both = lines("x: &x {m: {k: v}}", "m: {l: w}", "<<: *x");
    const source = parse(both);
    expect(isSource(source) && plainOrProblem(source)).toBeInstanceOf(PlainProblem);
  });
});

describe("an alias that is copied keeps the spelling of what it copies", () => {
  const change = inMap([["m", inMap([["new", set("4317")]])]]);
  test.each([
    ["0400", "0400"],
    ["yes", "yes"],
    ["1_000", "1_000"],
    ["0x1F", "0x1F"],
    ["1.50", "1.50"],
    [".inf", ".inf"],
    ["12345678901234567890", "12345678901234567890"],
    ["~", "~"],
    ["a b", '"a b"'],
    ["'0400'", '"0400"'],
    ['"a\\tb"', '"a\\tb"'],
    ["[1_0, {c: off}]", '[1_0, {"c": off}]'],
    ["", "null"],
  ])("%s", (written, copied) => {
    const anchored = lines(`x: &x {a: ${written}}`);
    expect(edit(`${anchored}m: *x\n`, change)).toBe(`${anchored}m: {"a": ${copied}, "new": "4317"}\n`);
  });

  test("in blocks and by other aliases", () => {
    const anchored = lines("w: &w 0400", "x: &x", "  mode: *w", "  text: |", "    a", "  # c", "  list:", "  - Off");
    expect(edit(`${anchored}m: *x\n`, change)).toBe(
      `${anchored}m: {"mode": 0400, "text": "a\\n", "list": [Off], "new": "4317"}\n`,
    );
  });
});

describe("a null that is written out is replaced", () => {
  const change = inMap([["m", inMap([["new", set(true)]])]]);
  test.each([
    ["m: null\n", "m:\n  new: true\n"],
    ["m: Null # why\n", "m: # why\n  new: true\n"],
    ["m: NULL\nn: 1\n", "m:\n  new: true\nn: 1\n"],
    ["m: &a null\n", "m: &a\n  new: true\n"],
    ["? m\n: null\n", "? m\n:\n  new: true\n"],
    ["{m: null}\n", "{m: {new: true}}\n"],
    ["{m: ~, n: 1}\n", "{m: {new: true}, n: 1}\n"],
    ["{m: , n: 1}\n", "{m: {new: true} , n: 1}\n"],
    ["{m: }\n", "{m: {new: true} }\n"],
    ['{"m":null}', '{"m": {"new": true}}'],
    ['{"m": null, "n": 1}', '{"m": {"new": true}, "n": 1}'],
    ["- m: null\n  n: 1\n", "- m:\n    new: true\n  n: 1\n"],
    ["- m: ~\n", "- m:\n    new: true\n"],
    ["m:\n  null\n", "m:\n  new: true\n"],
    ["m:\n  ~\nn: 1\n", "m:\n  new: true\nn: 1\n"],
  ])("%j", (text, expected) => {
    const edited = edit(text, change, text.startsWith("-") ? [0] : []);
    const source = parse(edited ?? "");
    expect(isSource(source) && toPlain(source)).toMatchObject(
      text.startsWith("-") ? [{ m: { new: true } }] : { m: { new: true } },
    );
    expect(edited).toBe(expected);
  });

  test("but not one without a colon, which is refused", () => {
    expect(edit("{m, n: 1}\n", change)).toBeUndefined();
  });

  test.each([
    ["l: null\n", "l:\n- a\n"],
    ["l: ~ # why\n", "l: # why\n- a\n"],
    ["{l: null}", "{l: [a]}"],
    ['{"l": null}', '{"l": ["a"]}'],
  ])("by a list: %j", (text, expected) => {
    expect(edit(text, inMap([["l", inList(new Map(), ["a"])]]))).toBe(expected);
  });
});

// go-yaml adds no line break to a block scalar that the text ends in; lines after it would add one.
describe("a block scalar at the end of the text keeps its value when lines are added after it", () => {
  const change = inMap([["new", set(true)]]);
  test.each([
    ["a: |\n  b", "a: |-\n  b\nnew: true"],
    ["a: |-\n  b", "a: |-\n  b\nnew: true"],
    ["a: |+\n  b", "a: |-\n  b\nnew: true"],
    ["a: >\n  b\n  c", "a: >-\n  b\n  c\nnew: true"],
    ["a: |2\n   b", "a: |2-\n   b\nnew: true"],
    ["a: | # c\n  b", "a: |- # c\n  b\nnew: true"],
    ["a: |\r\n  b", "a: |-\r\n  b\r\nnew: true"],
    ["a: |\n  b\n", "a: |\n  b\nnew: true\n"],
    ["a: |+\n  b\n\n", "a: |+\n  b\n\nnew: true\n"],
    ["a:\n- b: |\n    c", "a:\n- b: |-\n    c\nnew: true"],
    ["a: b", "a: b\nnew: true"],
  ])("%j", (text, expected) => {
    expect(edit(text, change)).toBe(expected);
    const [before, after] = [parse(text), parse(expected)];
    if (!isSource(before) || !isSource(after)) throw new Error("both are YAML");
    expect(toPlain(after)).toEqual({ ...(toPlain(before) as object), new: true });
  });
});

describe("lists", () => {
  const append = inMap([["l", inList(new Map(), [{ name: "v", emptyDir: { medium: "Memory" } }])]]);
  const cases: [string, string, string][] = [
    [
      "compact",
      lines("l:", "- name: a", "m: 1"),
      lines("l:", "- name: a", "- name: v", "  emptyDir:", "    medium: Memory", "m: 1"),
    ],
    [
      "indented",
      lines("l:", "  - name: a"),
      lines("l:", "  - name: a", "  - name: v", "    emptyDir:", "      medium: Memory"),
    ],
    [
      "like other lists",
      lines("k:", "  - 1"),
      lines("k:", "  - 1", "l:", "  - name: v", "    emptyDir:", "      medium: Memory"),
    ],
    ["not there", lines("m: 1"), lines("m: 1", "l:", "- name: v", "  emptyDir:", "    medium: Memory")],
    ["empty", lines("l: []", "m: 1"), lines("l:", "- name: v", "  emptyDir:", "    medium: Memory", "m: 1")],
    ["flow", lines("l: [{name: a}]"), lines("l: [{name: a}, {name: v, emptyDir: {medium: Memory}}]")],
    ["JSON", '{"l": [{"name": "a"}]}', '{"l": [{"name": "a"}, {"name": "v", "emptyDir": {"medium": "Memory"}}]}'],
  ];
  test.each(cases)("append: %s", (_, text, expected) => {
    expect(edit(text, append)).toBe(expected);
  });

  test("an element is removed with its lines", () => {
    const change = inMap([["l", inList(new Map([[1, remove]]))]]);
    expect(edit(lines("l:", "- a", "- b: 1", "  c: 2", "# d", "- d"), change)).toBe(lines("l:", "- a", "# d", "- d"));
    expect(edit(lines("l: [a, b, d]"), change)).toBe(lines("l: [a, d]"));
  });
});

describe("a document inside of a string", () => {
  const yaml = inMap([["p", inDocument("yaml", inMap([["m", inMap([["K", set("/v")]])]]))]]);
  const cases: [string, string, string][] = [
    ["not there", lines("a: 1"), lines("a: 1", "p: |", "  m:", "    K: /v")],
    [
      "literal",
      lines("p: | # why", "  h: true # c", "", "a: 1"),
      lines("p: | # why", "  h: true # c", "  m:", "    K: /v", "", "a: 1"),
    ],
    ["literal, stripped", lines("p: |-", "    h: 1"), lines("p: |-", "    h: 1", "    m:", "      K: /v")],
    ["double quotes", lines('p: "m:\\n  a: b\\n"'), lines('p: "m:\\n  a: b\\n  K: /v\\n"')],
    ["single quotes, JSON", lines(`p: '{"m":{"a":"b"}}'`), lines(`p: '{"m":{"a":"b", "K": "/v"}}'`)],
    ["folded", lines("p: >", "  m: {a: b}"), lines("p: |", "  m: {a: b, K: /v}")],
    ["empty", lines('p: ""'), lines('p: "m:\\n  K: /v\\n"')],
    ["CRLF", "p: |\r\n  h: 1\r\na: 1\r\n", "p: |\r\n  h: 1\r\n  m:\r\n    K: /v\r\na: 1\r\n"],
    ["comments only", lines("p: |", "  # none"), lines("p: |", "  # none", "  m:", "    K: /v")],
  ];
  test.each(cases)("YAML: %s", (_, text, expected) => {
    expect(edit(text, yaml)).toBe(expected);
  });

  test("JSON stays JSON", () => {
    const json = inMap([["p", inDocument("json", inList(new Map(), [{ name: "v" }]))]]);
    expect(edit(lines("a: 1"), json)).toBe(lines("a: 1", `p: '[{"name": "v"}]'`));
    expect(edit(lines("p: '[]'"), json)).toBe(lines(`p: '[{"name": "v"}]'`));
    expect(edit(lines(`p: '[{"name":"a"}]'`), json)).toBe(lines(`p: '[{"name":"a"}, {"name": "v"}]'`));
    expect(edit(lines(`p: "[{\\"name\\":\\"a\\"}]"`), json)).toBe(
      lines(`p: "[{\\"name\\":\\"a\\"}, {\\"name\\": \\"v\\"}]"`),
    );
  });
});
