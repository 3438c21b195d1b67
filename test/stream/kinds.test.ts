import { describe, expect, test } from "vitest";
import { findDocuments } from "../../src/stream/find-documents.ts";
import { findListParts } from "../../src/stream/find-list-parts.ts";
import { HEAD, oneFile, openDocuments, openText } from "./open.ts";

/** The kinds that lines alone show of the items of a ResourceList, undefined for what only a parse can tell. */
function inList(items: string): (string | undefined)[] | undefined {
  const [file] = oneFile(HEAD + items);
  return file && findListParts(file)?.items.map(({ kind }) => kind);
}

/** The same of documents. */
function inDocuments(text: string): (string | undefined)[] | undefined {
  const [file] = oneFile(text);
  const found = file && findDocuments(file);
  return typeof found === "object" ? found.map(({ kind }) => kind) : undefined;
}

/** A text as an element of a list. */
function asItem(text: string): string {
  const lines = text.replace(/\r?\n$/, "").split("\n");
  return lines.map((line, at) => `${at === 0 ? "- " : line.trim() === "" ? "" : "  "}${line}\n`).join("");
}

const LONG = "x".repeat(250);

/** Written as hosts write it, so that lines are enough: what stands there, and its kind. */
const PLAIN: [string, string, string][] = [
  ["in plain text", "kind: Pod\n", "Pod"],
  ["after other keys", "apiVersion: v1\nmetadata:\n  name: a\nkind: Pod\n", "Pod"],
  ["in double quotes", 'kind: "Pod"\n', "Pod"],
  ["in single quotes", "kind: 'Pod'\n", "Pod"],
  ["before a comment", "kind: Pod # Secret\n", "Pod"],
  ["after several blanks", "kind:   Pod  \n", "Pod"],
  ["after a tab", "kind:\tPod\n", "Pod"],
  ["by a key in double quotes", '"kind": Pod\n', "Pod"],
  ["after a value in quotes", 'a: "b: c"\nkind: Pod\n', "Pod"],
  ["after a value in braces", "a: {kind: Secret}\nkind: Pod\n", "Pod"],
  ["after a value with an anchor, and its alias", "a: &x b\nc: *x\nkind: Pod\n", "Pod"],
  ["after a value with a tag", "a: !!str 1\nkind: Pod\n", "Pod"],
  ["before Windows line breaks", "apiVersion: v1\r\nkind: Pod\r\n", "Pod"],
  ["not in a comment", "#kind: Secret\na: b\n # kind: Secret\nkind: Pod\n", "Pod"],
  ["not deeper", "metadata:\n  kind: Secret\nkind: Pod\n", "Pod"],
  ["not in a list at the column of its key", "a:\n- kind: Secret\n- b: c\nkind: Pod\n", "Pod"],
  ["not in a literal block", "data: |\n  kind: Secret\n  - kind: Secret\nkind: Pod\n", "Pod"],
  ["not in a folded block", "data: >-\n    text\n\n    kind: Secret\nkind: Pod\n", "Pod"],
  ["not in a block with an indentation indicator", "data: |1\n  kind: Secret\n kind: Secret\nkind: Pod\n", "Pod"],
  ["not in plain text on several lines", "data: text\n  - kind\n  kind:Secret\nkind: Pod\n", "Pod"],
  ["not in double quotes on several lines", 'data: "text\n  kind: Secret\n  - kind: Secret"\nkind: Pod\n', "Pod"],
  ["not in single quotes on several lines", "data: 'it''s\n\n  kind: Secret'\nkind: Pod\n", "Pod"],
  ["not in braces on several lines", "data: {\n  kind: Secret,\n  a: '}' }\nkind: Pod\n", "Pod"],
  ["not in brackets on several lines", 'data: [ "]", # ]\n  kind: Secret]\nkind: Pod\n', "Pod"],
  ["not by a key with other letters", "Kind: Secret\nkinds: Secret\nkin: Secret\nkind: Pod\n", "Pod"],
  ["not in lists at the column of their keys", "kind: Pod\na:\n- kind: Secret\n- - b\n  - kind: Secret\n", "Pod"],
  ["only in a list at the column of its key", "apiVersion: v1\nsubjects:\n- kind: Pod\n  name: a\n", ""],
  ["nowhere", "apiVersion: v1\nmetadata:\n  name: a\n", ""],
];

