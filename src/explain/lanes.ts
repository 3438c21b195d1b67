import type { Flow } from "./flow.ts";

/** What a picture shows in one group: the flows of one purpose, alike ones together. */
export interface Lane {
  title: string;
  boxes: readonly (readonly [Flow, ...Flow[]])[];
}

/** A lane with more boxes than this takes alike flows together; more could not be read at a glance. */
const ROOM = 10;

/**
 * The flows by purpose, in the order in which a picture shows them. Where a lane has more flows than there is room for, one
 * box stands for all flows that differ in nothing but the target; if there are still too many, for all that differ in the port
 * besides; and at last for all that one rule sends the same way, of which there are at most as many as rules.
 */
export function lanesOf(flows: readonly Flow[]): Lane[] {
  const of = (...kinds: readonly Flow["kind"][]): Flow[] => flows.filter(({ kind }) => kinds.includes(kind));
  return [
    { title: "Exports to backends", flows: of("export") },
    { title: "API server, OAuth2 tokens", flows: of("api server", "token") },
    { title: "Scrapes", flows: of("scrape") },
  ]
    .filter((lane) => lane.flows.length > 0)
    .map((lane) => ({ title: `${lane.title}: ${lane.flows.length}`, boxes: boxesOf(lane.flows) }));
}

function boxesOf(flows: readonly Flow[]): [Flow, ...Flow[]][] {
  const keys: ((flow: Flow) => unknown[])[] = [
    (flow) => [...traitsOf(flow), flow.port, flow.target],
    (flow) => [...traitsOf(flow), flow.port],
    traitsOf,
    ({ decider, unless }) => [decider.id, unless.map(({ id }) => id)],
  ];
  let boxes: [Flow, ...Flow[]][] = [];
  for (const key of keys) {
    boxes = groupBy(flows, key);
    if (boxes.length <= ROOM) break;
  }
  // What goes the same way stands together, so that few lines cross.
  return boxes.toSorted(([a], [b]) => Number(a.decider.way === "direct") - Number(b.decider.way === "direct"));
}

function groupBy(flows: readonly Flow[], key: (flow: Flow) => unknown[]): [Flow, ...Flow[]][] {
  const groups = new Map<string, [Flow, ...Flow[]]>();
  for (const flow of flows) {
    const name = JSON.stringify(key(flow));
    const group = groups.get(name);
    if (group) group.push(flow);
    else groups.set(name, [flow]);
  }
  return [...groups.values()];
}

/** All that flows of one box have in common, unless there are too many boxes. */
function traitsOf({ decider, unless, ...flow }: Flow): unknown[] {
  return [
    decider.id,
    unless.map(({ id }) => id),
    flow.kind,
    flow.by,
    flow.protocol,
    flow.place,
    flow.peerAuthentication,
    flow.tls,
  ];
}
