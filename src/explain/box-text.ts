import type { Flow } from "./flow.ts";
import { exceptionOf } from "./rows.ts";

/** A text of the picture, and how it is set. */
export interface Line {
  text: string;
  style: "title" | "name" | "plain" | "soft" | "way" | "warn";
}

/** Of a list, a box shows no more than this. */
const SHOWN = 4;

/** What a box says about the flows that it stands for; a host out of a Secret is not in it, as it is not in the flows. */
export function boxText(flows: readonly [Flow, ...Flow[]]): Line[] {
  const [{ decider, unless }] = flows;
  const targets = distinct(flows, ({ target }) => target);
  const ports = distinct(flows, ({ port }) => String(port));
  const several = flows.length > 1;
  const tls = distinct(flows, (flow) => flow.tls);
  return [
    { style: "soft", text: some(distinct(flows, ({ by }) => by)) },
    { style: "name", text: several ? `${flows.length} ${nounOf(flows)}` : some(targets) },
    ...(several ? [{ style: "plain" as const, text: some(targets) }] : []),
    {
      style: "plain",
      text: [
        `${ports.length > 1 ? "ports" : "port"} ${some(ports)}`,
        some(distinct(flows, ({ protocol }) => protocol)),
        some(distinct(flows, placeOf)),
      ].join(" · "),
    },
    { style: tls.some((each) => each.includes("refused")) ? "warn" : "plain", text: `TLS: ${some(tls)}` },
    { style: "way", text: `${decider.way === "direct" ? "direct" : `through the ${decider.way}`}: ${decider.id}` },
    ...unless.map((each): Line => ({ style: "plain", text: `but ${exceptionOf(each)}` })),
  ];
}

function nounOf(flows: readonly Flow[]): string {
  return distinct(flows, ({ kind }) => `${kind}s`).join(" and ");
}

function placeOf({ place, peerAuthentication }: Flow): string {
  const where = place === "not told" ? "place not told" : place;
  return peerAuthentication === undefined ? where : `${where}, ${peerAuthentication}`;
}

function distinct(flows: readonly Flow[], of: (flow: Flow) => string): string[] {
  return [...new Set(flows.map(of))];
}

function some(texts: readonly string[]): string {
  if (texts.length <= SHOWN) return texts.join(", ");
  return `${texts.slice(0, SHOWN - 1).join(", ")} and ${texts.length - SHOWN + 1} more`;
}
