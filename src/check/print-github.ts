import { messageOf, placesOf, sentenceOf } from "./report.ts";
import type { Report } from "./report.ts";

/**
 * Workflow commands, one line for each changed place and each problem, that GitHub shows in the pull request
 * (docs.github.com: actions/reference, workflow commands).
 */
export function printGithub({ changed, problems }: Report): string {
  const places = changed === undefined ? [] : placesOf(changed);
  const commands = [
    ...problems.map(({ finding, path, line, column, endColumn }) =>
      command(finding.severity === "error" ? "error" : "warning", sentenceOf(finding), {
        file: path,
        line,
        col: column,
        endColumn,
        title: finding.severity === "error" ? "cannot be decided" : "intercept-backends",
      }),
    ),
    ...places.map((place) =>
      command("error", messageOf(place), {
        file: place.path,
        line: place.line,
        ...(place.endLine > place.line
          ? { endLine: place.endLine }
          : { col: place.columns?.start, endColumn: place.columns?.end }),
        title: "not what intercept-backends writes",
      }),
    ),
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

/** GitHub's own escapes (actions/toolkit: packages/core/src/command.ts). */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
