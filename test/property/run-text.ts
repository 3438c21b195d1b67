import * as fc from "fast-check";
import { hasError } from "../../src/base/finding.ts";
import type { Finding } from "../../src/base/finding.ts";
import { carryOut, configsOf, decideAll } from "../../src/rewrite/passes.ts";
import type { Outcome, RunOptions } from "../../src/rewrite/run.ts";
import { run } from "../../src/rewrite/run.ts";
import { findByParse } from "../../src/stream/open-stream.ts";
import { byteOrderMark } from "../../src/stream/lines.ts";
import { Stream } from "../../src/stream/stream.ts";
import { isSource, parse } from "../../src/yaml/parse.ts";
import { oneFile } from "../stream/open.ts";

const runs = Number(process.env["PROPERTY_RUNS"] ?? 120);

/** One run on a text, with its output as text. */
export function runText(text: string, options: RunOptions = {}): Outcome & { text: string } {
  const outcome = run(oneFile(text), options);
  return { ...outcome, text: Buffer.concat(outcome.output).toString() };
}

/** The stream of a text whose parts are found by a parse of all of it, whatever its shape; undefined where there is none. */
export function openByParse(text: string): Stream | undefined {
  const [file] = oneFile(text);
  if (file === undefined) return undefined;
  const start = byteOrderMark(file.bytes);
  const source = parse(text.replace(/^\ufeff/, ""));
  if (!isSource(source) || source.repeatedKey) return undefined;
  const found = findByParse(file, start, source);
  return typeof found === "string" ? undefined : new Stream([file], "full parse", found, { whole: source });
}

/** What a run makes of a stream that was opened in some way, where its function config and results can be read. */
export function runStream(stream: Stream): { text: string; findings: readonly Finding[] } {
  const { configs, findings: problems } = configsOf(stream);
  const findings = hasError(problems) ? problems : carryOut(stream, decideAll(stream, configs));
  stream.report(findings);
  return { text: Buffer.concat(stream.write()).toString(), findings };
}

/** Holds a property against as many values as a run of the tests has time for. */
export function check<Value>(values: fc.Arbitrary<Value>, property: (value: Value) => void): void {
  fc.assert(fc.property(values, property), { numRuns: runs });
}
