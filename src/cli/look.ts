/** The calls that look and change nothing: `explain` and `check`. */
import { CHECK_FORMATS, checkCommand, isCheckFormat, namedFrom, printReport } from "../check-command.ts";
import { explainCommand, FORMATS, isFormat, readFiles } from "../explain-command.ts";
import { placesIn } from "../stream/find-place.ts";
import { joinDocuments } from "../stream/join-documents.ts";
import type { NamedFile } from "../stream/join-documents.ts";
import { toLine } from "../stream/result.ts";
import type { Options } from "./read-arguments.ts";
import { configFileOf, configOf } from "./rewrite.ts";
import { isTerminal, printHelp, readStdin, say, STANDARD_INPUT, tell, write } from "./streams.ts";
import { UsageError } from "./usage-error.ts";

/** `intercept-backends explain [FILE ...]`. Returns the exit status. */
export async function explainCall(paths: readonly string[], options: Options): Promise<number> {
  const { format = "table" } = options;
  if (!isFormat(format)) throw new UsageError(`--format is ${FORMATS.join(", ")}, not ${format}`);
  if (paths.length === 0 && (await isTerminal())) return printHelp();
  const joined = joinDocuments(readPaths(paths));
  const configFile = configFileOf(options);
  const config = configOf(configFile);
  if (config !== undefined && "severity" in config) return tell([config], configFile?.path ?? "");
  const withColour = process.stdout.isTTY && !process.env["NO_COLOR"];
  const call = { format, withColour, ...(config === undefined ? {} : { functionConfig: config }) };
  const { text, findings } = await explainCommand(joined.bytes, call, { allowManifests: true });
  const placeOf = paths.length > 0 ? placesIn(joined, configFile) : undefined;
  const status = tell(findings, paths.join(", ") || STANDARD_INPUT, placeOf);
  write([Buffer.from(text)]);
  return status;
}

/** `intercept-backends check [FILE ...]`. Returns the exit status. */
export async function checkCall(paths: readonly string[], options: Options, version: string): Promise<number> {
  const { format = "diff" } = options;
  if (!isCheckFormat(format)) throw new UsageError(`--format is ${CHECK_FORMATS.join(", ")}, not ${format}`);
  if (paths.length === 0 && (await isTerminal())) return printHelp();
  const folder = process.cwd();
  const files = readPaths(paths);
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

function readPaths(paths: readonly string[]): NamedFile[] {
  if (paths.length === 0) return [{ path: STANDARD_INPUT, bytes: readStdin() }];
  try {
    return readFiles(paths, readStdin);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
