import { decidersOf, exceptionOf, type Decider, type Explanation, type Flow } from "./flow.ts";

const COLUMNS = ["flow", "to", "port", "where", "way", "decided by", "TLS by"];

/** One flow as the cells of a table, in the order of `COLUMNS`. */
function cellsOf(flow: Flow): string[] {
  const mode = flow.peerAuthentication === undefined ? "" : `, ${flow.peerAuthentication}`;
  return [
    `${flow.kind}: ${flow.by}`,
    `${flow.target} (${flow.protocol})`,
    String(flow.port),
    `${flow.place}${mode}`,
    flow.decider.way,
    [flow.decider.id, ...flow.unless.map(exceptionOf)].join("; "),
    flow.tls,
  ];
}

/** Colours of a terminal (ECMA-48, SGR). */
const BOLD = "1";
const GREEN = "32";
const YELLOW = "33";

/** The flows as a table for a terminal, followed by what the rules say. */
export function printTable({ agent, flows, gaps }: Explanation, withColour: boolean): string {
  const paint = (code: string, text: string): string => (withColour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const rows = [COLUMNS.map((column) => column.toUpperCase()), ...flows.map(cellsOf)];
  const widths = COLUMNS.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row, position) => {
    const cells = row.map((cell, at) => {
      const padded = at === COLUMNS.length - 1 ? cell : cell.padEnd(widths[at] ?? 0);
      if (position === 0) return paint(BOLD, padded);
      return COLUMNS[at] === "way" ? paint(cell === "direct" ? YELLOW : GREEN, padded) : padded;
    });
    return cells.join("  ");
  });
  return [
    `Flows of ${agent}, after the rewrite`,
    "",
    ...lines,
    "",
    "Rules:",
    ...decidersOf(flows).map(({ id, sentence, source }) => `  ${id}: ${sentence} (istio: ${source})`),
    ...(gaps.length === 0 ? [] : ["", "Not told:", ...gaps.map((gap) => `  ${gap}`)]),
    "",
  ].join("\n");
}

/** The flows as Markdown (GitHub Flavored Markdown, tables), to be pasted into a pull request. */
export function printMarkdown({ agent, flows, gaps }: Explanation): string {
  const row = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(" | ")} |`;
  return [
    `### Flows of ${escapeMarkdown(agent)}, after the rewrite`,
    "",
    row(COLUMNS),
    row(COLUMNS.map(() => "---")),
    ...flows.map((flow) => row(cellsOf(flow))),
    "",
    ...decidersOf(flows).map(
      ({ id, sentence, source }) => `- \`${id}\`: ${escapeMarkdown(sentence)} (istio: \`${source}\`)`,
    ),
    ...(gaps.length === 0 ? [] : ["", "Not told:", "", ...gaps.map((gap) => `- ${escapeMarkdown(gap)}`)]),
    "",
  ].join("\n");
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\|<>*_`[\]]/g, (char) => (char === "<" ? "&lt;" : char === ">" ? "&gt;" : `\\${char}`));
}

/** The flows as a Mermaid flowchart (mermaid.js.org/syntax/flowchart.html), which GitHub draws in a pull request. */
export function printMermaid({ agent, flows }: Explanation): string {
  const throughSidecar = flows.some(({ decider }) => decider.way !== "direct");
  return [
    "flowchart LR",
    `  subgraph pod [${quoteMermaid(`pod of ${agent}`)}]`,
    "    agent[collector]",
    ...(throughSidecar ? ["    sidecar[Istio sidecar]"] : []),
    "  end",
    ...(throughSidecar ? ["  agent --> sidecar"] : []),
    ...flows.map(({ kind, port, tls, decider, target, place }, at) => {
      const label = quoteMermaid(`${kind} ${port}`, `TLS: ${tls}`);
      // One step longer, so that it ends in the column after the sidecar: beside it labels would lie below the boxes.
      const edge = decider.way === "direct" ? `agent -. ${label} ..->` : `sidecar -- ${label} -->`;
      return `  ${edge} flow${at}[${quoteMermaid(target, place)}]`;
    }),
    "",
  ].join("\n");
}

/** Lines of text in quotes, in which Mermaid takes entities for special characters. */
function quoteMermaid(...lines: string[]): string {
  const escaped = lines.map((line) => line.replace(/["<>&#]/g, (char) => `#${char.charCodeAt(0)};`));
  return `"${escaped.join("<br/>")}"`;
}

/** The flows as JSON, for programs. */
export function printJson({ agent, flows, gaps }: Explanation): string {
  const plain = flows.map(({ decider, unless, ...flow }) => ({
    ...flow,
    way: decider.way,
    decidedBy: ruleOf(decider),
    unless: unless.map((each) => ({ way: each.way, ...ruleOf(each) })),
  }));
  return `${JSON.stringify({ agent, flows: plain, gaps }, null, 2)}\n`;
}

function ruleOf({ id, sentence, source, ranges }: Decider): object {
  return { id, sentence, source, ranges };
}
