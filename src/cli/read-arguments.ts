import { parseArgs } from "node:util";
import { UsageError } from "./errors.ts";

const OPTIONS = {
  format: { type: "string" },
  "function-config": { type: "string" },
  help: { type: "boolean", short: "h" },
  verbose: { type: "boolean" },
  version: { type: "boolean" },
} as const;

/** What stands on the command line: options, and a command and its paths, or paths alone. */
export type Arguments = ReturnType<typeof readArguments>;

/** Options of all commands; which of them counts is the business of each. */
export type Options = Arguments["values"];

/** Takes the command line apart; throws UsageError for an option that does not exist. */
export function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The value of `--format`, by default the first one; throws UsageError for one that does not exist. */
export function formatOf<Format extends string>(options: Options, formats: readonly Format[]): Format {
  const { format = formats[0] } = options;
  const known = formats.find((each) => each === format);
  if (known === undefined) throw new UsageError(`--format is ${formats.join(", ")}, not ${format}`);
  return known;
}
