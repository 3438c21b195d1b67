import { expect, test } from "vitest";
import { readByPackage } from "../../src/yaml/package.ts";
import { isSource, parse, toPlain } from "../../src/yaml/parse.ts";
import { resolvePlain } from "../../src/yaml/resolve-plain.ts";

/** Scalars by what sigs.k8s.io/yaml makes of them, on go.yaml.in/yaml/v2 (resolve.go). */
const TABLE: [unknown, string][] = [
  [true, "true True TRUE yes Yes YES y Y on On ON"],
  [false, "false False FALSE no No NO n N off Off OFF"],
  [null, "~ null Null NULL"],
  // Other spellings are words.
  ["text", "tRUE yEs oN oFF nO nULL none truex yes. y- nn of"],
  [0, "0 00 +0 0x0 0b0 0_0 0e5 0.0 1e-999"],
  [1, "1 +1 01 1. 1.0 +1.0 1e0 0x1 0X1 0b1 0B1 0o1 0O1 1_ 100e-2 +0b1 0b+1"],
  [-1, "-1 -01 -1. -1e0 -0x1 -0b1 0b-1"],
  [256, "256 0400 0o400 0x100 0X_100 0b100000000 2_5_6 2__56 02.56e2 2.56E+2"],
  [-256, "-256 -0400 -0o400 -0x100 -0b100000000 -2_56"],
  [0.5, ".5 0.5 +.5 00.5 5e-1 .05e1 0.5_ 5_0e-2 .5_0"],
  [-0.5, "-.5 -0.5 -5e-1"],
  [2 ** 63, "9223372036854775807 0x7fffffffffffffff"],
  [2 ** 64, "18446744073709551615 0xffffffffffffffff 18446744073709551616"],
  [-(2 ** 63), "-9223372036854775808 -0x8000000000000000 -9223372036854775809"],
  [1e300, "1e300 1E300 1e+300"],
  [Infinity, ".inf .Inf .INF +.inf +.Inf +.INF"],
  [-Infinity, "-.inf -.Inf -.INF"],
  [Number.NaN, ".nan .NaN .NAN"],
  ["text", ".iNF .Nan -.nan +.nan inf Inf NaN nan infinity"],
  // Too large for an integer in another base, and for a float.
  ["text", "0x10000000000000000 -0x8000000000000001 1e999 -1e999"],
  // Neither base 60 nor dates, of which JSON has none, and nothing that only looks like a number.
  ["text", "1:30 190:20:30 1:30.5 2020-01-01 2020-1-1 2001-12-14t21:59:43.10-05:00 10.0.0.0/8 1.2.3 1,000 1-2"],
  ["text", "08.5.1 0x 0b 0o 0xg 0b2 0o8 1e 1e+ e3 .e3 . .. ... +. -. -.x +- --1 ++1 _1 ._5 .5_ 1a 0x1.8p1 -x +x"],
  // What is no octal number is a decimal one.
  [8, "08 8 008"],
  [789, "0789"],
  [2e21, "02000000000000000000000"],
];

const rows = TABLE.flatMap(([value, texts]) =>
  texts.split(" ").map((text): [string, unknown] => [text, value === "text" ? text : value]),
);

test.each(rows)("%s", (text, value) => {
  const found = resolvePlain(text);
  // JSON has no -0, and Go writes none for an integer.
  expect(found === 0 ? 0 : found).toEqual(value);
});

test("nothing at all is null", () => {
  expect(resolvePlain("")).toBeNull();
});

test("both readers resolve plain scalars so, and nothing in quotes", () => {
  const text = rows.map(([scalar]) => `- ${scalar}\n- '${scalar}'\n`).join("");
  for (const source of [parse(text), readByPackage(text)]) {
    expect(isSource(source) && toPlain(source)).toEqual(rows.flatMap(([scalar]) => [resolvePlain(scalar), scalar]));
  }
});
