import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Mention } from "../../src/base/manifest.ts";
import { HEAD, openDocuments, openFiles, openText } from "./open.ts";

// Words that are parts of each other, that end where an item ends, and escapes that spell one, join its parts, or do neither.
const word = fc.constantFrom(
  "one",
  "on",
  "one-two",
  "end",
  "x\n- kind",
  '"\\x6fne"',
  '"\\u006fne"',
  '"\\u003cb"',
  '"o\\\n    ne"',
  '"o\\\r\n    ne"',
  '"o \\\n    --ne"',
  "!!binary b25l",
  "other",
);

const items = fc
  .record({ kind: fc.constantFrom("Service", "Pod", "Secret"), words: fc.array(word, { maxLength: 2 }) })
  .map(({ kind, words }) => ({
    kind,
    text: `- kind: ${kind}\n${words.map((each, at) => `  k${at}: ${each.includes("\n-") ? "x" : each}\n`).join("")}`,
  }));

const mention = fc.oneof(
  fc.constantFrom<Mention>("one", "- kind: Pod", "end", "x\n- kind", "one-two\n", "nowhere"),
  fc.constantFrom<Mention>({ all: ["one", "end"] }, { all: ["kind"], like: /other/ }, { all: ["end"], like: /one/ }),
);

test("an item is read if it is of a kind and holds what is mentioned, however many others there are", () => {
  const some = fc.array(items, { maxLength: 30 });
  const kinds: fc.Arbitrary<string[]> = fc.constantFrom(
    ["Secret"],
    ["Pod", "Service"],
    ["Service", "Pod", "Service"],
    ["ConfigMap"],
  );
  fc.assert(
    fc.property(some, fc.nat({ max: 40 }), kinds, fc.option(fc.array(mention)), (chosen, others, wanted, mentions) => {
      const filler = Array.from({ length: others }, () => ({ kind: "Filler", text: "- kind: Filler\n  a: one\n" }));
      const all = chosen.flatMap((each, at) => [each, ...(at % 2 === 0 ? filler.slice(0, 20) : filler.slice(20))]);
      // Each has a number, by which it is known again.
      const texts = all.map(({ text }, at) => `${text}  at: ${at}\n`);
      const stream = openText(HEAD + texts.join(""));
      const expected = all.flatMap(({ kind }, position) => {
        const text = texts[position] ?? "";
        const isHeld = mentions?.some((each) => {
          const { all: parts, like } = typeof each === "string" ? { all: [each], like: undefined } : each;
          return parts.every((part) => text.includes(part)) && (like?.test(text) ?? true);
        });
        const isHidden = /\\(?:x6f|u006f)|"o\\|!!binary/.test(text);
        return wanted.includes(kind) && (mentions === null || isHeld || isHidden) ? [position] : [];
      });
      const { manifests, findings } = stream.select(wanted, mentions ?? undefined);
      const unread = findings.map(({ position }) => (position?.line ?? 0) - 1);
      const lineOf = (position: number): number => (HEAD + texts.slice(0, position).join("")).split("\n").length - 1;
      const found = [...manifests.map(({ object }) => object["at"]), ...unread.flatMap((line) => itemAt(line))];
      function itemAt(line: number): number[] {
        return expected.filter((position) => lineOf(position) <= line && line < lineOf(position + 1));
      }
      expect(found.toSorted((a, b) => Number(a) - Number(b))).toEqual(expected);
    }),
    { numRuns: 400 },
  );
});

