import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printable } from "../../src/base/printable.ts";
import { toLine } from "../../src/stream/result.ts";
import { run } from "../../src/rewrite/run.ts";
import { runProgram } from "../program.ts";
import { oneFile } from "../stream/open.ts";
import { flowStreams, mutatedFlow } from "./flow-streams.ts";
import { jsonStreams, mutatedJson } from "./json-streams.ts";
import { runText } from "./run-text.ts";
import { mutatedStreams, streams } from "./streams.ts";

// Each run is a process of its own. Node starts slowly and runs the sources by the same engine, so it gets fewer.
const fewer = process.env["INTERCEPT_BACKENDS"] === undefined ? 12 : 6;
const numRuns = Math.ceil(Number(process.env["PROPERTY_RUNS"] ?? 120) / fewer);

/** What the program must write, say and exit with for a text, by its sources. */
function expected(bytes: Uint8Array): { stdout: string; stderr: string; status: number } {
  const { output, findings } = run(oneFile(bytes));
  const told = findings.filter(({ severity }) => severity !== "info");
  return {
    stdout: Buffer.concat(output).toString("latin1"),
    stderr: told.map((finding) => `${printable(toLine(finding, "standard input"))}\n`).join(""),
    status: told.some(({ severity }) => severity === "error") ? 1 : 0,
  };
}

const blockStreams = streams.map(({ text }) => text);
const anyStreams = fc.oneof(blockStreams, jsonStreams, flowStreams);

/** Streams of which one byte is another, so that most are no UTF-8 there. */
const brokenBytes = fc
  .record({
    text: anyStreams,
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    by: fc.integer({ min: 128, max: 255 }),
  })
  .map(({ text, at, by }) => {
    const bytes = Buffer.from(text);
    bytes[Math.floor(at * bytes.length)] = by;
    return bytes;
  });

// What holds for every input is proven on the sources; this is what makes it hold for the Node file and the executable.
describe("the built program does what its sources do", () => {
  test.each([
    ["every stream", blockStreams],
    ["every stream in JSON", jsonStreams],
    ["every stream in flow style", flowStreams],
    ["what a run has written", anyStreams.map((text) => runText(text).text)],
    ["every mutated stream", fc.oneof(mutatedStreams, mutatedJson, mutatedFlow)],
    ["every text", fc.oneof(fc.string(), fc.string({ unit: "binary" }))],
    ["bytes that are no text", fc.oneof(brokenBytes, fc.uint8Array())],
  ])("for %s", (_, inputs: fc.Arbitrary<string | Uint8Array>) => {
    fc.assert(
      fc.property(inputs, (input) => {
        const bytes = Buffer.from(input);
        const { stdout, stderr, status } = runProgram([], bytes);
        expect({ stdout: stdout.toString("latin1"), stderr, status }).toEqual(expected(bytes));
      }),
      { numRuns },
    );
  });
});
