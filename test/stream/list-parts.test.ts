import { describe, expect, test } from "vitest";
import { findListParts } from "../../src/stream/find-list-parts.ts";
import { openStream } from "../../src/stream/open-stream.ts";
import type { Part } from "../../src/stream/parts.ts";
import { isFinding } from "../../src/stream/problem.ts";
import { HEAD, oneFile, openText } from "./open.ts";

const TOP = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n";

/** What stands at the parts that the lines of a text show. */
function partsOf(text: string): Record<string, unknown> | undefined {
  const bytes = Buffer.from(text);
  const parts = findListParts({ path: "", bytes });
  const textOf = (part: Part | undefined): string | undefined =>
    part && bytes.toString("utf8", part.region.start, part.region.end);
  return (
    parts && {
      items: parts.items.map(textOf),
      ...(parts.functionConfig && { functionConfig: textOf(parts.functionConfig) }),
      ...(parts.results && { results: textOf(parts.results) }),
    }
  );
}

describe("the parts of a ResourceList as hosts write it", () => {
  test.each([
    ["no items", `${TOP}items:\n`, { items: [] }],
    ["items last", `${TOP}items:\n- a: b\n  c: d\n# c\n- e\n`, { items: ["- a: b\n  c: d\n# c\n", "- e\n"] }],
    ["no line break at the end", `${TOP}items:\n- a: b\n-  c`, { items: ["- a: b\n", "-  c"] }],
    [
      "all parts, items first",
      `items:\n- a\n${TOP}functionConfig:\n  b: c\nresults:\n- d\n`,
      { items: ["- a\n"], functionConfig: "functionConfig:\n  b: c\n", results: "results:\n- d\n" },
    ],
    [
      "all parts, items last",
      `results: [{\n  d: e}]\nfunctionConfig: {b: c}\n${TOP}items: # c\n  - a\n  -\n    b: c\n`,
      {
        items: ["  - a\n", "  -\n    b: c\n"],
        functionConfig: "functionConfig: {b: c}\n",
        results: "results: [{\n  d: e}]\n",
      },
    ],
    ["quoted values", `apiVersion: "x"\nkind: 'ResourceList' # c\nitems:\n- a\n`, { items: ["- a\n"] }],
    ["a first line and comments", `---\n# c\n${TOP}items:\n- a\n`, { items: ["- a\n"] }],
    ["a byte-order mark", `\ufeff${TOP}items:\n- é\n- b\n`, { items: ["- é\n", "- b\n"] }],
    ["Windows line breaks", `kind: A\r\nitems:\r\n- a\r\n\r\n- b\r\n`, { items: ["- a\r\n\r\n", "- b\r\n"] }],
    ["other keys", `${TOP}metadata:\n  items:\n  - a\nitems:\n- b\nmore:\n- c\n`, { items: ["- b\n"] }],
    [
      "items in other styles",
      `${TOP}items:\n- {a: [\n  - b]}\n- "c\n\n  - d"\n- |\n  - e\n`,
      { items: ["- {a: [\n  - b]}\n", '- "c\n\n  - d"\n', "- |\n  - e\n"] },
    ],
    [
      "items with marks of their own",
      `${TOP}items:\n- a: &x b\n  c: *x\n- d: &x e\n  f: *x\n`,
      { items: ["- a: &x b\n  c: *x\n", "- d: &x e\n  f: *x\n"] },
    ],
    [
      "what only looks like items",
      `${TOP}items:\n- a: |\n    b\n   - c\n  - d\n - e\n`,
      { items: ["- a: |\n    b\n   - c\n  - d\n - e\n"] },
    ],
  ])("%s", (_, text, parts) => {
    expect(partsOf(text)).toEqual(parts);
  });
});

/** Items by their names, in a ResourceList that lines do not show: flow style, JSON, marks from one item to another. */
const OTHER: [string, string, string[]][] = [
  ["in braces", "{apiVersion: config.kubernetes.io/v1, kind: ResourceList, items: [{kind: A}, {kind: B}]}", ["A", "B"]],
  [
    "in JSON",
    '\ufeff{"items":[{"kind":"A"},\n1,[],{}],"kind":"ResourceList","apiVersion":"config.kubernetes.io/v1"}\r\n',
    ["A", ""],
  ],
  ["with items in brackets", `${TOP}items: [{kind: A}]\n`, ["A"]],
  ["with no items in brackets", `${TOP}items: []\n`, []],
  ["with items in brackets on lines of their own", `${TOP}items:\n  [{kind: A}]\n`, ["A"]],
  ["with null for items", `${TOP}items: null\n`, []],
  ["with an anchor at the items", `${TOP}items: &a\n- kind: A\n`, ["A"]],
  ["with an alias of an item before it", `${TOP}items:\n- kind: A\n  a: &a b\n- kind: B\n  a: *a\n`, ["A", "B"]],
  ["with an alias that is an item", `${TOP}items:\n- &a {kind: A}\n- *a\n`, ["A", "A"]],
  ["with an alias of the function config", `functionConfig: &a {kind: A}\n${HEAD}- *a\n`, ["A"]],
  ["with an alias in the function config", `${HEAD}- &a {kind: A}\nfunctionConfig: {a: [*a]}\n`, ["A"]],
  ["with a blank before a colon", `${TOP}items :\n- kind: A\n`, ["A"]],
  ["with a key in quotes", `${TOP}"items":\n- kind: A\n`, ["A"]],
  ["with a key that is not of letters", `${HEAD}- kind: A\nx-y: z\n`, ["A"]],
  ["with an explicit key", `${TOP}? items\n: - kind: A\n`, ["A"]],
  [
    "with a value below its key",
    `apiVersion: config.kubernetes.io/v1\nkind:\n  ResourceList\nitems:\n- kind: A\n`,
    ["A"],
  ],
  ["with an indented root", ` ${HEAD.replaceAll("\n", "\n ")}- kind: A\n`, ["A"]],
  ["with quotes at the column of the dashes", `${HEAD}- kind: A\n  a: "b\n- kind: Secret"\n- kind: B\n`, ["A", "B"]],
  ["with braces at the column of the dashes", `${HEAD}- kind: A\n  a: {b: [\n-c\n]}\n- kind: B\n`, ["A", "B"]],
  ["with a document start that holds a comment", `--- # c\n${HEAD}- kind: A\n`, ["A"]],
  ["with a document end", `${HEAD}- kind: A\n...\n`, ["A"]],
];

