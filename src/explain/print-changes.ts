import pc from "picocolors";
import { isUnchanged, type AgentChange, type FlowChange, type PortChange } from "./compare-flows.ts";
import { addressOf, type Flow } from "./flow.ts";
import { code, escapeMarkdown, markdownRow } from "./markdown.ts";
import { formatTable, wrap, type Look } from "./table.ts";

/** What changes, for a terminal. */
export function printChangeTable(changes: readonly AgentChange[], { withColour, width }: Look): string {
  const paint = pc.createColors(withColour);
  const colours = { added: paint.green, removed: paint.red, changed: paint.yellow };
  const blocks = changes.map((change) => {
    const title = paint.bold(`Changes for ${change.agent}`);
    if (isUnchanged(change)) return `${title}: none\n`;
    const list = (text: string): string =>
      wrap(text, (width ?? Infinity) - 4)
        .map((line, at) => `${at === 0 ? "  " : "    "}${line}\n`)
        .join("");
    const ports = change.ports.map((port) => list(sentenceOf(port)));
    const rows = [
      ["CHANGE", "FLOW", "TO", "BEFORE", "AFTER"],
      ...change.flows.map((flow) => [kindOf(flow), ...cellsOf(flow)]),
    ];
    const colourOf = (piece: string, row: number, column: number): string => {
      const flow = change.flows[row - 1];
      if (flow === undefined) return paint.bold(piece);
      return column === 0 ? colours[kindOf(flow)](piece) : piece;
    };
    const sections = [
      ...(ports.length > 0 ? [`Ports through the sidecar:\n${ports.join("")}`] : []),
      ...(change.flows.length > 0 ? [`${formatTable(rows, width, colourOf).join("\n")}\n`] : []),
      ...(change.certificates
        ? [
            `Certificates:\n${list(`before: ${shown(change.certificates.before)}`)}${list(`after: ${shown(change.certificates.after)}`)}`,
          ]
        : []),
    ];
    return `${title}\n\n${sections.join("\n")}`;
  });
  return blocks.join("\n");
}

/** What changes, as Markdown for a pull request. */
export function printChangeMarkdown(changes: readonly AgentChange[]): string {
  const blocks = changes.map((change) => {
    const title = `### Changes for ${code(change.agent)}\n`;
    if (isUnchanged(change)) return `${title}\nNone.\n`;
    const ports = change.ports.map((port) => `- ${sentenceOf(port, code, escapeMarkdown)}\n`);
    const rows = change.flows.map((flow) => {
      const [name = "", to = "", before = "", after = ""] = cellsOf(flow);
      return markdownRow([kindOf(flow), escapeMarkdown(name), code(to), escapeMarkdown(before), escapeMarkdown(after)]);
    });
    const head = [
      markdownRow(["change", "flow", "to", "before", "after"]),
      markdownRow(["---", "---", "---", "---", "---"]),
    ];
    const { certificates } = change;
    const sections = [
      ...(ports.length > 0 ? [`Ports through the sidecar:\n\n${ports.join("")}`] : []),
      ...(rows.length > 0 ? [`${[...head, ...rows].join("\n")}\n`] : []),
      ...(certificates
        ? [`Certificates: before ${code(shown(certificates.before))}, after ${code(shown(certificates.after))}.\n`]
        : []),
    ];
    return `${title}\n${sections.join("\n")}`;
  });
  return blocks.join("\n");
}

/** `9090: direct before, through the sidecar after, for …; these scrapes are caught by it: …` */
function sentenceOf(
  { port, isIncluded, askedBy, caught }: PortChange,
  mark = (text: string): string => text,
  escape = (text: string): string => text,
): string {
  const [before, after] = isIncluded ? ["direct", "through the sidecar"] : ["through the sidecar", "direct"];
  const reason = askedBy.length > 0 ? `, for ${escape(askedBy.join(", "))}` : "";
  const these = caught.length === 1 ? "this is" : "these are";
  const also = isIncluded ? `${these} caught by it` : `${these} no longer caught by it`;
  const scrapes = caught.length > 0 ? `; ${also}: ${caught.map(mark).join(", ")}` : "";
  return `${mark(String(port))}: ${before} before, ${after} after${reason}${scrapes}`;
}

function kindOf({ before, after }: FlowChange): "added" | "removed" | "changed" {
  return before === undefined ? "added" : after === undefined ? "removed" : "changed";
}

function cellsOf({ before, after }: FlowChange): string[] {
  const flow = after ?? before;
  const moved = before && after && addressOf(before) !== addressOf(after) ? `${addressOf(before)} → ` : "";
  return [
    flow ? `${flow.kind}: ${flow.by}` : "",
    flow ? `${moved}${addressOf(flow)}` : "",
    wayOf(before),
    wayOf(after),
  ];
}

function wayOf(flow: Flow | undefined): string {
  if (flow === undefined) return "-";
  return `${flow.decider.way} (${flow.decider.id}), TLS: ${flow.tls}`;
}

function shown(certificates: string | undefined): string {
  return certificates ?? "none";
}