/** Written in some other way, so that a parse has to tell: what stands there, and its kind. */
const OTHER: [string, string, string][] = [
  ["by a key in single quotes with a blank after it", "'kind' : Pod\n", "Pod"],
  ["with a blank before the colon", "kind : Pod\n", "Pod"],
  ["with a tab before the colon", "kind\t: Pod\n", "Pod"],
  ["with an escape in the key", '"k\\x69nd": Pod\n', "Pod"],
  ["with an escape in the value", 'kind: "P\\u006fd"\n', "Pod"],
  ["with a tag at the key", "!!str kind: Pod\n", "Pod"],
  ["with a tag at the value", "kind: !!str Pod\n", "Pod"],
  ["with an anchor at the key", "&a kind: Pod\n", "Pod"],
  ["with an anchor at the value", "kind: &a Pod\n", "Pod"],
  ["with an alias as the value", "a: &a Pod\nkind: *a\n", "Pod"],
  ["with an alias as the key", "a: &a kind\n*a : Pod\n", "Pod"],
  ["by an explicit key", "? kind\n: Pod\n", "Pod"],
  ["by an explicit key and an indented value", "? kind\n:   Pod\n", "Pod"],
  ["in a folded block", "kind: >-\n  Pod\n", "Pod"],
  ["in a literal block", "kind: |-\n  Pod\n", "Pod"],
  ["on two lines in quotes", 'kind: "Po\\\n  d"\n', "Pod"],
  ["by a merge key", "<<: {kind: Pod}\n", "Pod"],
  ["by a merge key with an anchor", "x: &x {kind: Pod}\n<<: *x\n", "Pod"],
  ["in braces", "{apiVersion: v1, kind: Pod}\n", "Pod"],
  ["in JSON", '{"apiVersion": "v1",\n"kind": "Pod"}\n', "Pod"],
  ["with a comment that is none", "kind: Pod#a\n", "Pod#a"],
  ["as a long word", `kind: ${LONG}\n`, LONG],
  ["beside a long key", `${LONG}: a\nkind: Pod\n`, "Pod"],
  ["beside a key that is not ASCII", "é: a\nkind: Pod\n", "Pod"],
  ["beside a key with a dash before it", "-a: b\nkind: Pod\n", "Pod"],
  ["beside a key with a blank", "a b: c\nkind: Pod\n", "Pod"],
  ["beside quotes that go on at a lower column", 'a: "b\nkind: Secret"\nkind: Pod\n', "Pod"],
  ["beside braces that go on at a lower column", "a: {b: c,\nkind: Secret\n}\nkind: Pod\n", "Pod"],
  ["beside an unclosed quote in a comment of braces", "a: {b: c, # '\n  d: e}\nf: [\n]\nkind: Pod\n", "Pod"],
  ["as a word that YAML 1.1 takes for something else", "kind: Yes\n", ""],
  ["as null", "kind: null\n", ""],
  ["as nothing", "kind:\n", ""],
  ["as a number", "kind: 1\n", ""],
  ["of what is a list itself", "- kind: Pod\n- kind: Secret\n", ""],
  ["as a map", "kind: {kind: Pod}\n", ""],
];

describe("a line says the kind", () => {
  test.each(PLAIN)("%s", (_, text, kind) => {
    expect(inDocuments(text)).toEqual([kind]);
    expect(inList(asItem(text))).toEqual([kind]);
    for (const stream of [openDocuments(text), openText(HEAD + asItem(text))]) {
      expect(stream.kinds).toEqual([kind]);
      expect(stream.effort).toEqual({ items: 1, parsed: 0 });
      expect(stream.select([kind]).manifests.map(({ ref }) => ref.kind)).toEqual([kind]);
    }
  });
});

describe("a parse says the kind", () => {
  test.each(OTHER)("%s", (_, text, kind) => {
    expect(inDocuments(text)).toEqual([undefined]);
    const found = inList(asItem(text));
    expect(found).toEqual([undefined]);
    for (const stream of [openDocuments(text), openText(HEAD + asItem(text))]) {
      expect(stream.findings).toEqual([]);
      expect(stream.kinds).toEqual([kind]);
      expect(stream.effort).toEqual({ items: 1, parsed: 1 });
    }
  });

  test.each(["kind:\n  Pod\n", "kind:\n  |-\n  Pod\n"])("of a scalar on a line of its own: %j", (text) => {
    // Which lines it goes on over cannot be seen in a list.
    expect(inDocuments(text)).toEqual([undefined]);
    expect(inList(asItem(text))).toBeUndefined();
    for (const stream of [openDocuments(text), openText(HEAD + asItem(text))]) expect(stream.kinds).toEqual(["Pod"]);
  });

  test("of text that goes on below it", () => {
    const text = "kind: Pod\n  of another kind\n";
    expect(openDocuments(text).kinds).toEqual(["Pod of another kind"]);
    expect(openText(HEAD + asItem("kind: Pod\nmetadata:\n  name: a\n") + asItem(text)).kinds).toEqual([
      "Pod",
      "Pod of another kind",
    ]);
  });
});

test.each([
  ["two kinds", "kind: Pod\nkind: Secret\n"],
  ["two kinds, one of them in quotes", "kind: Pod\n'kind': Pod\n"],
  ["a key after text", "kind: Pod: Secret\n"],
  ["text after quotes", 'kind: "Pod" Secret\n'],
  ["a quote that does not end", 'a: "b\nkind: Pod\n'],
  ["a tab as indentation", "a: b\n\tkind: Pod\n"],
])("where nobody can tell the kind, that is an error for everybody: %s", (_, text) => {
  const { findings } = openDocuments(`kind: A\n---\n${text}`);
  expect(findings.map(({ severity }) => severity)).toEqual(["error"]);
  expect(findings[0]?.position?.line).toBeGreaterThan(2);
});

test.each([
  ["with a wide dash", "-   a: b\n    kind: Service\n-   kind: Pod\n", ["Service", "Pod"]],
  ["in an indented list", "  - a: b\n    kind: Service\n  - kind: Pod\n", ["Service", "Pod"]],
  ["below the dash", "-\n  kind: Service\n- # c\n    kind: Pod\n", ["Service", "Pod"]],
  ["of items that begin alike", "- a: b\n- a: b\n  kind: Pod\n- a: b\n- c: d\n", ["", "Pod", "", ""]],
  ["without a line break at the end", "- a: b\n- kind: Pod", ["", "Pod"]],
  ["cut short", "- kind: Pod\n- kind: Po", ["Pod", "Po"]],
  ["between comments and blank lines", "# a\n\n- kind: Service\n\n    # b\n# c\n- kind: Pod\n", ["Service", "Pod"]],
  ["beside what is no map", "-\n- null\n- kind: Pod\n- text\n- []\n", ["", undefined, "Pod", undefined, undefined]],
])("kinds of the items of a ResourceList: %s", (_, items, kinds) => {
  expect(inList(items)).toEqual(kinds);
});
