import { describe, expect, test } from "vitest";
import { formatTable, wrap } from "../../src/explain/table.ts";

const ROWS = [
  ["FLOW", "TO", "TLS"],
  ["export: MetricPipeline/backend", "http://collector.observability.svc.cluster.local:4317", "sidecar (mTLS)"],
  ["scrape", "kubelet", "agent"],
];

/** All letters, in an order of their own: cells go on in the next line. */
function lettersOf(texts: readonly string[]): string[] {
  return texts.join("").replaceAll(/\s/g, "").split("").toSorted();
}

describe("a table", () => {
  test("is as wide as it is where nobody says how wide it may be", () => {
    expect(formatTable(ROWS)).toEqual([
      "FLOW                            TO                                                     TLS",
      "export: MetricPipeline/backend  http://collector.observability.svc.cluster.local:4317  sidecar (mTLS)",
      "scrape                          kubelet                                                agent",
    ]);
  });

  test.each([120, 100, 80, 60, 40])("fits %d columns, and says everything", (width) => {
    const lines = formatTable(ROWS, width);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lettersOf(lines)).toEqual(lettersOf(ROWS.flat()));
  });

  test("parts cells after a mark of a URL", () => {
    expect(formatTable(ROWS, 60).slice(1, 4)).toEqual([
      "export:                http://collector.      sidecar (mTLS)",
      "MetricPipeline/        observability.svc.",
      "backend                cluster.local:4317",
    ]);
  });

  test("colours pieces, and not the room between them", () => {
    const [head] = formatTable(ROWS, 80, (piece, row) => (row === 0 ? `<${piece}>` : piece));
    expect(head).toMatch(/^<FLOW> +<TO> +<TLS>$/);
  });
});

test.each<[string, number, string[]]>([
  ["", 5, [""]],
  ["abc", 3, ["abc"]],
  ["abc def", 3, ["abc", "def"]],
  ["abcdefgh", 3, ["abc", "def", "gh"]],
  ["a b c d", 4, ["a b", "c d"]],
])("%j in %d columns", (text, width, pieces) => {
  expect(wrap(text, width)).toEqual(pieces);
});
