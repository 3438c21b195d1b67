import type { Cluster, PodLike } from "../cluster/cluster.ts";
import { isInjectionOff, whereIsNamespace } from "../cluster/whereabouts.ts";
import { decideConnection } from "../istio/interception-rules.ts";
import type { Rule } from "../istio/interception-rules.ts";
import type { InterceptionSettings } from "../istio/interception-settings.ts";
import type { LikelySurroundings } from "./likely-surroundings.ts";
import { readAddress } from "../istio/ip-range.ts";
import { INJECT_LABEL } from "../istio/annotations.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import type { Decider } from "./flow.ts";

/** Decides where a connection of the agent goes: to a port, and to an address where that is known. */
export type DecideWay = (port: number, address?: string) => { decider: Decider; unless: readonly Decider[] };

const IGNORED_NAMESPACES = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];
const INJECT = "pkg/kube/inject/inject.go";

/** How the connections of the agent's container are decided, as its pod template stands after the rewrite. */
export function wayDecider(
  agent: PodLike,
  container: Readonly<Record<string, unknown>>,
  settings: InterceptionSettings,
  cluster: Cluster,
  likely: readonly LikelySurroundings[],
): DecideWay {
  const reason = whyNoSidecar(agent, cluster);
  if (reason !== undefined) {
    const decider: Decider = { id: "no-sidecar", way: "direct", sentence: reason, source: INJECT };
    return () => ({ decider, unless: [] });
  }
  const id = (field: string): number => {
    const value = valueAt(container, "securityContext", field) ?? valueAt(agent.spec, "securityContext", field);
    return typeof value === "number" ? value : 0;
  };
  const start = { protocol: "tcp", interface: "eth0", uid: id("runAsUser"), gid: id("runAsGroup") } as const;
  return (port, text) => {
    const address = text === undefined ? undefined : readAddress(text);
    const connection = { ...start, port, ...(address ? { address } : {}) };
    const [first, ...others] = likely.map(({ around, condition }) => ({
      ...decideConnection(connection, settings, around),
      condition,
    }));
    if (first === undefined) throw new Error("the usual surroundings are always likely");
    const { rule, unless } = first;
    const otherwise = others.filter((other) => other.rule.way !== rule.way);
    return {
      decider: spelledOut(rule, settings),
      unless: [
        ...unless.map((each) => spelledOut(each, settings)),
        ...otherwise.map((other) => ({ ...spelledOut(other.rule, settings), condition: other.condition })),
      ],
    };
  };
}

function spelledOut({ id, way, sentence, source }: Rule, settings: InterceptionSettings): Decider {
  const list =
    id === "excluded-range" ? settings.excludedRanges : id === "included-range" ? settings.includedRanges : undefined;
  const ranges = typeof list === "object" ? list.map(({ text }) => text).join(", ") : list;
  return { id, way, sentence, source, ranges };
}

function whyNoSidecar(agent: PodLike, cluster: Cluster): string | undefined {
  const { namespace } = agent.manifest.ref;
  const label = agent.labels[INJECT_LABEL];
  if (agent.spec["hostNetwork"] === true) return "the pod is in the network of its host, where no sidecar is injected";
  if (namespace !== undefined && IGNORED_NAMESPACES.includes(namespace)) {
    return `no sidecar is ever injected in the namespace ${namespace}`;
  }
  const around = cluster.namespace(namespace);
  if (around && isInjectionOff(around)) {
    return `the label of the namespace ${namespace} refuses sidecars to all of its pods`;
  }
  if (label === "false") return `the label ${INJECT_LABEL} is "false"`;
  if (label !== "true" && whereIsNamespace(namespace, cluster).place !== "in the mesh") {
    return "neither a label of the pod nor one of its namespace asks for a sidecar";
  }
  return undefined;
}
