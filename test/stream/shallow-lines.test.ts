import * as fc from "fast-check";
import { expect, test } from "vitest";
import { findSpans } from "../../src/stream/find-spans.ts";
import { byLines, byVectors } from "../../src/stream/shallow-lines.ts";
import type { NextShallow } from "../../src/stream/shallow-lines.ts";

/** The size of the blocks that the compiled search goes by. */
const BLOCK = 128 * 1024;

/** All lines that a search finds. */
function all(next: NextShallow, length: number): number[] {
  const found: number[] = [];
  for (let at = next(0); at < length; at = next(at)) found.push(at);
  return found;
}

function foundByVectors(bytes: Uint8Array, columns: number): number[] {
  const vectors = byVectors(bytes, columns);
  if (vectors === undefined) throw new Error("this machine has no WebAssembly with vectors, so nothing is compared");
  return all(vectors, bytes.length);
}

function foundByLines(bytes: Uint8Array, columns: number): number[] {
  return all(byLines(bytes, columns), bytes.length);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function sizeOf({ start, end }: { start: number; end: number }): number {
  return end - start;
}

const line = fc.tuple(fc.nat(6), fc.constantFrom("", "-", "- a", "a: b", "\r", "\t", "0123456789abcdef", "é"));
const lines = fc.array(line.map(([spaces, rest]) => `${" ".repeat(spaces)}${rest}\n`));

test("both searches find the same lines", () => {
  fc.assert(
    fc.property(lines, fc.nat(20), fc.integer({ min: 1, max: 5 }), (texts, cut, columns) => {
      const text = Buffer.from(texts.join(""));
      const bytes = text.subarray(0, Math.max(0, text.length - cut));
      expect(foundByVectors(bytes, columns)).toEqual(foundByLines(bytes, columns));
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test.each([1, 3, 17, 1000])("both find the same lines around the edges of blocks, %i columns", (columns) => {
  for (const shift of [...range(-columns - 18, -columns + 2), ...range(-18, 18)]) {
    const bytes = Buffer.alloc(BLOCK + 2 * columns + 100, " ");
    const at = BLOCK + shift;
    bytes.write("\nx", at);
    if (at + 1 + columns < bytes.length) bytes.write("\n", at + columns + 1);
    expect(foundByVectors(bytes, columns)).toEqual(foundByLines(bytes, columns));
  }
});

test("a stream of more than four megabytes has the same items as its part", () => {
  const items = [
    "- apiVersion: v1\n  kind: ConfigMap\n  data:\n    a: |\n\n      - kind: Secret\n      # text\n",
    "# a comment\n- kind: Service\n  spec: {}\n",
    "- apiVersion: v1\n  kind: ConfigMap\n",
    "\n- metadata:\n    name: a\n  kind: Pod\n",
    "- apiVersion: v1\n",
  ].map((item) => item.replaceAll(/^(?=.)/gm, "  "));
  const head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n";
  const tail = "functionConfig:\n  kind: ConfigMap\n";
  const times = Math.ceil(5_000_000 / Buffer.byteLength(items.join("")));
  const once = findSpans(Buffer.from(head + items.join("") + tail));
  const many = findSpans(Buffer.from(head + items.join("").repeat(times) + tail));
  const repeated = Array.from({ length: times }, () => once?.items ?? []).flat();
  expect(many?.items.map(({ kind }) => kind)).toEqual(repeated.map(({ kind }) => kind));
  expect(many?.items.map(sizeOf)).toEqual(repeated.map(sizeOf));
  expect(many?.functionConfig).toBeDefined();
});
