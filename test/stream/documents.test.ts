import { describe, expect, test } from "vitest";
import { findDocuments } from "../../src/stream/find-documents.ts";
import { openManifests } from "../../src/stream/open-stream.ts";
import { filesOf, HEAD, oneFile, openDocuments, openFiles } from "./open.ts";

/** The documents of a text, each with what stands before it and goes with it in brackets. */
function documentsOf(text: string): string[] | number {
  const bytes = Buffer.from(text);
  const found = findDocuments({ path: "", bytes });
  if (typeof found === "number") return found;
  const at = (start: number, end: number): string => bytes.toString("utf8", start, end);
  return found.map(
    ({ region: { lead, start, end } }) => `${lead < start ? `[${at(lead, start)}]` : ""}${at(start, end)}`,
  );
}

// k8s.io/apimachinery: pkg/util/yaml, YAMLReader.
describe("documents end where Kubernetes ends them", () => {
  test.each([
    ["nothing", "", []],
    ["comments", "# a\n---\n# b\n\n--- # c\n", []],
    ["one document", "a: b\n", ["a: b\n"]],
    ["no line break at the end", "a: b\n---\nc: d", ["a: b\n", "[---\n]c: d"]],
    ["lines at the start and the end", "---\na: b\n---\n", ["[---\n]a: b\n"]],
    ["several lines in a row", "---\n---\na: b\n---\n\n---\nc: d\n", ["[---\n]a: b\n", "[---\n]c: d\n"]],
    ["blanks after the dashes", "a: b\n---  \t\nc: d\n", ["a: b\n", "[---  \t\n]c: d\n"]],
    ["a comment after the dashes", "a: b\n--- # x\nc: d\n", ["a: b\n", "[--- # x\n]c: d\n"]],
    ["a comment right after the dashes", "a: b\n---#x\nc: d\n", ["a: b\n", "[---#x\n]c: d\n"]],
    ["Windows line breaks", "a: b\r\n---\r\nc: d\r\n", ["a: b\r\n", "[---\r\n]c: d\r\n"]],
    ["comments before a line", "# x\n---\na: b\n# y\n---\nc: d\n", ["[---\n]a: b\n# y\n", "[---\n]c: d\n"]],
    ["indented dashes", "a: |\n  b\n ---\nc: d\n", ["a: |\n  b\n ---\nc: d\n"]],
    ["dashes in the text of a block", "a: |\n  b\n---\nc: d\n", ["a: |\n  b\n", "[---\n]c: d\n"]],
    ["dashes within quotes", 'a: "b\n---\nc"\n', ['a: "b\n', '[---\n]c"\n']],
    ["a document end, which ends none", "a: b\n...\nc: d\n", ["a: b\n...\nc: d\n"]],
    ["a mark at the start of each", "\ufeffa: b\n---\n\ufeffc: d\n", ["a: b\n", "[---\n\ufeff]c: d\n"]],
    ["a mark after dashes that the file begins with", "---\n\ufeffa: b\n", ["[---\n]\ufeffa: b\n"]],
    ["a comment right after the first dashes", "---#x\na: b\n", 0],
    ["a mark after two lines of dashes", "a: b\n---\n---\n\ufeffc: d\n", ["a: b\n", "[---\n]\ufeffc: d\n"]],
    ["a comment right after the second of two lines of dashes", "a: b\n---\n---#x\nc: d\n", 9],
    ["a comment right after the third", "a: b\n---\n---\n---#x\nc: d\n", ["a: b\n", "[---#x\n]c: d\n"]],
    ["a mark before dashes", "\ufeff---\na: b\n", ["[---\n]a: b\n"]],
    ["text after the dashes", "a: b\n--- c: d\n", 5],
    ["braces after the dashes", "--- {a: b}\n", 0],
    ["a block after the dashes", "a: b\n---\nc: d\n--- |\n  e\n", 14],
    ["a fourth dash", "a: b\n----\n", 5],
    ["a tag after the dashes", "--- !!map\na: b\n", 0],
  ])("%s", (_, text, documents) => {
    expect(documentsOf(text)).toEqual(documents);
  });
});

test("text after dashes is an error with its line, and of several files with its file", () => {
  const cause = expect.stringMatching(/^a line that begins with --- goes on with text/) as string;
  const broken = "a: b\n--- {c: d}\n";
  expect(openManifests(oneFile(broken))).toMatchObject({ severity: "error", cause, position: { line: 2, column: 1 } });
  expect(openManifests(filesOf({ "a.yaml": "a: b\n", "b.yaml": broken }))).toMatchObject({
    cause,
    position: { line: 2 },
    file: { path: "b.yaml" },
  });
});