describe("a word is found however it is spelled", () => {
  test.each([
    ["in plain text", "name: the-one\n"],
    ["in quotes", "name: 'the-one'\n"],
    ["in braces", "metadata: {name: the-one}\n"],
    ["with an escape of two digits", 'name: "the\\x2done"\n'],
    ["with an escape of four digits", 'name: "th\\u0065-one"\n'],
    ["with an escape of eight digits", 'name: "the-on\\U00000065"\n'],
    ["with an escaped slash beside it", 'name: "the-one\\/"\n'],
    ["over the end of a line", 'name: "the-\\\n  one"\n'],
    ["over the end of a Windows line", 'name: "the-\\\r\n    one"\r\n'],
    ["in base64", "name: !!binary dGhlLW9uZQ==\n"],
    ["by an alias", "x: &x the-one\nname: *x\n"],
  ])("%s", (_, text) => {
    const others = Array.from({ length: 20 }, (_each, at) => `kind: Secret\nname: other-${at}\n`);
    const all = [...others.slice(10), `kind: Secret\n${text}`, ...others.slice(0, 10)];
    const stream = openDocuments(all.join("---\n"));
    const { manifests, findings } = stream.select(["Secret"], ["the-one"]);
    expect(manifests.length + findings.length).toBe(1);
    expect(stream.effort).toEqual({ items: 21, parsed: 1 });
  });

  test("an escape that spells no name does not make an item be read", () => {
    const stream = openText(`${HEAD}- kind: Secret\n  a: "\\u003cb\\n\\"c\\u0026"\n- kind: Secret\n  a: the-one\n`);
    expect(stream.select(["Secret"], ["the-one"]).manifests).toHaveLength(1);
    expect(stream.effort.parsed).toBe(1);
  });

  test("in each of several files, and of any kind", () => {
    const stream = openFiles({
      "a.yaml": "kind: A\nx: the-one\n---\nkind: A\n",
      "b.yaml": "kind: B\n---\nkind: B\nx: the-one\n",
      "c.yaml": "kind: C\nx: the-one",
    });
    expect(stream.mentioning("the-one").manifests.map(({ ref }) => ref.kind)).toEqual(["A", "B", "C"]);
    expect(stream.effort).toEqual({ items: 5, parsed: 3 });
  });

  test("more than a few words are not looked for one by one", () => {
    const stream = openText(`${HEAD}- kind: A\n  x: b\n- kind: A\n`);
    const words = Array.from({ length: 17 }, (_, at) => `word-${at}`);
    expect(stream.select(["A"], words).manifests).toHaveLength(2);
    expect(stream.select(["A"], words.slice(1)).manifests).toEqual([]);
    expect(stream.select(["A"], []).manifests).toEqual([]);
  });
});

describe("bystanders are not parsed", () => {
  const bystanders = [
    'kind: B\na: "\\q"\n',
    "kind: C\na: b\na: c\n",
    "kind: D\na: *b\n",
    "kind: E\na:\n    b: c\n  d: e\n",
  ];

  test("what nobody asks for may be broken", () => {
    for (const stream of [
      openDocuments(["kind: A\n", ...bystanders, "kind: A\n"].join("---\n")),
      openFiles(Object.fromEntries(["kind: A\n", ...bystanders, "kind: A"].map((text, at) => [`${at}.yaml`, text]))),
    ]) {
      expect(stream.select(["A"])).toMatchObject({ manifests: [{}, {}], findings: [] });
      expect(stream.findings).toEqual([]);
      expect(stream.effort).toEqual({ items: 6, parsed: 2 });
    }
  });

  test("what somebody asks for is an error with its place, for everybody who asks", () => {
    const stream = openFiles({ "a.yaml": "kind: A\n", "b.yaml": `# c\n---\n${bystanders[0]}` });
    const broken = { severity: "error", position: { line: 4, column: 5 }, file: { path: "b.yaml" } };
    expect(stream.select(["A", "B"])).toMatchObject({ manifests: [{}], findings: [broken] });
    expect(stream.select(["B"])).toMatchObject({ manifests: [], findings: [broken] });
    expect(stream.effort.parsed).toBe(2);
  });

  test("a manifest is the same one whenever it is asked for, and is parsed once", () => {
    const stream = openText(`${HEAD}- kind: A\n- kind: B\n- kind: A\n`);
    const { manifests } = stream.select(["A"]);
    expect(stream.select(["B", "A"]).manifests[0]).toBe(manifests[0]);
    expect(stream.select(["A", "A"]).manifests).toEqual(manifests);
    expect(stream.mentioning("kind").manifests.map(({ ref }) => ref.kind)).toEqual(["A", "B", "A"]);
    expect(stream.effort.parsed).toBe(3);
  });

  test("kinds come in the order of the stream, and so do the manifests of several", () => {
    const stream = openText(`${HEAD}- kind: B\n- kind: A\n- a: b\n- kind: B\n`);
    expect(stream.kinds).toEqual(["B", "A", ""]);
    expect(stream.select(["A", "B"]).manifests.map(({ ref }) => ref.kind)).toEqual(["B", "A", "B"]);
    expect(stream.inOrder(stream.select(["A", "B"]).manifests.toReversed()).map(({ ref }) => ref.kind)).toEqual([
      "B",
      "A",
      "B",
    ]);
  });
});

