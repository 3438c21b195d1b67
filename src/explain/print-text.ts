import pc from "picocolors";
import { printableJson } from "../base/printable.ts";
import { addressOf, decidersOf, exceptionOf, type Decider, type Explanation, type Flow } from "./flow.ts";
import { code, escapeMarkdown, markdownRow } from "./markdown.ts";
import { formatTable, wrap, type Look } from "./table.ts";

const COLUMNS = ["flow", "to", "port", "where", "way", "decided by", "TLS by"];

/** What a narrow terminal does without, the first one first. */
const LEFT_OUT = ["where", "TLS by"];

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

/** The flows as a table for a terminal, followed by what the rules say. */
export function printTable({ agent, flows, gaps }: Explanation, { withColour, width }: Look): string {
  const paint = pc.createColors(withColour);
  const leftOut = width !== undefined && width < 100 ? LEFT_OUT.slice(0, width < 75 ? 2 : 1) : [];
  const shown = COLUMNS.filter((column) => !leftOut.includes(column));
  const rows = [COLUMNS.map((column) => column.toUpperCase()), ...flows.map(cellsOf)].map((row) =>
    row.filter((_, at) => !leftOut.includes(COLUMNS[at] ?? "")),
  );
  const lines = formatTable(rows, width, (piece, row, column) => {
    if (row === 0) return paint.bold(piece);
    if (shown[column] !== "way") return piece;
    return piece === "direct" ? paint.yellow(piece) : paint.green(piece);
  });
  const list = (text: string): string[] => {
    return wrap(text, (width ?? Infinity) - 4).map((line, at) => `${at === 0 ? "  " : "    "}${line}`);
  };
  return [
    ...wrap(`Flows of ${agent}, after the rewrite`, width ?? Infinity),
    "",
    ...lines,
    ...(leftOut.length === 0
      ? []
      : ["", ...wrap(`A wider terminal also shows: ${leftOut.join(", ")}`, width ?? Infinity)]),
    "",
    "Rules:",
    ...decidersOf(flows).flatMap(({ id, sentence, source }) => list(`${id}: ${sentence} (istio: ${source})`)),
    ...(gaps.length === 0 ? [] : ["", "Not told:", ...gaps.flatMap(list)]),
    "",
  ].join("\n");
}

/**
 * The flows as Markdown (GitHub Flavored Markdown, tables), narrow enough for a pull request: where, way and rule share a
 * cell, and so do address and port.
 */
export function printMarkdown({ agent, flows, gaps }: Explanation): string {
  return [
    `### Flows of ${code(agent)}, after the rewrite`,
    "",
    markdownRow(["flow", "to", "way", "TLS by"]),
    markdownRow(["---", "---", "---", "---"]),
    ...flows.map((flow) => {
      const [name = "", , , where = "", way = "", rules = ""] = cellsOf(flow);
      const to = `${code(addressOf(flow))} ${flow.protocol}, ${escapeMarkdown(where)}`;
      return markdownRow([escapeMarkdown(name), to, `**${way}**: ${escapeMarkdown(rules)}`, escapeMarkdown(flow.tls)]);
    }),
    "",
    ...decidersOf(flows).map(
      ({ id, sentence, source }) => `- ${code(id)}: ${escapeMarkdown(sentence)} (istio: ${code(source)})`,
    ),
    ...(gaps.length === 0 ? [] : ["", "Not told:", "", ...gaps.map((gap) => `- ${escapeMarkdown(gap)}`)]),
    "",
  ].join("\n");
}

/**
 * The flows as a Mermaid flowchart (mermaid.js.org/syntax/flowchart.html), which GitHub draws in a pull request. What goes
 * through the sidecar is round, blue and solid; what goes directly is square, orange and dashed.
 */
export function printMermaid({ agent, flows }: Explanation): string {
  const throughSidecar = flows.some((flow) => !isDirect(flow));
  const namesOf = (wanted: (flow: Flow) => boolean): string =>
    flows.flatMap((flow, at) => (wanted(flow) ? [`flow${at}`] : [])).join(",");
  const classes = [
    ["sidecar", throughSidecar ? `sidecar,${namesOf((flow) => !isDirect(flow))}` : ""],
    ["direct", namesOf(isDirect)],
  ].filter(([, names]) => names !== "");
  return [
    "flowchart LR",
    `  subgraph pod [${quoteMermaid(`pod of ${agent}`)}]`,
    "    agent[collector]",
    ...(throughSidecar ? ["    sidecar([Istio sidecar])"] : []),
    "  end",
    ...(throughSidecar ? ["  agent --> sidecar"] : []),
    ...flows.map((flow, at) => {
      const { kind, port, tls, target, place } = flow;
      const label = quoteMermaid(`${kind} ${port}`, `TLS: ${tls}`);
      const text = quoteMermaid(target, place);
      // One step longer, so that it ends in the column after the sidecar: beside it labels would lie below the boxes.
      return isDirect(flow)
        ? `  agent -. ${label} ..-> flow${at}[${text}]`
        : `  sidecar -- ${label} --> flow${at}([${text}])`;
    }),
    "  classDef sidecar stroke:#0969da,stroke-width:2px",
    "  classDef direct stroke:#bc4c00,stroke-width:2px,stroke-dasharray:6 4",
    ...classes.map(([name, names]) => `  class ${names} ${name}`),
    "",
  ].join("\n");
}

function isDirect({ decider }: Flow): boolean {
  return decider.way === "direct";
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
  return printableJson({ agent, flows: plain, gaps });
}

function ruleOf({ id, sentence, source, ranges, condition }: Decider): object {
  return { id, sentence, source, ranges, condition };
}
