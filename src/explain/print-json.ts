import type { Decider, Explanation } from "./flow.ts";

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

function ruleOf({ id, sentence, source, ranges }: Decider): Omit<Decider, "way"> {
  return { id, sentence, source, ...(ranges === undefined ? {} : { ranges }) };
}
