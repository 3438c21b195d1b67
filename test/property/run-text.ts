import * as fc from "fast-check";
import type { Outcome, RunOptions } from "../../src/rewrite/run.ts";
import { run } from "../../src/rewrite/run.ts";

const runs = Number(process.env["PROPERTY_RUNS"] ?? 120);

/** One run on a text, with its output as text. */
export function runText(text: string, options: RunOptions = {}): Outcome & { text: string } {
  const outcome = run(Buffer.from(text), options);
  return { ...outcome, text: Buffer.concat(outcome.output).toString() };
}

/** Holds a property against as many values as a run of the tests has time for. */
export function check<Value>(values: fc.Arbitrary<Value>, property: (value: Value) => void): void {
  fc.assert(fc.property(values, property), { numRuns: runs });
}
