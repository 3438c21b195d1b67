import type { Explanation } from "./flow.ts";
import { cellsOf, COLUMNS, decidersOf } from "./rows.ts";

/** The flows as Markdown (GitHub Flavored Markdown, tables), to be pasted into a pull request. */
export function printMarkdown(explanation: Explanation): string {
  const row = (cells: readonly string[]): string => `| ${cells.map(escape).join(" | ")} |`;
  const rules = decidersOf(explanation).map(
    ({ id, sentence, source }) => `- \`${id}\`: ${escape(sentence)} (istio: \`${source}\`)`,
  );
  return [
    `### Flows of ${escape(explanation.agent)}, after the rewrite`,
    "",
    row(COLUMNS),
    row(COLUMNS.map(() => "---")),
    ...explanation.flows.map((flow) => row(cellsOf(flow))),
    "",
    ...rules,
    ...(explanation.gaps.length === 0
      ? []
      : ["", "Not told:", "", ...explanation.gaps.map((gap) => `- ${escape(gap)}`)]),
    "",
  ].join("\n");
}

/** What Markdown would take for more than text. */
function escape(text: string): string {
  return text.replace(/[\\|<>*_`[\]]/g, (char) => (char === "<" ? "&lt;" : char === ">" ? "&gt;" : `\\${char}`));
}
