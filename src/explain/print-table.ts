import type { Explanation } from "./flow.ts";
import { cellsOf, COLUMNS, decidersOf } from "./rows.ts";

/** Colours of a terminal (ECMA-48, SGR). */
const BOLD = "1";
const GREEN = "32";
const YELLOW = "33";

/** The flows as a table for a terminal, with what the rules say below it. */
export function printTable(explanation: Explanation, withColour: boolean): string {
  const paint = (code: string, text: string): string => (withColour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const rows = [COLUMNS.map((column) => column.toUpperCase()), ...explanation.flows.map(cellsOf)];
  const widths = COLUMNS.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row, position) => {
    const way = explanation.flows[position - 1]?.decider.way;
    const cells = row.map((cell, at) => {
      const padded = at === COLUMNS.length - 1 ? cell : cell.padEnd(widths[at] ?? 0);
      if (position === 0) return paint(BOLD, padded);
      return COLUMNS[at] === "way" ? paint(way === "direct" ? YELLOW : GREEN, padded) : padded;
    });
    return cells.join("  ");
  });
  const rules = decidersOf(explanation).map(({ id, sentence, source }) => `  ${id}: ${sentence} (istio: ${source})`);
  return [
    `Flows of ${explanation.agent}, after the rewrite`,
    "",
    ...lines,
    "",
    "Rules:",
    ...rules,
    ...(explanation.gaps.length === 0 ? [] : ["", "Not told:", ...explanation.gaps.map((gap) => `  ${gap}`)]),
    "",
  ].join("\n");
}
