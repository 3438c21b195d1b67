import { isAbsolute, relative, resolve, sep } from "node:path";
import { printDiff } from "../check/print-diff.ts";
import { printGithub } from "../check/print-github.ts";
import { printSarif } from "../check/print-sarif.ts";
import type { ChangedFile, Problem, Report } from "../check/report.ts";
import { fieldsOf } from "../config/fields.ts";
import { spec } from "../config/schema.ts";
import { decide, notEditable } from "../rewrite/decide.ts";
import type { Select } from "../rewrite/decide.ts";
import { hasError, withoutRepeats } from "../base/finding.ts";
import type { Finding } from "../base/finding.ts";
import { ownBytes } from "../stream/own-bytes.ts";
import { placesIn } from "../stream/find-place.ts";
import { fileAt } from "../stream/join-documents.ts";
import { joinDocuments } from "../stream/join-documents.ts";
import type { Joined, NamedFile } from "../stream/join-documents.ts";
import { readConfigFile } from "../stream/read-config-file.ts";
import { NeedsFullParse } from "../stream/read-part.ts";
import { isStream, readStream } from "../stream/read-stream.ts";
import type { Reading } from "../stream/read-stream.ts";
import { toLine } from "../stream/result.ts";
import { selectItems } from "../stream/select-items.ts";
import type { Item, Stream } from "../stream/stream.ts";
import { changePart, writeStream } from "../stream/write-stream.ts";
import type { Manifest } from "../base/manifest.ts";
import type { Change } from "../yaml/edit/change.ts";
import { configsOf } from "./explain.ts";
import { readFiles } from "./files.ts";
import type { Options } from "./read-arguments.ts";
import { configFileOf } from "./rewrite.ts";
import { isTerminal, printHelp, say, STANDARD_INPUT, write } from "./streams.ts";
import { UsageError } from "./errors.ts";

/** The forms in which a check is told. */
export const CHECK_FORMATS = ["diff", "github", "sarif"] as const;

/** One of the forms. */
export type CheckFormat = (typeof CHECK_FORMATS)[number];

/** True for a format that `check --format` knows. */
export function isCheckFormat(text: string): text is CheckFormat {
  return CHECK_FORMATS.some((format) => format === text);
}

/** `intercept-backends check [FILE ...]`. Returns the exit status. */
export async function checkCall(paths: readonly string[], options: Options, version: string): Promise<number> {
  const { format = "diff" } = options;
  if (!isCheckFormat(format)) throw new UsageError(`--format is ${CHECK_FORMATS.join(", ")}, not ${format}`);
  if (paths.length === 0 && (await isTerminal())) return printHelp();
  const folder = process.cwd();
  const files = readFiles(paths);
  const joined = joinDocuments(paths.length === 0 ? files : namedFrom(folder, files));
  const configFile = configFileOf(options);
  const [config] = configFile ? namedFrom(folder, [configFile]) : [];
  const report = checkCommand(joined, config);
  if (format !== "github") {
    const name = paths.join(", ") || STANDARD_INPUT;
    for (const { finding, path, line, column = 1 } of report.problems) {
      const file = path === undefined ? {} : { file: { path } };
      say(toLine({ ...finding, ...file, ...(line === undefined ? {} : { position: { line, column } }) }, name));
    }
  }
  write([printReport(report, format, version)]);
  return report.status;
}

/** Files under the names that a repository knows them by: relative to its folder where they are in it. */
export function namedFrom(folder: string, files: readonly NamedFile[]): NamedFile[] {
  return files.map(({ path, bytes }) => {
    const whole = resolve(folder, path);
    const inside = relative(folder, whole);
    const isInside = inside !== "" && inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
    return { path: (isInside ? inside : whole).split(sep).join("/"), bytes };
  });
}

/**
 * Compares the files with what the function would write, without results: those belong to a run, not to a file. Nothing is
 * written. `configFile` is the file of a function config that the call names.
 */
export function checkCommand(joined: Joined, configFile?: NamedFile): Report {
  const anyPath = joined.files[0] ? { anyPath: joined.files[0].path } : {};
  const config = configFile && readConfigFile(configFile.bytes, configFile.path);
  const placeOf = placesIn(joined, configFile);
  const problemOf = (finding: Finding): Problem => ({
    finding,
    ...(finding.file ? { path: finding.file.path } : {}),
    ...placeOf(finding),
  });
  if (config && "severity" in config) {
    return { ...anyPath, status: 2, problems: [problemOf({ ...config, file: { path: configFile.path } })] };
  }
  const { changed, findings } = compare(joined, config, { allowManifests: true });
  const told = withoutRepeats(findings).filter(({ severity }) => severity !== "info");
  const problems = told.map(problemOf);
  if (hasError(told)) return { ...anyPath, status: 2, problems };
  return { ...anyPath, status: changed ? 1 : 0, problems, ...(changed ? { changed } : {}) };
}

