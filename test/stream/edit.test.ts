import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/base/finding.ts";
import type { Manifest } from "../../src/base/manifest.ts";
import type { Stream } from "../../src/stream/stream.ts";
import { at, set } from "../../src/yaml/edit/change.ts";
import { readsByPackage } from "../../src/yaml/package.ts";
import { HEAD, openDocuments, openFiles, openText } from "./open.ts";

const NAME = ["metadata", "name"];

function written(stream: Stream): string {
  return Buffer.concat(stream.write()).toString();
}

/** The one manifest of a kind. */
function one(stream: Stream, kind: string): Manifest {
  const [manifest, ...more] = stream.select([kind]).manifests;
  if (manifest === undefined || more.length > 0) throw new Error(`there is not one ${kind}`);
  return manifest;
}

/** What is written when the name of the one A is another. */
function renamed(stream: Stream): string {
  expect(stream.edit(one(stream, "A"), at(NAME, set("new")))).toBe(true);
  return written(stream);
}

const A = "kind: A\nmetadata:\n  name: old # c\n";

describe("an edit touches nothing but its place", () => {
  test.each([
    ["the only document", A],
    ["a document between others", `# x\nkind: B\n--- # y\n${A}# z\n---\nkind: [\n`],
    ["a document without a line break at the end", `kind: B\n---\n${A.trimEnd()}`],
    ["a document after a byte-order mark", `\ufeffkind: B\n---\n\ufeff${A}`],
    ["a document with Windows line breaks", `kind: B\n---\n${A}`.replaceAll("\n", "\r\n")],
    ["a document in braces", "{kind: A, metadata: {name: old}}"],
    ["an item", `${HEAD}- kind: B\n- ${A.trimEnd().replaceAll("\n", "\n  ")}\n# c\n- kind: "\\q"\n`],
    ["an item without a line break at the end", `${HEAD}- kind: B\n- ${A.trimEnd().replaceAll("\n", "\n  ")}`],
    [
      "an item of JSON",
      '{"items":[{"kind":"A","metadata":{"name":"old"}}],"kind":"ResourceList","apiVersion":"config.kubernetes.io/v1"}',
    ],
    [
      "an item with an alias to another one",
      `${HEAD}- kind: B\n  x: &x y\n- kind: A\n  metadata: {name: old, x: *x}\n`,
    ],
    ["an item of a List", `kind: B\n---\nkind: List\nitems:\n- kind: B\n- ${A.trimEnd().replaceAll("\n", "\n  ")}\n`],
    ["an item of a List in braces", "kind: List\nitems: [{kind: B}, {kind: A, metadata: {name: old}}]\n"],
    ["an item of a list of one kind", "apiVersion: v1\nkind: AList\nitems:\n- metadata:\n    name: old\n"],
  ])("in %s", (_, text) => {
    const stream = text.includes("ResourceList") ? openText(text) : openFiles({ "a.yaml": text });
    expect(renamed(stream)).toBe(text.replace("old", "new"));
  });

  test("an item that was read is not parsed once more to be changed, and the proof is the package's", () => {
    const stream = openText(`${HEAD}- kind: B\n- kind: A\n  metadata:\n    name: old\n`);
    const before = readsByPackage();
    renamed(stream);
    expect(stream.effort.parsed).toBe(1);
    expect(readsByPackage()).toBe(before + 1);
  });

  test("what was not edited is the input itself, not a copy", () => {
    const bytes = new Uint8Array(Buffer.from(`kind: B\n---\n${A}---\nkind: C\n`));
    const stream = openDocuments(bytes);
    expect(stream.write().map((piece) => [piece.buffer === bytes.buffer, piece.length])).toEqual([
      [true, bytes.length],
    ]);
    renamed(stream);
    const pieces = stream.write();
    expect(pieces.map((piece) => piece.buffer === bytes.buffer)).toEqual([true, false, true]);
  });

  test("several edits of one manifest and of several", () => {
    const stream = openDocuments(`${A}---\nkind: B\nx: y\n---\n${A.replace("kind: A", "kind: C")}`);
    for (const kind of ["C", "A"]) expect(stream.edit(one(stream, kind), at(NAME, set(`of-${kind}`)))).toBe(true);
    expect(stream.edit(one(stream, "A"), at(["x"], set("z")))).toBe(true);
    expect(written(stream)).toBe(
      `${A.replace("old", "of-A")}x: z\n---\nkind: B\nx: y\n---\n${A.replace("kind: A", "kind: C").replace("old", "of-C")}`,
    );
  });

  test("several edits in one List", () => {
    const stream = openDocuments(`kind: List\nitems:\n- kind: A\n  x: y\n- kind: B\n  x: y\n`);
    for (const kind of ["B", "A"]) expect(stream.edit(one(stream, kind), at(["x"], set(`of-${kind}`)))).toBe(true);
    expect(written(stream)).toBe(`kind: List\nitems:\n- kind: A\n  x: of-A\n- kind: B\n  x: of-B\n`);
  });

  test.each([
    ["x: |\n  y", "x: |\n  y\nz: new"],
    ["x: |-\n  y", "x: |-\n  y\nz: new"],
    ["x: |+\n  y\n\n", "x: |+\n  y\n\nz: new\n"],
    ["x: y", "x: y\nz: new"],
  ])("the last value of a document keeps what Kubernetes reads there: %j", (text, expected) => {
    const stream = openDocuments(`kind: A\n${text}`);
    const { x } = one(stream, "A").object;
    expect(stream.edit(one(stream, "A"), at(["z"], set("new")))).toBe(true);
    expect(written(stream)).toBe(`kind: A\n${expected}`);
    expect(one(openDocuments(written(stream)), "A").object).toEqual({ kind: "A", x, z: "new" });
  });

  test("the last value of a ResourceList keeps what its readers see", () => {
    const stream = openText(`${HEAD}- kind: A\n  x: |\n    y`);
    expect(stream.edit(one(stream, "A"), at(["z"], set("new")))).toBe(true);
    expect(written(stream)).toBe(`${HEAD}- kind: A\n  x: |-\n    y\n  z: new`);
  });

  test("a change that the text does not allow is refused, and nothing is written", () => {
    // Written out, the number would lose digits.
    const text = "kind: A\nx: &x {b: {c: old, d: 12345678901234567890}}\n<<: *x\n";
    const stream = openDocuments(text);
    expect(stream.edit(one(stream, "A"), at(["b", "c"], set("new")))).toBe(false);
    expect(written(stream)).toBe(text);
  });
});

