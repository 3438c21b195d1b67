import { describe, expect, test } from "vitest";
import { isSource, parse, plainOrProblem, readPlain } from "../../src/yaml/parse.ts";
import { PlainProblem } from "../../src/yaml/plain.ts";

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join("");

/** What a text means as plain data, or what is wrong with its aliases, tags and keys. */
function meaning(text: string): unknown {
  const source = parse(text);
  if (!isSource(source)) throw new Error(source.message);
  const plain = plainOrProblem(source);
  return plain instanceof PlainProblem ? plain.message : plain.value;
}

/** Ten pairs with the alias of a level. */
function aliasesOf(level: number): string {
  return Array.from({ length: 10 }, (_, key) => `k${key}: *l${level}`).join(", ");
}

describe("aliases mean what they refer to", () => {
  test.each([
    ["a scalar", "a: &x yes\nb: *x\n", { a: true, b: true }],
    ["a map", "a: &x {b: c}\nd: [*x, *x]\n", { a: { b: "c" }, d: [{ b: "c" }, { b: "c" }] }],
    ["null", "a: &x\nb: *x\n", { a: null, b: null }],
    ["an alias in a node that has an anchor", "a: &x 1\nb: &z [*x]\nc: *z\n", { a: 1, b: [1], c: [1] }],
    ["the last node with the anchor", "a: &x 1\nb: &x 2\nc: *x\n", { a: 1, b: 2, c: 2 }],
    ["a key", "a: &x b\n*x : c\n", { a: "b", b: "c" }],
  ])("%s", (_, text, value) => {
    expect(meaning(text)).toEqual(value);
  });

  test.each([
    ["an anchor that is not there", "a: *x\n", /anchor that is not set before it/],
    ["an anchor that comes later", "a: *x\nb: &x c\n", /anchor that is not set before it/],
    ["the map that they stand in", "a: &x {b: *x}\n", /stands inside of what it refers to/],
    ["a list that they stand in, further down", "&x\n- - - *x\n", /stands inside of what it refers to/],
    ["one another", "a: &x [&z [*x]]\nb: *z\n", /stands inside of what it refers to/],
    ["the map that merges them", "a: &x\n  <<: *x\n", /stands inside of what it refers to/],
  ])("but not %s", (_, text, problem) => {
    expect(meaning(text)).toMatch(problem);
  });

  test("what several refer to is resolved once", () => {
    const many = Array.from({ length: 4000 }, () => "- *x\n").join("");
    const value = meaning(
      `- &x {${Array.from({ length: 100 }, (_, at) => `k${at}: v`).join(", ")}}\n${many}`,
    ) as unknown[];
    expect(value).toHaveLength(4001);
    // Once where it stands, and once for all aliases.
    expect(new Set(value).size).toBe(2);
  });

  test("what is resolved once still counts each time", () => {
    const many = Array.from({ length: 10_000 }, () => "- *x\n").join("");
    const text = `- &x [${"v,".repeat(110)}]\n${many}`;
    expect(meaning(text)).toBe("aliases multiply the text beyond reason");
  });

  test("a billion laughs are refused, by a merge key as well", () => {
    const levels = Array.from({ length: 12 }, (_, at) => `l${at + 1}: &l${at + 1} [${aliasesOf(at)}]`);
    expect(meaning(lines("l0: &l0 ha", ...levels))).toBe("aliases multiply the text beyond reason");
    const merged = levels.map((level) => level.replace("[", "{").replace("]", "}"));
    expect(meaning(lines("l0: &l0 {ha: ha}", ...merged, "<<: *l12"))).toBe("aliases multiply the text beyond reason");
  });
});

// go.yaml.in/yaml/v2 and v3: decode.go, merge.
describe("merge keys bring in the keys of other maps", () => {
  test.each([
    ["of a map", "<<: {a: 1}\nb: 2\n", { a: 1, b: 2 }],
    ["of an alias", "x: &x {a: 1}\n<<: *x\n", { x: { a: 1 }, a: 1 }],
    ["which a key after it sets again", "<<: {a: 1, b: 2}\na: 3\n", { a: 3, b: 2 }],
    ["of several maps, of which the first counts", "<<: [{a: 1}, {a: 2, b: 2}]\n", { a: 1, b: 2 }],
    [
      "of aliases in a list",
      "x: &x {a: 1}\nz: &z {a: 2, b: 2}\nc: {<<: [*x, *z]}\n",
      { x: { a: 1 }, z: { a: 2, b: 2 }, c: { a: 1, b: 2 } },
    ],
    [
      "of maps that merge others",
      "x: &x {a: 1}\nz: &z {<<: *x, b: 2}\nc: {<<: *z}\n",
      { x: { a: 1 }, z: { a: 1, b: 2 }, c: { a: 1, b: 2 } },
    ],
    ["of a list that is empty", "<<: []\na: 1\n", { a: 1 }],
    ["before other keys", "b: 2\n<<: {a: 1}\n", { a: 1, b: 2 }],
    ["in braces", "{<<: {a: 1}, b: 2}", { a: 1, b: 2 }],
    ["but not in quotes", "'<<': {a: 1}\n", { "<<": { a: 1 } }],
    ["but not as a value", "a: <<\n", { a: "<<" }],
  ])("%s", (_, text, value) => {
    expect(meaning(text)).toEqual(value);
  });

  test.each([
    // go-yaml v2 takes the merged value then, and v3 the explicit one.
    ["after a key that they set again", "a: 3\n<<: {a: 1}\n", /which Go programs read in two ways/],
    [
      "after a key of another kind that they set again",
      "true: 3\n<<: {yes: 1}\n",
      /which Go programs read in two ways/,
    ],
    ["of text", "<<: a\n", /names something else than maps/],
    ["of null", "<<:\n", /names something else than maps/],
    ["of a list with text in it", "<<: [{a: 1}, b]\n", /names something else than maps/],
    ["of an anchor that is not there", "<<: *x\n", /anchor that is not set before it/],
  ])("but are refused %s", (_, text, problem) => {
    expect(meaning(text)).toMatch(problem);
  });
});

