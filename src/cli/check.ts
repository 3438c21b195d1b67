import { printDiff } from "../check/print-diff.ts";
import { printGithub } from "../check/print-github.ts";
import { printSarif } from "../check/print-sarif.ts";
import type { ChangedFile, Problem, Report, Version } from "../check/report.ts";
import { fieldsOf } from "../config/fields.ts";
import { spec } from "../config/schema.ts";
import { carryOut, configsOf, decideAll } from "../rewrite/passes.ts";
import { hasError, type Finding } from "../base/finding.ts";
import { openStream } from "../stream/open-stream.ts";
import { isFinding } from "../stream/problem.ts";
import { toLine } from "../stream/result.ts";
import type { Stream } from "../stream/stream.ts";
import type { Manifest } from "../base/manifest.ts";
import { readInput, type Input, type InputOptions } from "./input.ts";
import { placesIn } from "./places.ts";
import type { CHECK_FORMATS } from "./formats.ts";
import type { GlobalOptions } from "./options.ts";
import { say, write } from "./streams.ts";

const PRINTERS = {
  diff: ({ changed }: Report): Uint8Array => Buffer.concat(changed.map(printDiff)),
  github: (report: Report): Uint8Array => Buffer.from(printGithub(report)),
  sarif: (report: Report, version: string): Uint8Array =>
    Buffer.from(printSarif(report, { version, warnings: titlesOfWarnings() })),
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
  const report = checkInput(await readInput(paths, options), strict);
  if (format !== "github") {
    const name = paths.join(", ");
    for (const { finding, path, line, column = 1 } of report.problems) {
      const file = path === undefined ? {} : { file: { path } };
      say(toLine({ ...finding, ...file, ...(line === undefined ? {} : { position: { line, column } }) }, name));
    }
  }
  write([PRINTERS[format](report, version)]);
  return report.status;
}

/**
 * Compares what was read with what the function would write, without results: those belong to a run, not to a file. Nothing is
 * written.
 */
function checkInput(input: Input, strict: boolean): Report {
  const { files, madeFrom } = input;
  const anyPath = madeFrom.get(files[0]?.path ?? "") ?? files[0]?.path;
  const stream = openStream(files, true);
  const placeOf = placesIn(input, isFinding(stream) ? undefined : stream);
  const problemOf = (finding: Finding): Problem => ({
    finding,
    ...(finding.file ? { path: finding.file.path } : {}),
    ...placeOf(finding),
  });
  const compared = hasError(input.findings) ? { changed: [], findings: [] } : compare(stream, input);
  const findings = [...input.findings, ...compared.findings];
  const problems = findings.filter(({ severity }) => severity !== "info").map(problemOf);
  const report = { ...(anyPath === undefined ? {} : { anyPath }), problems };
  if (hasError(findings)) return { ...report, status: 2, changed: [] };
  const isRight = compared.changed.length === 0 && !(strict && problems.length > 0);
  return { ...report, status: isRight ? 0 : 1, changed: compared.changed };
}

function titlesOfWarnings(): ReadonlyMap<string, string> {
  const warnings = fieldsOf(spec).filter(({ path: [group] }) => group === "warnings");
  return new Map(warnings.map(({ path, description }) => [path[1] ?? "", description]));
}

function compare(
  stream: Stream | Finding,
  { configs: given, madeFrom }: Input,
): { changed: readonly ChangedFile[]; findings: readonly Finding[] } {
  if (isFinding(stream)) return { changed: [], findings: [stream] };
  const { configs, findings: ofConfigs } = configsOf(stream, given);
  if (hasError(ofConfigs)) return { changed: [], findings: ofConfigs };
  const versionOf = (agent: Manifest): Version => ({
    bytes: stream.writeFile(stream.itemOf(agent).region.file),
    own: stream.spanOf(agent),
  });
  const changed: ChangedFile[] = [];
  const findings = carryOut(stream, decideAll(stream, configs), (agent, edit) => {
    const before = versionOf(agent);
    if (!edit()) return false;
    const { path } = stream.itemOf(agent).region.file;
    const from = madeFrom.get(path);
    changed.unshift({ path, ...(from && { from }), agent: agent.ref, before, after: versionOf(agent) });
    return true;
  });
  return { changed: changed.filter(({ before, after }) => !Buffer.from(before.bytes).equals(after.bytes)), findings };
}
