import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isSame } from "../../src/base/record.ts";

/** Maps as the readers make them: they inherit from Object, as a map of fast-check need not. */
const plain = fc.jsonValue().map((value) => structuredClone(value));
const small = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constantFrom<unknown>(0, -0, null, "", [], {}, [0]), {
  noNullPrototype: true,
});

/** Two values that are often the same, or the same but for the order of their keys or a key less. */
const pair = fc.oneof(
  fc.tuple(plain, plain),
  plain.map((value) => [value, structuredClone(value)] as const),
  small.chain((map) => fc.tuple(fc.constant(map), fc.shuffledSubarray(Object.entries(map)).map(Object.fromEntries))),
  fc.tuple(small, small),
);

test("two values of plain data are the same where Node says so", () => {
  fc.assert(
    fc.property(pair, ([one, other]) => {
      expect(isSame(one, other)).toBe(isDeepStrictEqual(one, other));
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test.each([
  [Number.NaN, Number.NaN],
  [0, -0],
  [[], {}],
  [null, {}],
  [{ a: undefined }, {}],
  [{ a: undefined }, { b: undefined }],
  [JSON.parse('{"__proto__": 1}'), {}],
  [JSON.parse('{"__proto__": {}}'), JSON.parse('{"__proto__": {}}')],
])("%j and %j", (one, other) => {
  expect(isSame(one, other)).toBe(isDeepStrictEqual(one, other));
});