// Go programs read on after them as on another line; YAML 1.2 and most people who look at the text do not.
describe("line breaks of YAML 1.1 and byte-order marks", () => {
  test.each([
    ["NEL", "\u0085"],
    ["LS", "\u2028"],
    ["PS", "\u2029"],
    ["CR", "\r"],
    ["a byte-order mark", "\ufeff"],
  ])("%s in an item is an error for whoever asks for its kind", (_, odd) => {
    const text = `kind: A\nx: "a${odd}b"\n`;
    const item = `- ${text.trimEnd().replace("\n", "\n  ")}\n`;
    for (const stream of [openDocuments(`kind: B\n---\n${text}`), openText(`${HEAD}- kind: B\n${item}`)]) {
      expect(stream.findings).toEqual([]);
      expect(stream.kinds).toEqual(["B", "A"]);
      expect(stream.select(["B"]).findings).toEqual([]);
      expect(stream.select(["A"])).toMatchObject({ manifests: [], findings: [{ severity: "error" }] });
    }
  });

  test.each([
    ["NEL", "\u0085"],
    ["LS", "\u2028"],
    ["PS", "\u2029"],
    ["CR", "\r"],
  ])("%s before a key is read as the line break that it is to Go", (_, odd) => {
    const stream = openDocuments(`a: b # c${odd}kind: A\n---\nkind: B\n`);
    expect(stream.kinds).toEqual(["A", "B"]);
    expect(stream.select(["A"]).findings).toMatchObject([{ severity: "error", position: { line: 1, column: 9 } }]);
  });

  test("where not even the kind can be told that is an error for everybody", () => {
    const { findings, kinds } = openDocuments("kind: A\u2028kind: B\n---\nkind: C\n");
    expect(findings).toMatchObject([{ severity: "error", position: { line: 1, column: 8 } }]);
    expect(kinds).toEqual(["", "C"]);
  });

  test("the other half of a Windows line break is none", () => {
    const stream = openDocuments("kind: A\r\nx: b\r\n");
    expect(stream.select(["A"])).toMatchObject({ manifests: [{ object: { x: "b" } }], findings: [] });
  });
});

describe("a key that stands twice", () => {
  const twice = "apiVersion: v1\nkind: A\nmetadata:\n  name: a\n  labels: {b: c, b: d}\n";

  test("is a problem of its manifest, with its place, and of nobody else", () => {
    for (const [stream, line, column] of [
      [openDocuments(`kind: B\n---\n${twice}`), 7, 18],
      [openText(`${HEAD}- kind: B\n- ${twice.trimEnd().replaceAll("\n", "\n  ")}\n`), 9, 20],
    ] as const) {
      const { manifests, findings } = stream.select(["A"]);
      expect([findings, stream.findings]).toEqual([[], []]);
      expect(manifests[0]?.object["metadata"]).toMatchObject({ labels: { b: "d" } });
      expect(manifests[0]?.repeatedKey).toMatchObject({
        severity: "error",
        position: { line, column },
        resource: { kind: "A", name: "a" },
      });
    }
  });

  test.each([
    "kind: A\nkind: B\n",
    "kind: A\n'kind': A\n",
    "&k kind: A\n*k : B\n",
    "items: []\nkind: A\nitems: [{kind: B}]\n",
  ])("is a problem for everybody where the kind depends on it: %j", (text) => {
    expect(openDocuments(`kind: B\n---\n${text}`).findings).toMatchObject([{ severity: "error" }]);
  });
});