test("the span of a manifest is that of its text before and after its edit, in its own file", () => {
  const stream = openFiles({ "a.yaml": "kind: B\n", "b.yaml": `# é\n---\n${A}---\nkind: C\n` });
  const manifest = one(stream, "A");
  const { file } = stream.itemOf(manifest).region;
  const ownText = (): string => {
    const { start, end } = stream.spanOf(manifest);
    return Buffer.from(stream.writeFile(file)).toString("utf8", start, end);
  };
  expect(file.path).toBe("b.yaml");
  expect(ownText()).toBe(A);
  expect(stream.edit(manifest, at(NAME, set("a-longer-name")))).toBe(true);
  expect(ownText()).toBe(A.replace("old", "a-longer-name"));

  const list = openText(
    `{"kind": "ResourceList", "apiVersion": "config.kubernetes.io/v1", "items": [{"kind": "é"}, {"kind": "A"}]}`,
  );
  const { start, end } = list.spanOf(one(list, "A"));
  expect(Buffer.concat(list.write()).toString("utf8", start, end)).toBe('{"kind": "A"}');
});

/** What is written when each A was dropped. */
function dropped(stream: Stream): string {
  for (const manifest of stream.select(["A"]).manifests) expect(stream.drop(manifest)).toBe(true);
  expect(stream.select(["A"]).manifests).toEqual([]);
  return written(stream);
}

