import { InvalidArgumentError, Option, type Argument } from "commander";
import { nearestNames } from "../base/near.ts";
import type { Look } from "../explain/table.ts";

/** When to write ANSI colours. */
export type ColourChoice = "auto" | "always" | "never";

/** What every command is given. */
export interface GlobalOptions {
  color: ColourChoice;
  verbose?: true;
}

/** An option that takes one of some words, the first one by default; of any other word the nearest of them is named. */
export function oneOf(flags: string, description: string, choices: readonly string[]): Option {
  return chosenFrom(choices, new Option(flags, description).default(choices[0]), flags.split(" ")[0] ?? flags);
}

/** Restricts an option or argument to some words; commander would not say which one is near. */
export function chosenFrom<Chosen extends Option | Argument>(
  choices: readonly string[],
  target: Chosen,
  name: string,
): Chosen {
  target.choices(choices).argParser((text: string) => {
    if (choices.includes(text)) return text;
    throw new InvalidArgumentError(`${name} is ${choices.join(", ")}, not ${text}${hintAt(text, choices)}`);
  });
  return target;
}

/** `; did you mean …?`, or nothing where no name is near. */
export function hintAt(written: string, names: readonly string[]): string {
  const near = nearestNames(written, names);
  return near.length > 0 ? `; did you mean ${near.join(" or ")}?` : "";
}

/**
 * True when a stream gets ANSI colours: as `--color` says, else as NO_COLOR (no-color.org) and FORCE_COLOR
 * (force-color.org) say, else where it is a terminal that has some.
 */
export function wantsColour(choice: ColourChoice, stream: { isTTY?: boolean }, env = process.env): boolean {
  if (choice !== "auto") return choice === "always";
  if (env["NO_COLOR"]) return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

/** How tables are set on standard output. */
export function lookOf(choice: ColourChoice): Look {
  const withColour = wantsColour(choice, process.stdout);
  return process.stdout.isTTY ? { withColour, width: process.stdout.columns } : { withColour };
}