// sigs.k8s.io/yaml: yaml.go, convertToJSONableObject.
describe("keys become text", () => {
  test.each([
    ["words", "yes: 1\nOff: 2\n", { true: 1, false: 2 }],
    ["integers", "1: a\n-1: b\n", { "1": "a", "-1": "b" }],
    ["text in quotes", "'1.0': a\n'yes': b\n", { "1.0": "a", yes: "b" }],
    ["text by a tag", "!!str 0x1: a\n", { "0x1": "a" }],
    [
      "names of what every object has",
      '{"__proto__": 1, "constructor": 2}',
      JSON.parse('{"__proto__": 1, "constructor": 2}'),
    ],
  ])("%s", (_, text, value) => {
    expect(meaning(text)).toEqual(value);
  });

  test.each([
    ["null", "~: a\n", /a key is not text/],
    ["nothing", ": a\n", /a key is not text/],
    ["a map", "? {a: b}\n: c\n", /a key is not text/],
    ["a list", "? [a]\n: c\n", /a key is not text/],
    ["a number in another base", "0x10: a\n", /not written as a plain integer/],
    ["a number with a point", "1.0: a\n", /not written as a plain integer/],
    ["a decimal", "1.5: a\n", /not written as a plain integer/],
    ["an integer of more digits than a double has", "12345678901234567890: a\n", /not written as a plain integer/],
    ["a large number", "1e3: a\n", /not written as a plain integer/],
  ])("but not %s", (_, text, problem) => {
    expect(meaning(text)).toMatch(problem);
  });

  test("and of one that stands twice the last counts, with its place for whoever minds", () => {
    const source = parse("a: 1\nb: {c: 2, 'c': 3}\n");
    expect(source).toMatchObject({ repeatedKey: { line: 2, column: 11 } });
    expect(isSource(source) && plainOrProblem(source)).toEqual({ value: { a: 1, b: { c: 3 } } });
    for (const text of ["yes: 1\ntrue: 2\n", "1: a\n'1': b\n", "<<: {}\n<<: {}\n", "a: &x b\nb: 1\n*x : 2\n"]) {
      expect(parse(text), text).toHaveProperty("repeatedKey");
    }
    for (const text of ["a: 1\nb: {a: 1}\n", "<<: {}\n'<<': {}\n", "a: [{b: 1}, {b: 1}]\n"]) {
      expect(parse(text), text).not.toHaveProperty("repeatedKey");
    }
  });
});

describe("tags", () => {
  test.each([
    ["!!str 1", "1"],
    ["!!str", ""],
    ["!!map {a: b}", { a: "b" }],
    ["!!seq [a]", ["a"]],
    ["!x 1", "1"],
    ["!x {b: 1}", { b: 1 }],
  ])("%s changes nothing but scalars", (text, value) => {
    expect(meaning(`a: ${text}\n`)).toEqual({ a: value });
  });

  test.each(["!!int 1", "!!binary aGk=", "!!null ''", "!!float 1", "!!timestamp 2020-01-01"])(
    "%s is refused where it is asked for",
    (text) => {
      expect(meaning(`a: ${text}\n`)).toBe("a value has a tag that is not known");
    },
  );

  test("at maps and lists that are something else is refused with its place", () => {
    expect(parse("a: 1\nb: !!omap []\n")).toMatchObject({ message: "a tag is not known", line: 2 });
    expect(parse("a: !!set {b}\n")).toMatchObject({ message: "a tag is not known" });
  });
});

test("words stay text where the fields are known to be text, as kyaml reads them", () => {
  const text = "a: off\nb: Yes\nc: true\nd: 'on'\ne: False\nf: [n, 1, ~]\noff: g\n";
  const source = parse(text);
  if (!isSource(source)) throw new Error(source.message);
  expect(plainOrProblem(source, source.root, text)).toEqual({
    value: { a: "off", b: "Yes", c: true, d: "on", e: false, f: ["n", 1, null], off: "g" },
  });
});

test("readPlain tells a key that stands twice, and takes a byte-order mark", () => {
  expect(readPlain("\ufeffa: 1\n")).toEqual({ value: { a: 1 } });
  expect(readPlain("a: 1\na: 2\n")).toMatchObject({ message: "a map has the same key twice", line: 2, column: 1 });
  expect(readPlain("a: *x\n")).toMatchObject({ message: expect.stringContaining("anchor") as string });
  expect(readPlain("a: [\n")).toMatchObject({ line: 2, column: 1 });
});

test.each([
  ["lists in braces", "[".repeat(600) + "]".repeat(600)],
  ["block maps", Array.from({ length: 600 }, (_, at) => `${" ".repeat(at)}a:\n`).join("")],
  ["lists in braces, far too many", "[".repeat(200_000)],
])("nesting without reason is an error, not a crash: %s", (_, text) => {
  expect(parse(text)).toMatchObject({ message: "it is nested too deeply" });
});

test.each(["a: {b:}\n", "a: {b:, c: d}\n", "a: [b:, c]\n", "a: &x {b:}\n"])(
  "a colon right before a comma or bracket, which go-yaml takes for a part of the key, is refused: %j",
  (text) => {
    expect(parse(text)).toMatchObject({ message: expect.stringMatching(/^a colon stands right before/) as string });
  },
);
