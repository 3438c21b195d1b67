import type { Decider, Explanation, Flow } from "./flow.ts";

/** The heads of the columns. */
export const COLUMNS = ["flow", "to", "port", "where", "way", "decided by", "TLS by"] as const;

/** One flow as the cells of a table, in the order of `COLUMNS`. */
export function cellsOf(flow: Flow): string[] {
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

/** What decides instead if the address is in the rule's ranges, as a clause. */
export function exceptionOf({ way, ranges }: Decider): string {
  return `${way} if its IP is in ${ranges}`;
}

/** The rules that decided, each once, in the order in which they first did. */
export function decidersOf({ flows }: Explanation): Decider[] {
  const deciders = new Map<string, Decider>();
  for (const { decider, unless } of flows) {
    for (const each of [decider, ...unless]) if (!deciders.has(each.id)) deciders.set(each.id, each);
  }
  return [...deciders.values()];
}