describe("a manifest that is dropped", () => {
  test.each([
    ["goes with its line", "kind: B\n--- # c\nkind: A\n---\nkind: C\n", "kind: B\n---\nkind: C\n"],
    ["goes from the start", "# c\nkind: A\n---\nkind: C\n", "---\nkind: C\n"],
    ["goes from the end", "kind: B\n---\nkind: A", "kind: B\n"],
    ["goes alone", "kind: A\n", ""],
    ["goes from a List", "kind: List\nitems:\n- kind: A\n- kind: B\n", "kind: List\nitems:\n- kind: B\n"],
    ["takes its List along", "kind: B\n---\nkind: List\nitems:\n- kind: A\n- kind: A\n", "kind: B\n"],
    [
      "goes from a List in braces",
      "{kind: List, items: [{kind: B}, {kind: A}]}\n",
      "{kind: List, items: [{kind: B}]}\n",
    ],
  ])("%s", (_, text, rest) => {
    expect(dropped(openDocuments(text))).toBe(rest);
  });

  test("goes from a ResourceList", () => {
    expect(dropped(openText(`${HEAD}- kind: B\n- kind: A\n  x: y\n- kind: C\n`))).toBe(`${HEAD}- kind: B\n- kind: C\n`);
  });

  test("goes with what was edited in it", () => {
    const stream = openDocuments(`kind: B\n---\n${A}`);
    renamed(stream);
    expect(dropped(stream)).toBe("kind: B\n");
  });
});

describe("files are written one after another", () => {
  test.each([
    [["a: b\n", "c: d\n"], "a: b\n---\nc: d\n"],
    [["a: b", "c: d"], "a: b\n---\nc: d"],
    [["a: b\n", "---\nc: d\n"], "a: b\n---\nc: d\n"],
    [["a: b\n---\n", "c: d\n"], "a: b\n---\n---\nc: d\n"],
    [["a: b\n", "", "c: d\n"], "a: b\n---\nc: d\n"],
    [["", "c: d\n"], "c: d\n"],
    [["\ufeffa: b\n", "\ufeffc: d\n"], "\ufeffa: b\n---\nc: d\n"],
    [["a: b\n", "# c\n", "d: e\n"], "a: b\n---\n# c\n---\nd: e\n"],
    [["a: |\n  b", "c: d\n"], "a: |\n  b\n---\nc: d\n"],
    [["a: b\r\n", "c: d\r\n"], "a: b\r\n---\nc: d\r\n"],
  ])("%j", (texts, joined) => {
    const stream = openFiles({
      ...Object.fromEntries(texts.map((text, index) => [`${index}.yaml`, text])),
      "z.yaml": "",
    });
    expect(written(stream)).toBe(joined);
  });
});

