import { readFileSync } from "node:fs";
import { isatty } from "node:tty";
import { parseArgs } from "node:util";
import { CHECK_FORMATS, checkCommand, isCheckFormat, namedFrom, printReport } from "./check-command.ts";
import { functionConfigJsonSchema } from "./config/json-schema.ts";
import { explainCommand, FORMATS, isFormat, readFiles } from "./explain-command.ts";
import { hasError } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { generateCommand } from "./generate-command.ts";
import { HELP } from "./help.ts";
import { readAll, writeAll } from "./io.ts";
import { toLine } from "./krm/result.ts";
import { readConfigFile } from "./read-config-file.ts";
import { joinDocuments, locate } from "./krm/join-documents.ts";
import type { Joined, NamedFile } from "./krm/join-documents.ts";
import { parametersCommand } from "./parameters-command.ts";
import { run } from "./run.ts";
import type { Outcome, RunOptions } from "./run.ts";

declare const __VERSION__: string;

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

/** Exit statuses that scripts can rely on; `--help` lists them. */
const OK = 0;
const FAILED = 1;
const USAGE = 2;
const BUG = 3;

/** How the files of a call are named together, and what stands where there are none. */
const STANDARD_INPUT = "standard input";

const OPTIONS = {
  format: { type: "string" },
  "function-config": { type: "string" },
  help: { type: "boolean", short: "h" },
  verbose: { type: "boolean" },
  version: { type: "boolean" },
} as const;

/** A call that cannot be carried out as it was typed, or a file that cannot be read. */
class UsageError extends Error {}

function main(argv: readonly string[]): number {
  const { values, positionals } = parse(argv);
  if (values.help) return print(HELP);
  if (values.version) return print(`${__VERSION__}\n`);
  if (positionals.length === 1 && positionals[0] === "schema") {
    return print(`${JSON.stringify(functionConfigJsonSchema(), null, 2)}\n`);
  }
  if (positionals[0] === "generate") return generateFrom(positionals.slice(1), values["function-config"]);
  if (positionals[0] === "parameters") return print(parametersCommand(positionals.slice(1), process.env));
  if (positionals[0] === "check") return check(positionals.slice(1), values);
  if (positionals[0] === "explain") return explainFlows(positionals.slice(1), values);
  if (positionals.length === 0 && isatty(STDIN)) return print(HELP);
  return rewrite(positionals, values["function-config"], values.verbose ?? false);
}

