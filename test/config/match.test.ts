import { deepStrictEqual } from "node:assert";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { match, type Issue } from "../../src/config/match.ts";
import { interceptBackends as schema } from "../../src/config/schema.ts";
import { shapeOf } from "../../src/config/shape-of.ts";
import type { Shape } from "../../src/config/shape.ts";
import { interceptBackends as table } from "../../src/config/table.ts";
import { designExample } from "./manifests.ts";

const runs = Number(process.env["PROPERTY_RUNS"] ?? 1500);

/** Texts at both sides of every border that the schema draws. */
const text = fc.oneof(
  fc.constantFrom("agent", "a.b", "Upper", "-a", "a_b", "", "1", "true", "a b", "istio-certs", "kyma-system", "é"),
  fc.constantFrom("a".repeat(63), "a".repeat(64), "a".repeat(253), "a".repeat(254), `${"a".repeat(253)}/b`, "x\n"),
  fc.constantFrom("/etc/certs", "/", "//a", "/a/../b", "/a/..", "/a..", "/a:b", "a/b", "/a\u0001", "/a\nb", "/a/"),
  fc.constantFrom("10.0.0.0/8", "10.0.0.0/33", "10.0.0.0", "010.0.0.0/8", "*", "256.0.0.0/8", "10.0.0.0/08"),
  fc.constantFrom(
    "::/0",
    "::1/128",
    "::1/129",
    "::/1.5",
    "::/+1",
    "::/",
    "::/1/2",
    "fe80::1%eth0/64",
    "[::]/1",
    "g::/1",
  ),
  fc.constantFrom(
    "::ffff:1.2.3.4/96",
    "1:2:3:4:5:6:7:8/64",
    "1:2:3:4:5:6:7:8:9/64",
    "::1::/64",
    "FE80::/10",
    "::1@b/1",
  ),
  fc.constantFrom("app.kubernetes.io/name", "/name", "a/", "constructor", "__proto__", "toString"),
  fc.ipV6().map((address) => `${address}/64`),
  fc.ipV4().map((address) => `${address}/24`),
  fc.string({ maxLength: 8 }),
);

const number = fc.constantFrom(1, 65535, 0, 65536, -1, -0, 4317, 1.5, 1e21, 2 ** 53, -(2 ** 53), NaN, Infinity);

/** Whatever YAML can hold, and what only JavaScript can. */
const junk = fc.oneof(
  text,
  number,
  fc.constantFrom<unknown>(null, true, false, [], {}, [1], ["a"], [[]], { matchLabels: {} }, { name: "a" }),
  fc.constantFrom<unknown>(JSON.parse('{"__proto__": 1}'), JSON.parse('{"__proto__": 1, "a": "b"}')),
);

/** Mostly values that fit a shape. */
function near(shape: Shape): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 24, arbitrary: fitting(shape) }, { weight: 1, arbitrary: junk });
}

function fitting(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.type) {
    case "object": {
      const fields = Object.entries(shape.fields).map(([key, field]) => [key, near(field.shape)] as const);
      const needed = Object.entries(shape.fields).filter(([, { absence }]) => absence === "error");
      const known = fc.record(Object.fromEntries(fields), { requiredKeys: needed.map(([key]) => key) });
      const stranger = fc.tuple(fc.oneof(text, fc.constantFrom("nmae", "spec", "agent")), junk);
      const missing = fc.constantFrom(...Object.keys(shape.fields));
      return fc.oneof(
        { weight: 24, arbitrary: known },
        { weight: 1, arbitrary: fc.tuple(known, stranger).map(([map, extra]) => withEntry(map, extra)) },
        { weight: 1, arbitrary: fc.tuple(known, missing).map(([map, key]) => without(map, key)) },
      );
    }
    case "array":
      return fc.array(near(shape.element), { maxLength: 3 });
    case "record":
      return fc.oneof(
        fc.constant(shape.example),
        fc.array(fc.tuple(text, near(shape.value)), { maxLength: 3 }).map((entries) => entries.reduce(withEntry, {})),
      );
    case "string":
      return fc.oneof({ weight: 3, arbitrary: fc.constant(shape.example ?? "a") }, { weight: 1, arbitrary: text });
    case "number":
      return fc.oneof({ weight: 9, arbitrary: fc.integer({ min: shape.least, max: shape.most }) }, number);
    case "enum":
      return fc.constantFrom(...shape.values);
    case "boolean":
      return fc.boolean();
    case "literal":
      return fc.constant(shape.value);
    case "union":
      return fc.oneof({ weight: 3, arbitrary: fc.constant(shape.example) }, { weight: 1, arbitrary: text });
  }
}

/** As a parser puts keys in: `__proto__` is one like any other. */
function withEntry(map: object, [key, value]: readonly [string, unknown]): object {
  return Object.defineProperty({ ...map }, key, { value, enumerable: true, configurable: true, writable: true });
}

function without(map: object, unwanted: string): object {
  return Object.fromEntries(Object.entries(map).filter(([key]) => key !== unwanted));
}

/** Where and of which kind a fault is; of several at one value the first. */
function issuesByZod(value: unknown): Issue[] {
  const found = z.safeParse(schema, value).error?.issues ?? [];
  const issues = found.map((issue): Issue => {
    if (issue.code === "unrecognized_keys") return { code: issue.code, path: issue.path, keys: issue.keys };
    return { code: issue.code === "invalid_key" ? issue.code : "invalid_value", path: issue.path };
  });
  return [...new Map(issues.map((issue) => [JSON.stringify(issue), issue])).values()];
}

describe("the table of the schema", () => {
  it("is what the schema says", () => {
    expect(table).toEqual(shapeOf(schema));
  });

  it("has the same faults as zod, in the same order, and the same settings where there are none", () => {
    let accepted = 0;
    fc.assert(
      fc.property(near(table), (config) => {
        const byZod = z.safeParse(schema, config);
        const { value, issues } = match(table, config);
        expect(issues).toEqual(issuesByZod(config));
        if (!byZod.success) return;
        accepted++;
        // Not by toStrictEqual, which takes a key `constructor` for the class.
        deepStrictEqual(value, byZod.data);
      }),
      { numRuns: runs },
    );
    // A generator of faulty configs alone would prove half of it.
    expect(accepted).toBeGreaterThan(runs / 20);
    expect(accepted).toBeLessThan(runs * 0.9);
  });

  it("leaves what it is given as it was, and gives each caller lists of its own", () => {
    const config = structuredClone(designExample);
    match(table, config);
    expect(config).toEqual(designExample);
    const [one, other] = [1, 2].map(() => match(table, { ...designExample, spec: {} }).value as Settings);
    one?.spec.ports.additional.push(1);
    expect(other?.spec.ports.additional).toEqual([]);
  });

  it.each([
    ["a number without limits", z.int()],
    ["a number that need not be whole", z.number().check(z.gte(1), z.lte(2))],
    ["a least length", z.string().check(z.minLength(1))],
    ["a pattern with flags", z.string().check(z.regex(/a/i))],
    ["a map that drops keys", z.object({})],
    ["labels that may be missing", z.record(z.string(), z.string())],
    ["a date", z.date()],
  ])("cannot be made of %s, which it has no word for", (_, unknown) => {
    expect(() => shapeOf(unknown)).toThrow(/no word|has to|must/);
  });
});

interface Settings {
  spec: { ports: { additional: number[] } };
}
