import { isAbsolute, relative, resolve, sep } from "node:path";
import { printDiff } from "../check/print-diff.ts";
import { printGithub } from "../check/print-github.ts";
import { printSarif } from "../check/print-sarif.ts";
import type { ChangedFile, Problem, Report, Version } from "../check/report.ts";
import { fieldsOf } from "../config/fields.ts";
import { spec } from "../config/schema.ts";
import { carryOut, configsOf, decideAll } from "../rewrite/passes.ts";
import { hasError, type Finding } from "../base/finding.ts";
import { openStream } from "../stream/open-stream.ts";
import type { NamedFile } from "../stream/parts.ts";
import { isFinding } from "../stream/problem.ts";
import { readConfigFile } from "../stream/open-stream.ts";
import { toLine } from "../stream/result.ts";
import type { Stream } from "../stream/stream.ts";
import type { Manifest } from "../base/manifest.ts";
import { readFiles } from "./files.ts";
import { placesIn } from "./places.ts";
import type { CHECK_FORMATS } from "./formats.ts";
import type { GlobalOptions } from "./options.ts";
import type { ConfigOptions } from "./rewrite.ts";
import { readFile, say, write } from "./streams.ts";

const PRINTERS = {
  diff: ({ changed }: Report): Uint8Array => Buffer.concat(changed.map(printDiff)),
  github: (report: Report): Uint8Array => Buffer.from(printGithub(report)),
  sarif: (report: Report, version: string): Uint8Array =>
    Buffer.from(printSarif(report, { version, warnings: titlesOfWarnings() })),
} satisfies Record<(typeof CHECK_FORMATS)[number], unknown>;

/** What `check` can be told. */
export interface CheckOptions extends GlobalOptions, ConfigOptions {
  format: keyof typeof PRINTERS;
}

/** `intercept-backends check PATH...`. Returns the exit status. */
export function checkCall(paths: readonly string[], options: CheckOptions, version: string): number {
  const { format, functionConfig: configPath } = options;
  const files = readFiles(paths);
  const [configFile] = configPath === undefined ? [] : namedFrom([readFile(configPath)]);
  const report = checkFiles(namedFrom(files), configFile);
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

/** Files under the names that a repository knows them by: relative to its folder where they are in it. */
function namedFrom(files: readonly NamedFile[]): NamedFile[] {
  return files.map(({ path, bytes }) => {
    const whole = resolve(path);
    const inside = relative(process.cwd(), whole);
    const isInside = inside !== "" && inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
    return { path: (isInside ? inside : whole).split(sep).join("/"), bytes };
  });
}

/**
 * Compares the files with what the function would write, without results: those belong to a run, not to a file. Nothing is
 * written. `configFile` is the file of a function config that the call names.
 */
function checkFiles(files: readonly NamedFile[], configFile?: NamedFile): Report {
  const anyPath = files[0] ? { anyPath: files[0].path } : {};
  const read = configFile && readConfigFile(configFile);
  const config = read && isFinding(read) ? { ...read, file: { path: configFile.path } } : read;
  const stream = openStream(files, true);
  const placeOf = placesIn(files, isFinding(stream) ? undefined : stream, configFile);
  const problemOf = (finding: Finding): Problem => ({
    finding,
    ...(finding.file ? { path: finding.file.path } : {}),
    ...placeOf(finding),
  });
  const { changed, findings } = compare(stream, config);
  const problems = findings.filter(({ severity }) => severity !== "info").map(problemOf);
  if (hasError(findings)) return { ...anyPath, status: 2, changed: [], problems };
  return { ...anyPath, status: changed.length > 0 ? 1 : 0, changed, problems };
}

function titlesOfWarnings(): ReadonlyMap<string, string> {
  const warnings = fieldsOf(spec).filter(({ path: [group] }) => group === "warnings");
  return new Map(warnings.map(({ path, description }) => [path[1] ?? "", description]));
}

function compare(
  stream: Stream | Finding,
  given: Manifest | Finding | undefined,
): { changed: readonly ChangedFile[]; findings: readonly Finding[] } {
  if (given && isFinding(given)) return { changed: [], findings: [given] };
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
    changed.unshift({ path, agent: agent.ref, before, after: versionOf(agent) });
    return true;
  });
  return { changed: changed.filter(({ before, after }) => !Buffer.from(before.bytes).equals(after.bytes)), findings };
}
