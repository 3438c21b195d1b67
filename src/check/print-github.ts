import { printable } from "../base/printable.ts";
import { messageOf, placesOf, sentenceOf, type Report } from "./report.ts";

/**
 * Workflow commands, one line for each changed place and each problem, that GitHub shows in the pull request
 * (docs.github.com: actions/reference, workflow commands).
 */
export function printGithub({ changed, problems }: Report): string {
  const commands = [
    ...problems.map(({ finding, path, line, column, endColumn }) => {
      const isError = finding.severity === "error";
      const title = isError ? "cannot be decided" : "intercept-backends";
      const properties = { file: path, line, col: column, endColumn, title };
      return command(isError ? "error" : "warning", sentenceOf(finding), properties);
    }),
    ...changed.flatMap(placesOf).map((place) => {
      const { path, line, endLine, columns } = place;
      const end = endLine > line ? { endLine } : { col: columns?.start, endColumn: columns?.end };
      const title = "not what intercept-backends writes";
      return command("error", messageOf(place), { file: path, line, ...end, title });
    }),
  ];
  return commands.map((line) => `${line}\n`).join("");
}

function command(
  name: "error" | "warning",
  message: string,
  properties: Readonly<Record<string, string | number | undefined>>,
): string {
  const given = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${escapeData(String(value)).replaceAll(":", "%3A").replaceAll(",", "%2C")}`],
  );
  return `::${name} ${given.join(",")}::${escapeData(message)}`;
}

/** GitHub's own escapes (actions/toolkit: packages/core/src/command.ts), and ours for what would change a log. */
function escapeData(text: string): string {
  return printable(text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A"));
}
