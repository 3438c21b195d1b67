/**
 * The program. Hosts start it for every save and every sync with no arguments and a pipe, so that way is loaded at once;
 * whatever else a call may need is loaded when it does.
 */
import type { Arguments } from "./cli/read-arguments.ts";
import { rewriteCall } from "./cli/rewrite.ts";
import { BUG, FAILED, isTerminal, print, printHelp, say, USAGE } from "./cli/streams.ts";
import { UsageError } from "./cli/usage-error.ts";

declare const __VERSION__: string;

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = await argumentsOf(argv);
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
      return (await import("./cli/parameters.ts")).parametersCall(rest);
    });
  }
  if (command === "explain") return (await import("./cli/explain.ts")).explainCall(rest, values);
  if (command === "check") return (await import("./cli/check.ts")).checkCall(rest, values, __VERSION__);
  if (positionals.length === 0 && (await isTerminal())) return printHelp();
  return rewriteCall(positionals, values);
}

async function argumentsOf(argv: readonly string[]): Promise<Arguments> {
  if (argv.length === 0) return { values: {}, positionals: [] };
  const { readArguments } = await import("./cli/read-arguments.ts");
  return readArguments(argv);
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
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = explain(error, process.argv.includes("--verbose"));
}
