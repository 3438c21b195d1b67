import { printDiff } from "../check/print-diff.ts";
import { printGithub } from "../check/print-github.ts";
import { printSarif } from "../check/print-sarif.ts";
import type { Problem, Report } from "../check/report.ts";
import { fieldsOf } from "../config/fields.ts";
import { spec } from "../config/schema.ts";
import { hasError, type Finding } from "../base/finding.ts";
import { compare } from "./compare.ts";
import { readInput, type CallInput, type InputOptions } from "./input.ts";
import { pageOf } from "./page-of.ts";
import { placesIn } from "./places.ts";
import type { CHECK_FORMATS } from "./formats.ts";
import type { GlobalOptions } from "./options.ts";
import { say, sayFinding, write } from "./streams.ts";

const PRINTERS = {
  diff: ({ changed }: Report): Uint8Array => Buffer.concat(changed.map(printDiff)),
  github: (report: Report): Uint8Array => Buffer.from(printGithub(report)),
  sarif: (report: Report, version: string): Uint8Array =>
    Buffer.from(printSarif(report, { version, warnings: titlesOfWarnings(), pageOf })),
} satisfies Record<(typeof CHECK_FORMATS)[number], unknown>;

/** What `check` can be told. */
export interface CheckOptions extends GlobalOptions, InputOptions {
  format: keyof typeof PRINTERS;
  /** Lets warnings fail. */
  strict?: true;
}

/** `intercept-backends check PATH...`. Returns the exit status. */
export async function checkCall(paths: readonly string[], options: CheckOptions, version: string): Promise<number> {
  const { format, strict = false } = options;
  const report = reportOn(await readInput(paths, options), strict);
  const name = paths.join(", ");
  if (format !== "github") {
    for (const { finding, path, line, column = 1 } of report.problems) {
      const file = path === undefined ? {} : { file: { path } };
      sayFinding({ ...finding, ...file, ...(line === undefined ? {} : { position: { line, column } }) }, name);
    }
  }
  write([PRINTERS[format](report, version)]);
  if (report.changed.length > 0 && process.stderr.isTTY)
    say(`to write this: intercept-backends fix ${paths.join(" ")}`);
  return report.status;
}

function reportOn(input: CallInput, strict: boolean): Report {
  const { files, madeFrom } = input;
  const anyPath = madeFrom.get(files[0]?.path ?? "") ?? files[0]?.path;
  const { changed, findings, stream } = compare(input);
  const placeOf = placesIn(input, stream);
  const problemOf = (finding: Finding): Problem => ({
    finding,
    ...(finding.file ? { path: finding.file.path } : {}),
    ...placeOf(finding),
  });
  const problems = findings.filter(({ severity }) => severity !== "info").map(problemOf);
  const isRight = changed.length === 0 && !(strict && problems.length > 0);
  const status = hasError(findings) ? 2 : isRight ? 0 : 1;
  return { ...(anyPath === undefined ? {} : { anyPath }), status, changed, problems };
}

function titlesOfWarnings(): ReadonlyMap<string, string> {
  const warnings = fieldsOf(spec).filter(({ path: [group] }) => group === "warnings");
  return new Map(warnings.map(({ path, description }) => [path[1] ?? "", description]));
}