describe("what a document of a stream means", () => {
  test.each([
    ["with a mark at its start", "kind: A\n---\n\ufeffkind: B\n", ["A", "B"]],
    ["with a mark at its start and braces", "\ufeff{kind: A}\n---\n\ufeff{kind: B}\n", ["A", "B"]],
    ["with anchors of its own", "kind: A\na: &a b\nc: *a\n---\nkind: B\na: &a b\nc: *a\n", ["A", "B"]],
    ["with a document end", "kind: A\n...\n---\nkind: B\n", ["A", "B"]],
  ])("%s", (_, text, kinds) => {
    const stream = openDocuments(text);
    expect(stream.kinds).toEqual(kinds);
    expect(stream.select(stream.kinds)).toMatchObject({
      manifests: kinds.map((kind) => ({ ref: { kind } })),
      findings: [],
    });
  });

  test("an anchor of one document is not set in another", () => {
    const { manifests, findings } = openDocuments("kind: A\na: &a b\n---\nkind: B\na: *a\n").select(["A", "B"]);
    expect(manifests.map(({ ref }) => ref.kind)).toEqual(["A"]);
    expect(findings.map(({ cause }) => cause)).toEqual(["an alias refers to an anchor that is not set before it"]);
  });

  test("the last line is one whether it ends or not, as Kubernetes reads it", () => {
    const [manifest] = openDocuments("kind: A\na: |\n  b").select(["A"]).manifests;
    expect(manifest?.object["a"]).toBe("b\n");
  });
});

/** The resources of a text, by version, kind and name, and what is wrong with it. */
function resourcesIn(text: string): [string[], string[]] {
  const stream = openFiles({ "a.yaml": text });
  return [
    stream.select(stream.kinds).manifests.map(({ ref }) => `${ref.apiVersion} ${ref.kind} ${ref.name}`),
    stream.findings.map(({ cause }) => cause),
  ];
}

describe("lists of resources are taken apart, as kubectl and Argo CD do", () => {
  test.each([
    [
      "a List",
      "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n- kind: B\n",
      ["v1 Pod a", " B "],
    ],
    ["a List in braces", "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod}]}", ["v1 Pod "]],
    [
      "a list of one kind",
      "kind: PodList\napiVersion: v1\nitems:\n- metadata:\n    name: a\n- metadata:\n    name: b\n",
      ["v1 Pod a", "v1 Pod b"],
    ],
    ["a list of one kind", "kind: BoxList\nitems:\n- kind: A\n", [" A "]],
    ["a list in a list", "kind: List\nitems:\n- kind: List\n  items:\n  - kind: A\n- kind: B\n", [" A ", " B "]],
    ["an empty list", "kind: List\nitems: []\n---\nkind: A\n", [" A "]],
    ["no list, since items is a map", "kind: Box\nitems: {a: b}\n", [" Box "]],
    ["no list, since it has no items", "kind: BoxList\nspec: {}\n", [" BoxList "]],
    ["a list with nothing in it that is a map", "kind: List\nitems: [null]\n---\nkind: A\n", [" A "]],
  ])("%s", (_, text, resources) => {
    expect(resourcesIn(text)).toEqual([resources, []]);
  });

  test("in a ResourceList as well", () => {
    const list = `${HEAD}- kind: List\n  items:\n  - kind: A\n- kind: B\n`;
    expect(resourcesIn(list)).toEqual([[" A ", " B "], []]);
  });

  test.each([
    [
      "an alias for items",
      "kind: List\nx: &x [{kind: A}]\nitems: *x\n",
      "a list takes its items from an alias or a merge key",
    ],
    [
      "items by a merge key",
      "kind: List\n<<: {items: [{kind: A}]}\n",
      "a list takes its items from an alias or a merge key",
    ],
    [
      "what has items and is no List, which kustomize does not take apart",
      "kind: Box\nitems:\n- kind: A\n",
      "kubectl takes apart what has items, and kustomize only a List",
    ],
    [
      "what has items and an odd line break before its kind",
      "\u2028kind: Box\nitems:\n- kind: A\n",
      "the input is not YAML: it holds a U+2028, which Go programs take for a line break",
    ],
    ["a ResourceList among others", `kind: A\n---\n${HEAD}- kind: B\n`, "a ResourceList stands among other resources"],
  ])("but not %s, which is an error", (_, text, cause) => {
    const stream = openFiles({ "a.yaml": text });
    expect(stream.findings).toMatchObject([{ severity: "error", cause }]);
  });
});
