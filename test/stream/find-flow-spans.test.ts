import { describe, expect, test } from "vitest";
import { findFlowSpans } from "../../src/stream/find-flow-spans.ts";
import { isStream, readStream } from "../../src/stream/read-stream.ts";
import { selectItems } from "../../src/stream/select-items.ts";
import type { Part, Stream } from "../../src/stream/stream.ts";

const HEAD = '"apiVersion":"config.kubernetes.io/v1","kind":"ResourceList"';

const find = (text: string): Stream | undefined => findFlowSpans(Buffer.from(text));

const list = (...items: string[]): string => `{${HEAD},"items":[${items.join(",")}]}`;

/** What stands at a part. */
function textAt({ bytes }: Stream, part: Part | undefined): string | undefined {
  return part && Buffer.from(bytes).toString("utf8", part.start, part.end);
}

describe("the parts of a ResourceList in flow style", () => {
  test("are its regions, wherever they stand", () => {
    const text = `\ufeff\r\n {"functionConfig" : {"a":"}é"},\t"results":[ {"message":"]"} ],${HEAD},"items":[ {"kind":"A"},\n1 , [{}] ],"other":-1.5e+3} \n`;
    const stream = find(text);
    expect(stream).toMatchObject({ way: "brackets", parses: 0 });
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
    ["on one line", list(), "]", ', "results": ["x"]}'],
    ["over lines", '{\n  "kind": "ResourceList",\n  "items": []\n}', "]", ',\n  "results": ["x"]\n}'],
    [
      "over lines that Windows ends",
      '{\r\n\t"items": [],\r\n\t"kind": "L"\r\n}\r\n',
      '"L"',
      ',\r\n\t"results": ["x"]\r\n}\r\n',
    ],
    ["a last member beside another", '{\n  "kind": "ResourceList", "items": [] }', "]", ', "results": ["x"] }'],
    ["without quotes", "{kind: ResourceList, items: [] }", "]", ", results: [x] }"],
    ["behind a comma", "{kind: ResourceList, items: [], }", "]", ", results: [x], }"],
    ["behind a comma and a comment", "{kind: A,\n items: [ ], # é\n}", "# é", "\n results: [x],\n}"],
    ["before a comment", "{kind: A,\n items: [ ] # é\n}", "]", ",\n results: [x] # é\n}"],
  ])("results go behind the last member: %s", (_, text, before, behind) => {
    const stream = find(text);
    const place = typeof stream?.resultsAt === "object" ? stream.resultsAt : undefined;
    const { style = "flow", before: first, after } = place?.member ?? {};
    const added = `${first}${style === "json" ? '"results": ["x"]' : "results: [x]"}${after}`;
    const bytes = Buffer.from(text);
    const written = `${bytes.toString("utf8", 0, place?.offset)}${added}${bytes.toString("utf8", place?.offset)}`;
    expect(written).toBe(text.slice(0, text.lastIndexOf(before) + before.length) + behind);
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
    ["without quotes", "{ a: {kind: B}, kind: DaemonSet }", "DaemonSet"],
    ["by a quoted key", "{'kind':'DaemonSet'}", "DaemonSet"],
    ["not from what only starts like the key", "{kind:x: A, kind y: B, 'kind ': C}", ""],
    ["not from a word that is no string", "{kind: null}", undefined],
    ["not from a text that is no word", "{kind: 'it''s'}", undefined],
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

describe("flow style that JSON is not", () => {
  const item = (value: string): string => list(`{"a":${value}}`);
  test.each([
    ["a comment before", `# c\n${list()}`],
    ["a comment behind a byte-order mark", `\ufeff# {c}\n${list()}`],
    ["a comment within", list().replace(",", ", # ]\n")],
    ["a comment behind", `${list()} # c`],
    ["keys without quotes", "{kind: ResourceList, 'items' : [{a b : c}]}"],
    ["values without quotes", item("http://x:1/#y-{}".slice(0, -2))],
    ["values that start with a dash", item("--x")],
    ["values in single quotes", item("'it''s \\ [ # '")],
    ["values that are not ASCII", item("é\u00a0🚀")],
    ["commas behind the last one", `{${HEAD},"items":[{"a":1,},[1,],],}`],
    ["a bracket right behind a colon", list("{a:[b]}")],
    ["escapes", item('"\\x41\\_"')],
  ])("is read: %s", (_, text) => {
    expect(find(text)?.way).toBe("brackets");
  });
});

describe("what is left to the full parse", () => {
  const item = (value: string): string => list(`{"a":${value}}`);
  test.each([
    ["nothing", ""],
    ["no object", `[${list()}]`],
    ["a document start", `---\n${list()}`],
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
    ["an anchor", item("&a 1")],
    ["an alias", item("*a")],
    ["a tag", item("!!str 1")],
    ["a number that is none", item("-")],
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
    ["a comment without a blank before", list().replace(",", ",#c\n")],
    ["a key without a colon's blank", list("{a:1}")],
    ["a key without a value that is there", list("{a: }")],
    ["a key on another line than its colon", list("{a\n: b}")],
    ["a pair without braces", list("a: b")],
    ["a pair without braces behind quotes", list('"a": b')],
    ["words on two lines", item("a\n  b")],
    ["words with a tab", item("a\tb")],
    ["two quoted values without a comma", item("'a' 'b'")],
    ["a comma too many", list("{},,{}")],
    ["a comma first", list(",{}")],
    ["a merge key", list("{<<: {kind: A}}")],
    ["a value that starts with a byte-order mark", list("\ufeffa")],
    ["an explicit key", list("{? a : b}")],
    ["a line that begins a document", list("{}", "\n--- # c\n")],
    ["a line that ends a document", list("{}", "\n...\n")],
    ["an escape that YAML has not", item('"\\q"')],
    ["a function config that could begin a document", `{${HEAD},"items":[],"functionConfig":---}`],
    ["a root key that is no text", `{${HEAD},"items":[],1: a}`],
    ["a kind that is no text without quotes", "{kind: 1, items: []}"],
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
