import { parseArgs } from "node:util";
import { UsageError } from "./errors.ts";

const OPTIONS = {
  format: { type: "string" },
  "function-config": { type: "string" },
  help: { type: "boolean", short: "h" },
  verbose: { type: "boolean" },
  version: { type: "boolean" },
} as const;

/** What stands on the command line. */
export interface Arguments {
  values: Options;
  /** A command and its paths, or paths alone. */
  positionals: readonly string[];
}

/** Options of all commands; which of them counts is the business of each. */
export interface Options {
  format?: string;
  "function-config"?: string;
  help?: boolean;
  verbose?: boolean;
  version?: boolean;
}

/** Takes the command line apart; throws UsageError for an option that does not exist. */
export function readArguments(argv: readonly string[]): Arguments {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
