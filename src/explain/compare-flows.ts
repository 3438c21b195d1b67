import type { Explanation, Flow } from "./flow.ts";

/** One flow in two states of the agent; one of them is missing where it is new or gone. */
export interface FlowChange {
  before?: Flow;
  after?: Flow;
}

/** What became of one port of `includeOutboundPorts`. */
export interface PortChange {
  port: number;
  /** True where the sidecar carries it from now on, false where it no longer does. */
  isIncluded: boolean;
  /** Who pushes or calls to it through the sidecar, after or before. */
  askedBy: readonly string[];
  /** Scrapes of the port whose way changed with it, which nobody asked for. */
  caught: readonly string[];
}

/** What changes for one agent. */
export interface AgentChange {
  agent: string;
  ports: readonly PortChange[];
  flows: readonly FlowChange[];
  /** Undefined where they stay as they are. */
  certificates: { before: string | undefined; after: string | undefined } | undefined;
}

/** What changes for each agent between two states; one that is in one state alone is compared with nothing. */
export function compareExplanations(before: readonly Explanation[], after: readonly Explanation[]): AgentChange[] {
  const agents = [...new Set([...after, ...before].map(({ agent }) => agent))];
  return agents.map((agent) => {
    const isIts = (each: Explanation): boolean => each.agent === agent;
    return compareAgent(agent, before.find(isIts), after.find(isIts));
  });
}

/** True where nothing changes. */
export function isUnchanged({ ports, flows, certificates }: AgentChange): boolean {
  return ports.length === 0 && flows.length === 0 && certificates === undefined;
}

function compareAgent(agent: string, before?: Explanation, after?: Explanation): AgentChange {
  const [old, fresh] = [before?.flows ?? [], after?.flows ?? []];
  const pairs = pairUp(old, fresh);
  const flows = pairs.filter((pair) => pair.before === undefined || pair.after === undefined || differ(pair));
  const certificates =
    before?.certificates === after?.certificates
      ? undefined
      : { before: before?.certificates, after: after?.certificates };
  const [oldPorts, freshPorts] = [before?.includedPorts ?? [], after?.includedPorts ?? []];
  const added = freshPorts.filter((port) => !oldPorts.includes(port));
  const removed = oldPorts.filter((port) => !freshPorts.includes(port));
  const changeOf = (port: number, isIncluded: boolean): PortChange => ({
    port,
    isIncluded,
    askedBy: namesOf(
      (isIncluded ? fresh : old).filter((flow) => flow.port === port && isAsked(flow)),
      ({ by }) => by,
    ),
    caught: namesOf(
      pairs.flatMap(({ before: was, after: is }) => {
        const isCaught = was && is && is.port === port && !isAsked(is) && was.decider.way !== is.decider.way;
        return isCaught ? [is] : [];
      }),
      ({ kind, target }) => `${kind} of ${target}`,
    ),
  });
  const ports = [...added.map((port) => changeOf(port, true)), ...removed.map((port) => changeOf(port, false))];
  return { agent, ports: ports.toSorted((one, other) => one.port - other.port), flows, certificates };
}

/** The flows for whose sake a port is included. */
function isAsked({ kind }: Flow): boolean {
  return kind === "export" || kind === "token";
}

function namesOf(flows: readonly Flow[], nameOf: (flow: Flow) => string): string[] {
  return [...new Set(flows.map(nameOf))];
}

/** The same flow in both states: first by all that it is called, then by who asks for it, since an endpoint may move. */
function pairUp(before: readonly Flow[], after: readonly Flow[]): FlowChange[] {
  const keys = [
    ({ kind, by, target, port }: Flow) => [kind, by, target, port],
    ({ kind, by, target }: Flow) => [kind, by, kind === "scrape" ? target : ""],
  ];
  const rest = new Set(before);
  const partners = new Map<Flow, Flow>();
  for (const key of keys) {
    for (const flow of after.filter((each) => !partners.has(each))) {
      const partner = [...rest].find((each) => JSON.stringify(key(each)) === JSON.stringify(key(flow)));
      if (partner === undefined) continue;
      rest.delete(partner);
      partners.set(flow, partner);
    }
  }
  return [
    ...after.map((flow): FlowChange => {
      const partner = partners.get(flow);
      return partner === undefined ? { after: flow } : { before: partner, after: flow };
    }),
    ...[...rest].map((flow): FlowChange => ({ before: flow })),
  ];
}

function differ({ before, after }: FlowChange): boolean {
  return JSON.stringify(traitsOf(before)) !== JSON.stringify(traitsOf(after));
}

function traitsOf(flow: Flow | undefined): unknown {
  if (flow === undefined) return undefined;
  const { target, port, protocol, place, decider, unless, tls } = flow;
  return [target, port, protocol, place, decider.id, unless.map(({ id }) => id), tls];
}