describe("findings are added to the results of a ResourceList", () => {
  const warning: Finding = {
    severity: "warning",
    cause: "is odd",
    remedy: "change it",
    position: { line: 1, column: 2 },
  };
  const result = '- message: "line 1, column 2: is odd; change it"\n  severity: warning\n';
  const indented = result.replaceAll("\n", "\n  ").trimEnd();
  const flow = '{message: "line 1, column 2: is odd; change it", severity: warning}';
  const json = flow.replaceAll(/\b(message|severity|warning)\b/g, '"$1"');
  const root = '"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": []';

  test.each([
    ["after all others", `${HEAD}- kind: A\n`, `${HEAD}- kind: A\nresults:\n${result}`],
    [
      "before the items of a text that ends without a line break",
      `${HEAD}- kind: A`,
      HEAD.replace("items:", `results:\n${result}items:`) + "- kind: A",
    ],
    ["after other results", `${HEAD}results:\n- message: a\n`, `${HEAD}results:\n- message: a\n${result}`],
    [
      "to other results before the items",
      `results:\n  - message: a\n${HEAD}`,
      `results:\n  - message: a\n  ${indented}\n${HEAD}`,
    ],
    ["to empty results", `${HEAD}- kind: A\nresults: []\n`, `${HEAD}- kind: A\nresults:\n${result}`],
    ["to results that are null", `results:\n${HEAD}`, `results:\n${result}${HEAD}`],
    ["to results in brackets", `${HEAD}results: [a]\n`, `${HEAD}results: [a, ${flow}]\n`],
    ["to JSON on one line", `{${root}}`, `{${root}, "results": [${json}]}`],
    ["to JSON with results", `{${root}, "results": [1]}\n`, `{${root}, "results": [1, ${json}]}\n`],
    [
      "to JSON on several lines",
      `{\n  ${root.replaceAll(", ", ",\n  ")}\n}\n`,
      `{\n  ${root.replaceAll(", ", ",\n  ")},\n  "results": [${json}]\n}\n`,
    ],
    [
      "to braces",
      "{apiVersion: config.kubernetes.io/v1, kind: ResourceList, items: []}\n",
      `{apiVersion: config.kubernetes.io/v1, kind: ResourceList, items: [], results: [${flow}]}\n`,
    ],
    [
      "to an indented root",
      ` ${HEAD.trimEnd().replaceAll("\n", "\n ")} []\n`,
      ` ${HEAD.trimEnd().replaceAll("\n", "\n ")} []\n results:\n ${result.trimEnd().replaceAll("\n", "\n ")}\n`,
    ],
    [
      "to items that share an anchor",
      `${HEAD}- &a {kind: A}\n- *a\n`,
      `${HEAD}- &a {kind: A}\n- *a\nresults:\n${result}`,
    ],
    ["to nothing where there is no list", `${HEAD}results: {}\n`, `${HEAD}results: {}\n`],
  ])("%s", (_, text, expected) => {
    const stream = openText(text);
    stream.report([warning]);
    expect(written(stream)).toBe(expected);
  });

  test("with the line breaks of the text", () => {
    const stream = openText(`${HEAD}- kind: A\n`.replaceAll("\n", "\r\n"));
    stream.report([warning]);
    expect(written(stream)).toBe(`${HEAD}- kind: A\nresults:\n${result}`.replaceAll("\n", "\r\n"));
  });

  test("once, wherever the line has moved since", () => {
    const stream = openText(`${HEAD}- kind: A\n`);
    stream.report([warning]);
    const again = openText(written(stream));
    again.report([{ ...warning, position: { line: 7, column: 8 } }]);
    expect(written(again)).toBe(written(stream));
  });

  test("beside an edit of an item", () => {
    const stream = openText(`${HEAD}- kind: A\n  metadata: {name: old}\n`);
    stream.report([warning]);
    expect(renamed(stream)).toBe(`${HEAD}- kind: A\n  metadata: {name: new}\nresults:\n${result}`);
  });

  test.each(["", "\n"])("beside an edit of an item, in a text that was parsed as a whole and ends with %j", (end) => {
    const stream = openText(`${HEAD}- &a {kind: A, metadata: {name: old}}\n- kind: B\n  x: [*a]${end}`);
    stream.report([warning]);
    expect(stream.edit(one(stream, "A"), at(["z"], set(true)))).toBe(true);
    const again = openText(written(stream));
    expect(again.results()).toMatchObject({ value: [{ severity: "warning" }] });
    expect(one(again, "A").object).toEqual({ kind: "A", metadata: { name: "old" }, z: true });
    expect(one(again, "B").object).toEqual({ kind: "B", x: [{ kind: "A", metadata: { name: "old" } }] });
  });

  test("but not to manifests, which have no place for them", () => {
    const stream = openDocuments("kind: A\n");
    stream.report([warning]);
    expect(written(stream)).toBe("kind: A\n");
  });
});
