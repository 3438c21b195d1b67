import { addressOf, decidersOf, exceptionOf, type Decider, type Explanation, type Flow } from "./flow.ts";
import { PAGE_SCRIPT, PAGE_STYLE } from "./page.ts";
import { printSvg } from "./print-svg.ts";
import { escapeXml } from "./svg.ts";

/** A warning as the page shows it: its id, what it says, and the address of its page, if that is known. */
export interface ShownWarning {
  warning: string | undefined;
  line: string;
  url: string | undefined;
}

/**
 * The flows of all agents as one HTML page without anything from elsewhere: a table to filter, the rules that its rows link
 * to, the warnings with their pages, and the picture. Without scripts it shows everything.
 */
export function printHtml(explanations: readonly Explanation[], warnings: readonly ShownWarning[]): string {
  const title = `Flows of ${explanations.map(({ agent }) => agent).join(", ")}`;
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    // Nothing is loaded, even if a name in the input could smuggle in an element.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    "</head>",
    "<body>",
    "<main>",
    ...explanations.flatMap(agentSection),
    ...warningSection(warnings),
    "</main>",
    `<script>${PAGE_SCRIPT}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function agentSection(explanation: Explanation, position: number): string[] {
  const { agent, flows, gaps } = explanation;
  const id = `agent${position}`;
  const direct = flows.filter(({ decider }) => decider.way === "direct").length;
  return [
    `<section class="agent" aria-labelledby="${id}">`,
    `<h1 id="${id}">Flows of <code>${escapeXml(agent)}</code>, after the rewrite</h1>`,
    `<p>${flows.length - direct} through the sidecar, ${direct} directly.</p>`,
    ...filters(flows, id),
    `<div class="scroll" role="region" aria-label="Table of the flows" tabindex="0">`,
    "<table>",
    "<thead><tr>",
    ...["Flow", "To", "Where", "Way", "Decided by", "TLS by"].map((name) => `<th scope="col">${name}</th>`),
    "</tr></thead>",
    "<tbody>",
    ...flows.map((flow) => row(flow, id)),
    "</tbody>",
    "</table>",
    "</div>",
    '<p class="none" hidden>No flow is like that.</p>',
    "<h2>Rules</h2>",
    "<dl>",
    ...decidersOf(flows).flatMap(({ id: rule, sentence, source, way }) => [
      `<dt id="${id}-${escapeXml(rule)}"><code>${escapeXml(rule)}</code>: ${wayName(way)}</dt>`,
      `<dd>${escapeXml(sentence)} (istio: <code>${escapeXml(source)}</code>)</dd>`,
    ]),
    "</dl>",
    ...(gaps.length === 0
      ? []
      : ["<h2>Not known</h2>", "<ul>", ...gaps.map((gap) => `<li>${escapeXml(gap)}</li>`), "</ul>"]),
    "<h2>Picture</h2>",
    `<div class="scroll" role="region" aria-label="Picture of the flows" tabindex="0">`,
    printSvg(explanation).trimEnd(),
    "</div>",
    "</section>",
  ];
}

function filters(flows: readonly Flow[], id: string): string[] {
  const kinds = [...new Set(flows.map(({ kind }) => kind))];
  const way = (value: string, text: string, checked = ""): string =>
    `<label><input type="radio" name="${id}-way" value="${value}"${checked}> ${text}</label>`;
  return [
    '<form class="filters" role="search">',
    '<label>Filter <input type="search" name="text" placeholder="host, port, pipeline" autocomplete="off"></label>',
    "<fieldset><legend>Way</legend>",
    way("", "any", " checked"),
    way("sidecar", "through the sidecar"),
    way("direct", "directly"),
    "</fieldset>",
    "<fieldset><legend>Kind</legend>",
    ...kinds.map((kind) => `<label><input type="checkbox" name="kind" value="${kind}" checked> ${kind}</label>`),
    "</fieldset>",
    `<output aria-live="polite">${flows.length} of ${flows.length} flows</output>`,
    "</form>",
  ];
}

function row(flow: Flow, id: string): string {
  const { kind, by, protocol, place, peerAuthentication, decider, unless, tls } = flow;
  const mode = peerAuthentication === undefined ? "" : `, ${peerAuthentication}`;
  const rule = (each: Decider, text: string): string => `<a href="#${id}-${escapeXml(each.id)}">${escapeXml(text)}</a>`;
  const rules = [rule(decider, decider.id), ...unless.map((each) => rule(each, exceptionOf(each)))];
  const way = decider.way === "direct" ? "direct" : "sidecar";
  const cells = [
    `${kind}: ${escapeXml(by)}`,
    `<code>${escapeXml(addressOf(flow))}</code> ${escapeXml(protocol)}`,
    escapeXml(`${place}${mode}`),
    `<span class="way">${wayName(decider.way)}</span>`,
    rules.join("; "),
    tls.includes("refused") ? `<strong>${escapeXml(tls)}</strong>` : escapeXml(tls),
  ];
  return `<tr class="${way}" data-way="${way}" data-kind="${kind}">${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function wayName(way: Decider["way"]): string {
  return way === "direct" ? "direct" : `through the ${way}`;
}

function warningSection(warnings: readonly ShownWarning[]): string[] {
  if (warnings.length === 0) return [];
  const items = warnings.map(({ warning, line, url }) => {
    const link =
      warning !== undefined && url !== undefined ? ` <a href="${escapeXml(url)}">${escapeXml(warning)}</a>` : "";
    return `<li>${escapeXml(line)}${link}</li>`;
  });
  return [
    '<section aria-labelledby="warnings">',
    '<h1 id="warnings">Warnings</h1>',
    "<ul>",
    ...items,
    "</ul>",
    "</section>",
  ];
}
