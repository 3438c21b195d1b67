/**
 * The program. Hosts start it for every save and every sync with no arguments and a pipe, so that way is loaded at once;
 * whatever else a call may need is loaded when it does.
 */
import { asFileError, FileError, UsageError } from "./cli/errors.ts";
import type { Arguments } from "./cli/read-arguments.ts";
import { rewriteCall } from "./cli/rewrite.ts";
import { BUG, isTerminal, print, printHelp, say, USAGE } from "./cli/streams.ts";

declare const __VERSION__: string;
declare const __REPORT__: string;

async function main(argv: readonly string[]): Promise<number> {
  const none: Arguments = { values: {}, positionals: [] };
  const { values, positionals } =
    argv.length === 0 ? none : (await import("./cli/read-arguments.ts")).readArguments(argv);
  if (values.help) return printHelp();
  if (values.version) return print(`${__VERSION__}\n`);
  const [command, ...rest] = positionals;
  if (command === "schema" && rest.length === 0) {
    const { functionConfigJsonSchema } = await import("./config/json-schema.ts");
    return print(`${JSON.stringify(functionConfigJsonSchema(), null, 2)}\n`);
  }
  if (command === "generate" || command === "parameters") {
    const { guarded } = await import("./cli/guard.ts");
    return guarded(argv, async () => {
      if (command === "generate") return (await import("./cli/generate.ts")).generateCall(rest, values);
      const { announce } = await import("./argocd/announce.ts");
      return print(`${JSON.stringify(await announce(rest[0] ?? ".", process.env), null, 2)}\n`);
    });
  }
  if (command === "explain") return (await import("./cli/explain.ts")).explainCall(rest, values);
  if (command === "check") return (await import("./cli/check.ts")).checkCall(rest, values, __VERSION__);
  if (positionals.length === 0 && (await isTerminal())) return printHelp();
  return rewriteCall(positionals, values);
}

/** Top-level error handler: usage and file errors print one line, EPIPE exits quietly, anything else is reported as a bug. */
function handle(thrown: unknown, verbose: boolean): number {
  const error = asFileError(thrown);
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const status = code === "EPIPE" || error instanceof UsageError || error instanceof FileError ? USAGE : BUG;
  const message = error instanceof Error ? error.message : String(error);
  try {
    if (error instanceof UsageError) say(`${message}; see intercept-backends --help`);
    else if (error instanceof FileError) say(message);
    else if (status === BUG) {
      say(
        `bug: ${message}; nothing was changed; please report it ${__REPORT__}, with the input and the output of --verbose`,
      );
      if (verbose && error instanceof Error) say(error.stack ?? "");
    }
  } catch {
    // Standard error cannot be written: the exit status still counts.
  }
  return status;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = handle(error, process.argv.includes("--verbose"));
}
