/** A text in which nothing is markup (GitHub Flavored Markdown). */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\|<>*_`[\]]/g, (char) => (char === "<" ? "&lt;" : char === ">" ? "&gt;" : `\\${char}`));
}

/** A text as code in a table or outside of one: GitHub makes no link of an address there. */
export function code(text: string): string {
  const fence = text.includes("`") ? "``" : "`";
  const padding = fence.length > 1 ? " " : "";
  return `${fence}${padding}${text.replaceAll("|", "\\|")}${padding}${fence}`;
}

/** Cells of a table, which are Markdown already. */
export function markdownRow(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
