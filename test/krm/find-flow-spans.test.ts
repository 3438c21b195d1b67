import { describe, expect, test } from "vitest";
import { findJsonSpans } from "../../src/krm/find-json-spans.ts";
import { isStream, readStream } from "../../src/krm/read-stream.ts";
import { selectItems } from "../../src/krm/select-items.ts";
import type { Part, Stream } from "../../src/krm/stream.ts";

const HEAD = '"apiVersion":"config.kubernetes.io/v1","kind":"ResourceList"';

const find = (text: string): Stream | undefined => findJsonSpans(Buffer.from(text));

const list = (...items: string[]): string => `{${HEAD},"items":[${items.join(",")}]}`;

/** What stands at a part. */
function textAt({ bytes }: Stream, part: Part | undefined): string | undefined {
  return part && Buffer.from(bytes).toString("utf8", part.start, part.end);
}

describe("the parts of a ResourceList in JSON", () => {
  test("are its regions, wherever they stand", () => {
    const text = `\ufeff\r\n {"functionConfig" : {"a":"}é"},\t"results":[ {"message":"]"} ],${HEAD},"items":[ {"kind":"A"},\n1 , [{}] ],"other":-1.5e+3} \n`;
    const stream = find(text);
    expect(stream).toMatchObject({ way: "JSON", parses: 0 });
    expect(stream && textAt(stream, stream.functionConfig)).toBe('{"a":"}é"}');
    expect(stream && textAt(stream, stream.results)).toBe('[ {"message":"]"} ]');
    expect(stream?.items.map((item) => textAt(stream, item))).toEqual(['{"kind":"A"}', "1", "[{}]"]);
    expect(stream?.items.map(({ path }) => path)).toEqual([[], [], []]);
    expect([...(stream?.head ?? [])]).toEqual([
      ["apiVersion", "config.kubernetes.io/v1"],
      ["kind", "ResourceList"],
    ]);
  });

  test.each([
    ["on one line", list(), "]", ", "],
    ["over lines", '{\n  "kind": "ResourceList",\n  "items": []\n}', "]", ",\n  "],
    ["over lines that Windows ends", '{\r\n\t"items": [],\r\n\t"kind": "L"\r\n}\r\n', '"L"', ",\r\n\t"],
    ["a last member beside another", '{\n  "kind": "ResourceList", "items": [] }', "]", ", "],
  ])("results go behind the last member: %s", (_, text, before, separator) => {
    const stream = find(text);
    expect(stream?.resultsAt).toEqual({ offset: text.lastIndexOf(before) + before.length, separator });
  });

  test.each([
    ["where it says so", '{"kind":"DaemonSet"}', "DaemonSet"],
    ["not from a nested member", '{"a":{"kind":"A"},"b":"kind"}', ""],
    ["not from a longer key", '{"kinds":"A"}', ""],
    ["not from what is no string", '{"kind":{"kind":"A"}}', ""],
    ["not when the value has an escape", '{"kind":"\\u0041"}', undefined],
    ["not when a key has an escape", '{"\\u006bind":"A"}', undefined],
    ["but a key with an escape beside it", '{"\\u006b":"B","kind":"A"}', "A"],
    ["not for an empty object", "{ }", ""],
  ])("an item has its kind told %s", (_, item, kind) => {
    expect(find(list(item))?.items).toMatchObject([{ kind }]);
  });

  test("hold strings with quotes, brackets and escapes", () => {
    const item = String.raw`{"a":"\"}]\\","b\\":"{[","c":"\ud83d\ude00 \/ é"}`;
    expect(find(list(item, "{}"))?.items).toHaveLength(2);
  });

  test("a slash may be an escape, as PHP writes it", () => {
    expect(find(list().replace("/", "\\/"))?.head.get("apiVersion")).toBe("config.kubernetes.io/v1");
  });
});

describe("what is left to the full parse", () => {
  const item = (value: string): string => list(`{"a":${value}}`);
  test.each([
    ["nothing", ""],
    ["no object", `[${list()}]`],
    ["a document start", `---\n${list()}`],
    ["a comment before", `# c\n${list()}`],
    ["a comment within", list().replace(",", ", # c\n")],
    ["a comment behind", `${list()} # c`],
    ["a second value", list() + list()],
    ["a document end", `${list()}\n...\n`],
    ["no items", `{${HEAD}}`],
    ["items that are no list", `{${HEAD},"items":{}}`],
    ["items that are null", `{${HEAD},"items":null}`],
    ["no kind", '{"apiVersion":"v1","items":[]}'],
    ["a kind that is no string", '{"kind":1,"items":[]}'],
    ["a kind with an escape", '{"kind":"Resource\\u004cist","items":[]}'],
    ["a kind that is not ASCII", '{"kind":"é","items":[]}'],
    ["a root key twice", `{${HEAD},"items":[],"items":[]}`],
    ["a root key with an escape", `{${HEAD},"items":[],"\\u0069tems":[]}`],
    ["an unquoted key", `{kind: ResourceList, "items":[]}`],
    ["an unquoted key in an item", list("{a:1}")],
    ["an unquoted value", item("word")],
    ["more than a literal name", item("nullx")],
    ["a single-quoted value", item("'a'")],
    ["an anchor", item("&a 1")],
    ["an alias", item("*a")],
    ["a tag", item("!!str 1")],
    ["a number that is none", item("-")],
    ["two values without a comma", item("1 2")],
    ["a comma behind the last element", list("{}", "")],
    ["a comma behind the last member", item("1,")],
    ["a comma behind the last root member", `{${HEAD},"items":[],}`],
    ["a comma alone", item("[,]")],
    ["a key without a value", list('{"a"}')],
    ["a missing bracket", item("[")],
    ["a bracket too many", item("]")],
    ["a bracket of the other kind", item("[}")],
    ["an end before the closing brace", list().slice(0, -1)],
    ["an end within a string", '{"kind":"Resource'],
    ["an end within an escape", '{"kind":"Resource\\'],
    ["a line break in a string", item('"a\nb"')],
    ["a tab in a string", item('"a\tb"')],
    ["a NUL between values", item("\0 1")],
    ["a line break of CR alone", `${list()}\r`],
    ["a blank that JSON has not", item("\u00a01")],
    ["an escape that JSON has not", item('"\\x41"')],
    ["nesting without reason", item("[".repeat(1000) + "]".repeat(1000))],
  ])("%s", (_, text) => {
    expect(find(text)).toBeUndefined();
  });

  test("nesting that no stack would hold", () => {
    expect(find(item('{"a":['.repeat(1_000_000)))).toBeUndefined();
  });
});

describe("an item in JSON", () => {
  test("that cannot be read is told with its place in the whole input", () => {
    const text = `\ufeff{${HEAD},"items":[{"é🚀":1}, {"kind":"DaemonSet","a":1,"a":2}]}`;
    const stream = readStream(Buffer.from(text));
    const findings = isStream(stream) ? selectItems(stream, ["DaemonSet"]).findings : [];
    expect(findings).toMatchObject([{ position: { line: 1, column: text.lastIndexOf('"a"') } }]);
  });

  test("is found by a name that is written with an escape", () => {
    const items = [
      '{"kind":"Secret","metadata":{"name":"a\\u002db"}}',
      '{"kind":"Secret","metadata":{"name":"\\u003c"}}',
    ];
    const stream = find(list(...items));
    const found = stream && selectItems(stream, ["Secret"], ["a-b"]).found;
    expect(found?.map(({ manifest }) => manifest.ref.name)).toEqual(["a-b"]);
    expect(stream?.parses).toBe(1);
  });
});
