import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toLine } from "../../src/krm/result.ts";
import { run } from "../../src/run.ts";
import { runProgram } from "../program.ts";
import { mutatedStreams, streams } from "./streams.ts";

// Each run is a process of its own.
const numRuns = Math.ceil(Number(process.env["PROPERTY_RUNS"] ?? 120) / 6);

/** What the program must write, say and exit with for a text, by its sources. */
function expected(bytes: Uint8Array): { stdout: string; stderr: string; status: number } {
  const { output, findings } = run(bytes);
  const told = findings.filter(({ severity }) => severity !== "info");
  return {
    stdout: Buffer.concat(output).toString("latin1"),
    stderr: told.map((finding) => `${toLine(finding, "standard input")}\n`).join(""),
    status: told.some(({ severity }) => severity === "error") ? 1 : 0,
  };
}

// What holds for every input is proven on the sources; this is what makes it hold for the Node file and the executable.
describe("the built program does what its sources do", () => {
  test.each([
    ["every stream", streams.map(({ text }) => text)],
    ["every mutated stream", mutatedStreams],
    ["every text", fc.oneof(fc.string(), fc.string({ unit: "binary" }))],
  ])("for %s", (_, texts: fc.Arbitrary<string>) => {
    fc.assert(
      fc.property(texts, (text) => {
        const bytes = Buffer.from(text);
        const { stdout, stderr, status } = runProgram([], bytes);
        expect({ stdout: stdout.toString("latin1"), stderr, status }).toEqual(expected(bytes));
      }),
      { numRuns },
    );
  });
});
