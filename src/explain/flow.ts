import type { Place } from "../cluster/whereabouts.ts";
import type { Rule } from "../istio/interception-rules.ts";

/** What decides where a flow goes: a rule of the packet filter, or that there is none. */
export interface Decider extends Pick<Rule, "id" | "way" | "sentence" | "source"> {
  /** The ranges of a rule on ranges, with commas. */
  ranges?: string | undefined;
  /** What must be the case for it to decide, as a clause that begins with "if" or "with"; about the IP where it is missing. */
  condition?: string | undefined;
}

/** One flow that the agent opens. */
export interface Flow {
  kind: "export" | "scrape" | "api server" | "token";
  /** Who asks for it: a MetricPipeline, or an input of some. */
  by: string;
  /** The other end in a form that may be shown; never a host out of a Secret. */
  target: string;
  protocol: string;
  port: number;
  place: Place;
  /** `mtls.mode` of the PeerAuthentication that holds there, if the stream has one. */
  peerAuthentication?: string | undefined;
  decider: Decider;
  /** What decides instead if the address, which only DNS knows, is one of its own, or if Istio is installed in another way. */
  unless: readonly Decider[];
  /** Who encrypts. */
  tls: string;
}

/** All flows of one agent after the rewrite. */
export interface Explanation {
  /** `namespace/name` of its workload. */
  agent: string;
  flows: readonly Flow[];
  /** The ports that `includeOutboundPorts` lists. */
  includedPorts: readonly number[];
  /** How the mesh's certificates reach the agent, as a clause; undefined where they do not. */
  certificates: string | undefined;
  /** What is not known, one clause each. */
  gaps: readonly string[];
}

/** The other end with its port, which is not repeated. */
export function addressOf({ target, port }: Flow): string {
  return target.endsWith(`:${port}`) ? target : `${target}:${port}`;
}

/** What decides instead, and when, as a clause. */
export function exceptionOf({ way, ranges, condition = `if its IP is in ${ranges}` }: Decider): string {
  return `${way} ${condition}`;
}

/** The rules that decided, each once, in the order in which they first did. */
export function decidersOf(flows: readonly Flow[]): Decider[] {
  const deciders = new Map<string, Decider>();
  for (const each of flows.flatMap(({ decider, unless }) => [decider, ...unless])) {
    if (!deciders.has(each.id)) deciders.set(each.id, each);
  }
  return [...deciders.values()];
}