/** A report in one of the forms. */
export function printReport(report: Report, format: CheckFormat, version: string): Uint8Array {
  switch (format) {
    case "diff":
      return report.changed ? printDiff(report.changed) : new Uint8Array();
    case "github":
      return Buffer.from(printGithub(report));
    case "sarif":
      return Buffer.from(printSarif(report, { version, warnings: titlesOfWarnings() }));
  }
}

/** What each warning has found, as a sentence, by its id. */
function titlesOfWarnings(): ReadonlyMap<string, string> {
  const warnings = fieldsOf(spec).filter(({ path: [group] }) => group === "warnings");
  return new Map(warnings.map(({ path, description }) => [path[1] ?? "", description]));
}

interface Comparison {
  changed?: ChangedFile;
  findings: readonly Finding[];
}

function compare(joined: Joined, given: Manifest | undefined, reading: Reading): Comparison {
  const stream = readStream(joined.bytes, reading);
  if (!isStream(stream)) return { findings: [stream] };
  const places = new Map<Manifest, Item>();
  const select: Select = (kinds, mentioning) => {
    const { found, findings } = selectItems(stream, kinds, mentioning);
    for (const { item, manifest } of found) places.set(manifest, item);
    return { manifests: found.map(({ manifest }) => manifest), findings };
  };
  try {
    const { configs, findings } = configsOf(stream, select, given);
    if (configs.length > 1) return { findings: [...findings, severalConfigs(configs)] };
    const decision = decide(configs[0], select);
    const told = [...findings, ...decision.findings];
    const item = decision.rewrite && places.get(decision.rewrite.agent);
    if (hasError(told) || decision.rewrite === undefined || item === undefined) return { findings: told };
    const { agent, change } = decision.rewrite;
    const changed = changeFile(joined, stream, item, change, reading);
    if (changed === undefined) return { findings: [...told, notEditable(agent)] };
    const { ref } = agent;
    return { findings: told, ...(changed === "as it was" ? {} : { changed: { ...changed, agent: ref } }) };
  } catch (error) {
    if (error instanceof NeedsFullParse) return compare(joined, given, { ...reading, way: "full parse" });
    throw error;
  }
}

/**
 * Makes the change in the item's own file, read by itself, so that its marks, lead and end are as they stand there;
 * undefined where its text cannot be edited.
 */
function changeFile(
  joined: Joined,
  stream: Stream,
  item: Item,
  change: Change,
  reading: Reading,
): Omit<ChangedFile, "agent"> | "as it was" | undefined {
  const file = fileAt(joined, item.start);
  const own = file && (joined.files.length === 1 ? stream : readStream(file.bytes, reading));
  if (file === undefined || own === undefined || !isStream(own)) throw new Error("an item has left its file");
  const before = stream.items.filter(({ start }) => start >= file.start && start < item.start).length;
  const position = joined.files.length === 1 ? stream.items.indexOf(item) : before;
  const part = itemAt(own, position);
  const replacements = changePart(own, part, change);
  if (replacements === undefined) return undefined;
  const bytes = Buffer.concat(writeStream(own, replacements));
  if (bytes.equals(file.bytes)) return "as it was";
  const written = readStream(bytes, reading);
  if (!isStream(written)) throw new Error("what was written cannot be read");
  return {
    path: file.path,
    before: { bytes: file.bytes, own: ownBytes(own, part) },
    after: { bytes, own: ownBytes(written, itemAt(written, position)) },
  };
}

function itemAt({ items }: Stream, position: number): Item {
  const item = items[position];
  if (item === undefined) throw new Error("an item has left its file");
  return item;
}

function severalConfigs(configs: readonly Manifest[]): Finding {
  const names = configs.map(({ ref }) => ref.name || "(no name)").join(", ");
  return {
    severity: "error",
    cause: `there are several InterceptBackends, and any of them can be meant: ${names}`,
    remedy: "name the file of one with --function-config, or check fewer files",
  };
}