describe("a ResourceList of another shape is parsed as a whole", () => {
  test.each(OTHER)("%s", (_, text, kinds) => {
    const stream = openText(text);
    expect(stream.way).toBe("full parse");
    expect(stream.findings).toEqual([]);
    const { manifests, findings } = stream.select(stream.kinds);
    expect(manifests.map(({ ref }) => ref.kind)).toEqual(kinds);
    // An item that is no map can be none of any kind, and is a problem for whoever asks for those without one.
    expect(findings.every(({ cause }) => cause === "a resource is not a map")).toBe(true);
    expect(Buffer.concat(stream.write()).toString()).toBe(text);
  });
});

describe("what is no ResourceList is an error that says why", () => {
  test.each([
    ["nothing", "", "the input is empty"],
    ["comments", "# c\n", "the input holds no YAML value"],
    ["text", "a\n", "the input is not a map but a ResourceList has to be one"],
    ["a list", "- a\n", "the input is not a map but a ResourceList has to be one"],
    ["a resource", "apiVersion: v1\nkind: Pod\n", "the input is of kind Pod, but a function takes a ResourceList"],
    ["a map", "a: b\n", "the input has no kind, but a function takes a ResourceList"],
    ["another version", "apiVersion: v1\nkind: ResourceList\nitems:\n- a\n", "the ResourceList is of version v1"],
    ["no version", "kind: ResourceList\nitems: []\n", "the ResourceList is of version (none)"],
    ["items in a map", `${TOP}items: {}\n`, "items is not a list"],
    ["items in text", `${TOP}items: a\n`, "items is not a list"],
    ["several documents", `${HEAD}- a\n---\n${HEAD}- b\n`, "the input holds several YAML documents"],
    ["a line of dashes after a comment", `# c\n---\n${HEAD}- a\n`, "a line that begins with --- is not the first one"],
    ["a line of dashes after an empty one", `\r\n--- \n${HEAD}- a\n`, "a line that begins with --- is not the first"],
    ["a key twice", `${HEAD}- a\nitems:\n- b\n`, "the input has the same key twice in one map"],
    ["an alias without its anchor", `${HEAD}- a: *b\n`, "an alias refers to an anchor that is not set before it"],
    [
      "an alias before its anchor",
      `${HEAD}- a: *b\n- &b c\n`,
      "an alias refers to an anchor that is not set before it",
    ],
    ["a broken line", `${HEAD}- a: b\n c: d\n- {\n`, "the input is not YAML: "],
    ["UTF-16", Buffer.from("\ufeffkind: A\n", "utf16le"), "the input is UTF-16"],
    ["bytes that are no text", Buffer.from("{a: \xff}\n", "latin1"), "the input is not UTF-8"],
    ["a line break of YAML 1.1 before the items", `${TOP}# c\u2028items:\nitems:\n- a\n`, "it holds a U+2028"],
    ["a byte-order mark before the items", `${TOP}# c\ufeff\nitems:\n- a\n`, "a byte-order mark stands inside of it"],
  ])("%s", (_, input, cause) => {
    const problem = openStream(oneFile(input));
    expect(problem).toMatchObject({ severity: "error", remedy: expect.stringMatching(/./) as string });
    expect(isFinding(problem) && problem.cause).toContain(cause);
  });

  test("with its place", () => {
    expect(openStream(oneFile(`${HEAD}- a: "\\q"\n  b: {\n`))).toMatchObject({ position: { line: 4, column: 7 } });
    expect(openStream(oneFile(Buffer.from("{a: b,\n é: \xff}", "latin1")))).toMatchObject({
      position: { line: 2, column: 2 },
    });
  });

  test("a text that was cut off within its last item", () => {
    expect(openStream(oneFile(`${HEAD}- a: b\n- c: "d`))).toMatchObject({
      cause: expect.stringContaining("the input is not YAML") as string,
      remedy: "the input seems to be cut off; check the tool that generated it",
    });
  });
});
