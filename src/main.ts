/**
 * The program. Hosts start it for every save and every sync with no arguments and a pipe, so that way is loaded at once;
 * whatever else a call may need is loaded when it does.
 */
import { asFileError, FileError, UsageError } from "./cli/errors.ts";
import { rewriteCall } from "./cli/rewrite.ts";
import { BUG, isTerminal, say, USAGE } from "./cli/streams.ts";

declare const __REPORT__: string;

async function main(argv: readonly string[]): Promise<number> {
  if (argv.length === 0 && !(await isTerminal())) return rewriteCall([], {});
  const { runCommand } = await import("./cli/commands.ts");
  return runCommand(argv.length === 0 ? ["help"] : argv);
}

/** Top-level error handler: usage and file errors print one line, EPIPE exits quietly, anything else is reported as a bug. */
function handle(thrown: unknown, verbose: boolean): number {
  const error = asFileError(thrown);
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const status = code === "EPIPE" || error instanceof UsageError || error instanceof FileError ? USAGE : BUG;
  const message = error instanceof Error ? error.message : String(error);
  try {
    if (error instanceof UsageError) say(`${message}; see intercept-backends ${error.command}--help`);
    else if (error instanceof FileError) say(message);
    else if (status === BUG) {
      say(
        `bug: ${message}; nothing was changed; please report it ${__REPORT__}, with the input and the output of --verbose`,
      );
      if (verbose && error instanceof Error) (error.stack ?? "").split("\n").forEach(say);
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
