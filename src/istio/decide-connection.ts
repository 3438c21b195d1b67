import type { Connection, Rule } from "./interception-rules.ts";
import { INTERCEPTION_RULES } from "./interception-rules.ts";
import type { InterceptionSettings } from "./interception-settings.ts";

/** Which rule decides about a connection, and so where it ends up. */
export interface ConnectionDecision {
  rule: Rule;
  /** Earlier rules with another outcome, that decide if the address, which is not known, turns out to be theirs. */
  unless: readonly Rule[];
}

/**
 * Decides about one connection of a pod with a sidecar as its packet filter will: the first rule that matches (istio:
 * tools/istio-iptables/pkg/capture/run.go; nftables and the CNI plugin keep the same order).
 */
export function decideConnection(connection: Connection, settings: InterceptionSettings): ConnectionDecision {
  const doubtful: Rule[] = [];
  for (const rule of INTERCEPTION_RULES) {
    const matches = rule.matches(connection, settings);
    if (matches === true) return { rule, unless: doubtful.filter(({ way }) => way !== rule.way) };
    if (matches === undefined) doubtful.push(rule);
  }
  throw new Error("the last rule matches every connection");
}
