import type { Command } from "commander";

/** What the help of a command says besides its options. */
export interface HelpNotes {
  about: string;
  /** Command lines, and what each is for. */
  examples: readonly (readonly [call: string, purpose: string])[];
  withExitStatuses?: true;
}

/** What each exit status means. */
export const EXIT_STATUSES = [
  ["0", "done, with or without warnings"],
  [
    "1",
    "errors in the input or the function config, and nothing was changed; of check: the agent is not what the function " +
      "would write",
  ],
  [
    "2",
    "wrong usage, or a file or stream that cannot be read or written; of check also: errors that leave it undecided",
  ],
  ["3", "a bug in intercept-backends, and nothing was changed"],
] as const;

/** Terms up to this length have their description beside them, longer ones below. */
const LONGEST_TERM = 12;

/** Adds examples and exit statuses to the help of a command. */
export function addNotes(command: Command, { examples, withExitStatuses }: HelpNotes): void {
  command.addHelpText("after", () => {
    const help = command.createHelp();
    help.prepareContext({ helpWidth: process.stdout.columns ?? 80 });
    const list = (title: string, items: readonly (readonly [string, string])[]): string => {
      const width = Math.max(...items.map(([term]) => term.length));
      const lines = items.map(([term, text]) =>
        width > LONGEST_TERM ? `  ${term}\n      ${text}` : help.formatItem(term, width, text, help),
      );
      return `\n${help.styleTitle(title)}\n${lines.join("\n")}`;
    };
    const statuses = withExitStatuses ? [list("Exit status:", EXIT_STATUSES)] : [];
    return [...statuses, list("Examples:", examples)].join("\n");
  });
}