function parse(
  argv: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function rewrite(files: readonly string[], configFile: string | undefined, verbose: boolean): number {
  const config = configFile === undefined ? undefined : readConfigFile(readBytes(configFile), configFile);
  const input = files.filter((file) => file !== "-").join(", ") || STANDARD_INPUT;
  const joined = joinDocuments(files.length === 0 ? [standardInput()] : files.map(readFile));
  const { bytes } = joined;
  if (config !== undefined && "severity" in config) {
    writeAll(STDOUT, [bytes]);
    return tell([config], configFile ?? input);
  }
  // Hosts name no file and send a ResourceList; whoever names one may hand over manifests as they are.
  const options = { allowManifests: files.length > 0, ...(config === undefined ? {} : { functionConfig: config }) };
  const { output, findings, effort } = runSafely(bytes, options);
  // Hosts show few lines of what a function says, and lose them when standard output fails: the lines go first.
  const status = tell(findings, input, joined);
  if (verbose && effort) {
    say(`read ${effort.items} items by ${effort.way}; ${effort.parsed} regions were parsed`);
  }
  writeAll(STDOUT, output);
  return status;
}

function generateFrom(folders: readonly string[], configFile: string | undefined): number {
  if (folders.length > 1) throw new UsageError(`generate takes one folder, not ${folders.length}`);
  const config = configFile === undefined ? undefined : readConfigFile(readBytes(configFile), configFile);
  if (config !== undefined && "severity" in config) return tell([config], configFile ?? "");
  const { output, lines, failed } = generateCommand(folders, process.env, config);
  for (const line of lines) say(line);
  writeAll(STDOUT, output);
  return failed ? FAILED : OK;
}

function explainFlows(paths: readonly string[], values: { format?: string; "function-config"?: string }): number {
  const { format = "table", "function-config": configFile } = values;
  if (!isFormat(format)) throw new UsageError(`--format is ${FORMATS.join(", ")}, not ${format}`);
  if (paths.length === 0 && isatty(STDIN)) return print(HELP);
  const joined = joinDocuments(paths.length === 0 ? [standardInput()] : readPaths(paths));
  const config = configFile === undefined ? undefined : readConfigFile(readBytes(configFile), configFile);
  if (config !== undefined && "severity" in config) return tell([config], configFile ?? "");
  const withColour = process.stdout.isTTY && !process.env["NO_COLOR"];
  const call = { format, withColour, ...(config === undefined ? {} : { functionConfig: config }) };
  const { text, findings } = explainCommand(joined.bytes, call, { allowManifests: true });
  const status = tell(findings, paths.length === 0 ? STANDARD_INPUT : paths.join(", "), joined);
  writeAll(STDOUT, [Buffer.from(text)]);
  return status;
}

function check(paths: readonly string[], values: { format?: string; "function-config"?: string }): number {
  const { format = "diff", "function-config": configFile } = values;
  if (!isCheckFormat(format)) throw new UsageError(`--format is ${CHECK_FORMATS.join(", ")}, not ${format}`);
  if (paths.length === 0 && isatty(STDIN)) return print(HELP);
  const folder = process.cwd();
  const joined = joinDocuments(paths.length === 0 ? [standardInput()] : namedFrom(folder, readPaths(paths)));
  const [given] = configFile === undefined ? [] : namedFrom(folder, [readFile(configFile)]);
  const config = given && readConfigFile(given.bytes, given.path);
  const report = checkCommand(joined, config && "severity" in config ? { ...config, file: given } : config);
  if (format !== "github") {
    const name = paths.join(", ") || STANDARD_INPUT;
    for (const { finding, path, line, column = 1 } of report.problems) {
      const file = path === undefined ? {} : { file: { path } };
      say(toLine({ ...finding, ...file, ...(line === undefined ? {} : { position: { line, column } }) }, name));
    }
  }
  writeAll(STDOUT, [printReport(report, format, __VERSION__)]);
  return report.status;
}

function standardInput(): NamedFile {
  return { path: STANDARD_INPUT, bytes: readAll(STDIN) };
}

function readFile(file: string): NamedFile {
  return { path: file === "-" ? STANDARD_INPUT : file, bytes: readBytes(file) };
}

function readPaths(paths: readonly string[]): NamedFile[] {
  try {
    return readFiles(paths, () => readAll(STDIN));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** A bug must not empty the stream: hosts take what is written for the new state of the world. */
function runSafely(bytes: Uint8Array, options: RunOptions): Outcome {
  try {
    return run(bytes, options);
  } catch (error) {
    writeAll(STDOUT, [bytes]);
    throw error;
  }
}

function tell(findings: readonly Finding[], input: string, joined?: Joined): number {
  for (const finding of findings) {
    if (finding.severity !== "info") say(toLine(joined ? locate(finding, joined) : finding, input));
  }
  return hasError(findings) ? FAILED : OK;
}

function readBytes(file: string): Uint8Array {
  try {
    return file === "-" ? readAll(STDIN) : readFileSync(file);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function print(text: string): number {
  writeAll(STDOUT, [Buffer.from(text)]);
  return OK;
}

function say(line: string): void {
  writeAll(STDERR, [Buffer.from(`${line}\n`)]);
}

/** The one place where what was thrown ends: wrong usage in a sentence, a closed pipe in silence, bugs with a request. */
function explain(error: unknown, verbose: boolean): number {
  if (error instanceof UsageError) {
    say(`${error.message}; see intercept-backends --help`);
    return USAGE;
  }
  if ((error as NodeJS.ErrnoException | null)?.code === "EPIPE") return FAILED;
  const what = error instanceof Error ? error.message : String(error);
  say(`bug: ${what}; nothing was changed; please report it with the input and the output of --verbose`);
  if (verbose && error instanceof Error) say(error.stack ?? "");
  return BUG;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  process.exitCode = explain(error, process.argv.includes("--verbose"));
}
