import { array, assert, constantFrom, property } from "fast-check";
import { expect, test } from "vitest";
import { lineChanges } from "../../src/check/line-changes.ts";

const lines = array(constantFrom("a\n", "b\n", "c\n", "d\n"), { maxLength: 30 });

test("the changes, carried out, make the new text of the old one", () => {
  assert(
    property(lines, lines, (before, after) => {
      const made: string[] = [];
      let at = 0;
      for (const { from, to, newFrom, newTo } of lineChanges(before, after)) {
        expect(from).toBeGreaterThanOrEqual(at);
        made.push(...before.slice(at, from), ...after.slice(newFrom, newTo));
        expect(made).toHaveLength(newTo);
        at = to;
      }
      expect([...made, ...before.slice(at)]).toEqual(after);
    }),
  );
});

test("no line is taken out and put in that could have stayed", () => {
  assert(
    property(lines, lines, (before, after) => {
      const changed = lineChanges(before, after).map(({ from, to, newFrom, newTo }) => to - from + newTo - newFrom);
      const touched = changed.reduce((sum, count) => sum + count, 0);
      expect(touched).toBe(before.length + after.length - 2 * longestCommon(before, after));
    }),
  );
});

/** The length of the longest common subsequence, by the table that every textbook has. */
function longestCommon(before: readonly string[], after: readonly string[]): number {
  let row = Array.from({ length: after.length + 1 }, () => 0);
  for (const line of before) {
    const next = [0];
    for (const [position, other] of after.entries()) {
      const longest = Math.max(row[position + 1] ?? 0, next[position] ?? 0);
      next.push(line === other ? (row[position] ?? 0) + 1 : longest);
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

test("texts of many thousand lines with few changes take no time to speak of", () => {
  const before = Array.from({ length: 100_000 }, (_, position) => `${position}\n`);
  const after = before.with(10, "x\n").toSpliced(90_000, 0, "y\n");
  expect(lineChanges(before, after)).toEqual([
    { from: 10, to: 11, newFrom: 10, newTo: 11 },
    { from: 90_000, to: 90_000, newFrom: 90_000, newTo: 90_001 },
  ]);
});
