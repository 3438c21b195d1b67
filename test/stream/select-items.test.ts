import * as fc from "fast-check";
import { expect, test } from "vitest";
import { findSpans } from "../../src/stream/find-spans.ts";
import { selectItems } from "../../src/stream/select-items.ts";
import type { Mention } from "../../src/base/manifest.ts";

const head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n";

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
  "other",
);

const item = fc
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
  const counts = fc.array(item, { maxLength: 30 });
  const kinds: fc.Arbitrary<string[]> = fc.constantFrom(
    ["Secret"],
    ["Pod", "Service"],
    ["Service", "Pod", "Service"],
    ["ConfigMap"],
  );
  fc.assert(
    fc.property(counts, fc.nat({ max: 40 }), kinds, fc.option(fc.array(mention)), (items, others, wanted, mentions) => {
      const filler = Array.from({ length: others }, () => ({ kind: "Filler", text: "- kind: Filler\n  a: one\n" }));
      const all = items.flatMap((each, at) => [each, ...(at % 2 === 0 ? filler.slice(0, 20) : filler.slice(20))]);
      const stream = findSpans(Buffer.from(head + all.map(({ text }) => text).join("")));
      if (stream === undefined) throw new Error("the stream is laid out as hosts write it");
      const expected = all.flatMap(({ kind, text }, position) => {
        const isHeld = mentions?.some((each) => {
          const { all: parts, like } = typeof each === "string" ? { all: [each], like: undefined } : each;
          return parts.every((part) => text.includes(part)) && (like?.test(text) ?? true);
        });
        const isEscaped = /\\(?:x6f|u006f)|"o\\/.test(text);
        return wanted.includes(kind) && (mentions === null || isHeld || isEscaped) ? [position] : [];
      });
      const { found } = selectItems(stream, wanted, mentions ?? undefined);
      expect(found.map((each) => stream.items.indexOf(each.item))).toEqual(expected);
    }),
    { numRuns: 400 },
  );
});
