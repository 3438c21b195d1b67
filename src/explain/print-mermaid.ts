import type { Explanation, Flow } from "./flow.ts";

/** The flows as a Mermaid flowchart (mermaid.js.org/syntax/flowchart.html), which GitHub draws in a pull request. */
export function printMermaid({ agent, flows }: Explanation): string {
  const throughSidecar = flows.some(({ decider }) => decider.way !== "direct");
  return [
    "flowchart LR",
    `  subgraph pod [${quote(`pod of ${agent}`)}]`,
    "    agent[collector]",
    ...(throughSidecar ? ["    sidecar[Istio sidecar]"] : []),
    "  end",
    ...(throughSidecar ? ["  agent --> sidecar"] : []),
    ...flows.map((flow, at) => `  ${edge(flow)} flow${at}[${quote(`${flow.target}<br/>${flow.place}`)}]`),
    "",
  ].join("\n");
}

/** Solid through the sidecar, dotted past it. */
function edge({ kind, port, tls, decider }: Flow): string {
  const label = quote(`${kind} ${port}<br/>TLS: ${tls}`);
  // One step longer, so that it ends in the column behind the sidecar: beside it labels would lie below the boxes.
  return decider.way === "direct" ? `agent -. ${label} ..->` : `sidecar -- ${label} -->`;
}

/** Text in quotes, in which Mermaid takes entities for special characters; line breaks are ours alone. */
function quote(text: string): string {
  const escaped = text
    .split("<br/>")
    .map((line) => line.replace(/["<>&#]/g, (char) => `#${char.charCodeAt(0)};`))
    .join("<br/>");
  return `"${escaped}"`;
}
