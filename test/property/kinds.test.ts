import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findDocuments } from "../../src/stream/find-documents.ts";
import { findListParts } from "../../src/stream/find-list-parts.ts";
import type { Item } from "../../src/stream/parts.ts";
import { isSource, nodeAt, parse, plainOrProblem } from "../../src/yaml/parse.ts";
import type { Source } from "../../src/yaml/parse.ts";
import { PlainProblem } from "../../src/yaml/plain.ts";
import { HEAD, oneFile } from "../stream/open.ts";
import { check } from "./run-text.ts";
import { mutatedStreams, streams } from "./streams.ts";

/** Keys, most of them `kind` in some spelling. */
const KEYS = `kind kind kind kind a items apiVersion metadata 'kind' "k\\x69nd" *x << kinds Kind é {a #`
  .split(" ")
  .concat("&x kind", "!!str kind", "kind ", "a b", "");

/** Values that are a kind, go on below, or never end. */
const VALUES = `Pod Pod Secret 'Pod' "Secret" Pod#c | >- |2 *x null {} [ ] } "open close" it's' yes 1 @ true PodList`
  .split(" ")
  .concat("Pod # c", "&x Pod", "!!str Pod", "", "", "{b: c}", "{kind: Secret", "b: c", "- d", "{b: c,", "{b: [*x]}")
  .concat("{<<: *x}", "Pod\u2028", "\ufeffPod");

/** Lines that say something of a kind, that hide one, or that go on with one before them. */
const line = fc
  .record({
    margin: fc.constantFrom("", "", "", "  ", "  ", "    ", "\t", " "),
    dash: fc.constantFrom("", "", "", "", "- ", "- - ", "-", "? ", ": ", "-  "),
    key: fc.constantFrom(...KEYS),
    colon: fc.constantFrom(": ", ": ", ": ", ":", ":\t", " : ", ""),
    value: fc.constantFrom(...VALUES),
  })
  .map(({ margin, dash, key, colon, value }) => margin + dash + key + colon + value);

const soups = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: line },
      { weight: 1, arbitrary: fc.constantFrom("", "# c", "---", "...", "  # c") },
    ),
    {
      minLength: 1,
      maxLength: 7,
    },
  )
  .map((lines) => `${lines.join("\n")}\n`);

/** The kind of an item by a parse of its region; undefined where that cannot be told, because Go refuses it or reads it in two ways. */
function kindByParse({ region: { file, start, end }, path }: Item): string | undefined {
  const source = parse(Buffer.from(file.bytes).toString("utf8", start, end));
  const plain = isSource(source) && source.repeatedKey === undefined ? plainAt(source, path) : undefined;
  if (plain === undefined || plain instanceof PlainProblem) return undefined;
  const { value } = plain;
  const kind = typeof value === "object" && value !== null ? (value as Record<string, unknown>)["kind"] : undefined;
  return typeof kind === "string" ? kind : "";
}

function plainAt(source: Source, path: Item["path"]): ReturnType<typeof plainOrProblem> {
  return path.length === 0 ? plainOrProblem(source) : plainOrProblem(source, nodeAt(source, path));
}

/** Where lines tell the kind of an item, a parse that can be made tells the same. */
function expectSameKinds(items: readonly Item[]): void {
  for (const item of items) {
    if (item.kind === undefined) continue;
    const kind = kindByParse(item);
    if (kind !== undefined) expect(item.kind, textOf(item)).toBe(kind);
  }
}

function textOf({ region: { file, start, end } }: Item): string {
  return Buffer.from(file.bytes).toString("utf8", start, end);
}

function itemsOf(text: string): readonly Item[] {
  const [file] = oneFile(text);
  return (file && findListParts(file)?.items) ?? [];
}

function documentsOf(text: string): readonly Item[] {
  const [file] = oneFile(text);
  const found = file ? findDocuments(file) : [];
  return typeof found === "object" ? found : [];
}

/** A text as the elements of a list, one for each of its paragraphs. */
function asItems(text: string): string {
  const [first = "", ...more] = text.trimEnd().split("\n");
  return [`- ${first}`, ...more.map((each) => `  ${each}`)].join("\n");
}

describe("where lines tell a kind, a parser tells the same", () => {
  test("of documents", () => check(soups, (text) => expectSameKinds(documentsOf(text))));

  test("of items", () => {
    check(fc.array(soups, { minLength: 1, maxLength: 3 }), (texts) => {
      expectSameKinds(itemsOf(`${HEAD}${texts.map(asItems).join("\n")}\n`));
    });
  });

  test("of items of any shape", () => {
    check(soups, (text) => expectSameKinds(itemsOf(HEAD + text)));
  });

  test("of mutated streams", () => {
    check(mutatedStreams, (text) => {
      expectSameKinds(itemsOf(text));
      expectSameKinds(documentsOf(text));
    });
  });

  test("of streams, in which they tell most", () => {
    let told = 0;
    let all = 0;
    check(streams, ({ text }) => {
      const items = itemsOf(text);
      expectSameKinds(items);
      all += items.length;
      told += items.filter(({ kind }) => kind !== undefined).length;
    });
    expect(told).toBeGreaterThan(all / 5);
  });
});

/** Elements of a ResourceList by a parse of the whole text, each as plain data or as what is wrong with it. */
function elementsByParse(text: string): (string | undefined)[] | undefined {
  const source = parse(text.replace(/^\ufeff/, ""));
  if (!isSource(source)) return undefined;
  const list = nodeAt(source, ["items"]);
  if (list?.kind !== "list") return [];
  return list.elements.map(({ node }) => dataOf(plainOrProblem(source, node)));
}

function elementsByLines(items: readonly Item[]): (string | undefined)[] {
  return items.map((item) => {
    const source = parse(textOf(item));
    return isSource(source) ? dataOf(plainAt(source, item.path)) : undefined;
  });
}

function dataOf(plain: ReturnType<typeof plainOrProblem>): string | undefined {
  return plain instanceof PlainProblem ? undefined : JSON.stringify(plain.value);
}

describe("where lines find the items of a ResourceList, a parse of the whole text finds the same", () => {
  test.each([
    ["of soups", soups.map((text) => HEAD + text)],
    ["of soups as items", fc.array(soups).map((texts) => `${HEAD}${texts.map(asItems).join("\n")}\n`)],
    ["of mutated streams", mutatedStreams],
  ])("%s", (_, texts) => {
    check(texts, (text) => {
      const items = itemsOf(text);
      const whole = items.length === 0 ? undefined : elementsByParse(text);
      if (whole !== undefined) expect(elementsByLines(items)).toEqual(whole);
    });
  });
});
