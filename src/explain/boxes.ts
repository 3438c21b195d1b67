import { exceptionOf, type Flow } from "./flow.ts";

/** A text of the picture, and how it is set. */
export interface BoxLine {
  text: string;
  style: "title" | "name" | "plain" | "soft" | "way" | "warn";
}

/** Flows that are drawn as one box. */
export type Box = readonly [Flow, ...Flow[]];

/** A lane with more boxes than this groups similar flows; more could not be read at a glance. */
const ROOM = 10;

/** Of a list, a box shows no more than this. */
const SHOWN = 4;

const LANES: readonly { title: string; kinds: readonly Flow["kind"][] }[] = [
  { title: "Exports to backends", kinds: ["export"] },
  { title: "API server, OAuth2 tokens", kinds: ["api server", "token"] },
  { title: "Scrapes", kinds: ["scrape"] },
];

/** The flows by purpose, in the order in which a picture shows them. */
export function lanesOf(flows: readonly Flow[]): { title: string; boxes: Box[] }[] {
  return LANES.map(({ title, kinds }) => ({ title, own: flows.filter(({ kind }) => kinds.includes(kind)) }))
    .filter(({ own }) => own.length > 0)
    .map(({ title, own }) => ({ title: `${title}: ${own.length}`, boxes: boxesOf(own) }));
}

/**
 * Where there are more flows than there is room for, one box stands for all that differ only in the target; if there are still
 * too many, for all that differ in the port as well; and at last for all that one rule sends the same way.
 */
function boxesOf(flows: readonly Flow[]): Box[] {
  const keys: ((flow: Flow) => unknown[])[] = [
    (flow) => [...traitsOf(flow), flow.port, flow.target],
    (flow) => [...traitsOf(flow), flow.port],
    traitsOf,
    ruleOf,
  ];
  let boxes: Box[] = [];
  for (const key of keys) {
    const groups = new Map<string, [Flow, ...Flow[]]>();
    for (const flow of flows) {
      const name = JSON.stringify(key(flow));
      const group = groups.get(name);
      if (group) group.push(flow);
      else groups.set(name, [flow]);
    }
    boxes = [...groups.values()];
    if (boxes.length <= ROOM) break;
  }
  // What goes the same way stands together, so that few lines cross.
  return boxes.toSorted(([a], [b]) => Number(a.decider.way === "direct") - Number(b.decider.way === "direct"));
}

function ruleOf({ decider, unless }: Flow): unknown[] {
  return [decider.id, unless.map(({ id }) => id)];
}

function traitsOf(flow: Flow): unknown[] {
  const { kind, by, protocol, place, peerAuthentication, tls } = flow;
  return [ruleOf(flow), kind, by, protocol, place, peerAuthentication, tls];
}

/** What a box says about its flows. */
export function boxText(flows: Box): BoxLine[] {
  const [{ decider, unless }] = flows;
  const distinct = (of: (flow: Flow) => string): string[] => [...new Set(flows.map(of))];
  const some = (of: (flow: Flow) => string): string => {
    const texts = distinct(of);
    if (texts.length <= SHOWN) return texts.join(", ");
    return `${texts.slice(0, SHOWN - 1).join(", ")} and ${texts.length - SHOWN + 1} more`;
  };
  const targets = some(({ target }) => target);
  const several = `${flows.length} ${distinct(({ kind }) => `${kind}s`).join(" and ")}`;
  const ports = distinct(({ port }) => String(port)).length > 1 ? "ports" : "port";
  const where = some(({ place, peerAuthentication }) => {
    const shown = place === "not told" ? "place not told" : place;
    return peerAuthentication === undefined ? shown : `${shown}, ${peerAuthentication}`;
  });
  const isRefused = flows.some(({ tls }) => tls.includes("refused"));
  return [
    { style: "soft", text: some(({ by }) => by) },
    { style: "name", text: flows.length > 1 ? several : targets },
    ...(flows.length > 1 ? [{ style: "plain" as const, text: targets }] : []),
    {
      style: "plain",
      text: `${ports} ${some(({ port }) => String(port))} · ${some(({ protocol }) => protocol)} · ${where}`,
    },
    { style: isRefused ? "warn" : "plain", text: `TLS: ${some(({ tls }) => tls)}` },
    { style: "way", text: `${decider.way === "direct" ? "direct" : `through the ${decider.way}`}: ${decider.id}` },
    ...unless.map((each): BoxLine => ({ style: "plain", text: `but ${exceptionOf(each)}` })),
  ];
}
