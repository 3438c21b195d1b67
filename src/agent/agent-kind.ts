import type { Manifest, ResourceRef } from "../base/manifest.ts";
import { stockAgent } from "../config/constants.ts";
import type { Settings } from "../config/schema.ts";

/** Keys and list positions from a resource's root to a node. */
export type Path = readonly (string | number)[];

/** Where a kind of workload has what the rules read and write: all that is known of a kind. */
export interface AgentKind {
  kind: string;
  group: string;
  /** The version to write where the group is wrong. */
  apiVersion: string;
  labels: readonly string[];
  annotations: readonly string[];
  podSpec: readonly string[];
  containers: readonly string[];
  volumes: readonly string[];
}

function podTemplate(kind: string): AgentKind {
  const podSpec = ["spec", "template", "spec"];
  return {
    kind,
    group: "apps",
    apiVersion: "apps/v1",
    labels: ["spec", "template", "metadata", "labels"],
    annotations: ["spec", "template", "metadata", "annotations"],
    podSpec,
    containers: [...podSpec, "containers"],
    volumes: [...podSpec, "volumes"],
  };
}

const DAEMON_SET = podTemplate("DaemonSet");

/** The kinds of workload that the agent may be. */
export const AGENT_KINDS: readonly AgentKind[] = [DAEMON_SET, podTemplate("Deployment"), podTemplate("StatefulSet")];

/** The kind of a workload that may be the agent, whatever its group. Throws for any other. */
export function agentKindOf({ ref }: Manifest): AgentKind {
  const found = AGENT_KINDS.find(({ kind }) => kind === ref.kind);
  if (found === undefined) throw new Error(`${ref.kind} is no kind of agent`);
  return found;
}

/** True for a resource of a group in which its kind is a workload. */
export function isOfGroup({ apiVersion, kind }: ResourceRef): boolean {
  return AGENT_KINDS.some((each) => each.kind === kind && apiVersion.startsWith(`${each.group}/`));
}

/** The kinds among which the settings look for the agent: the agent of Kyma's operator is a DaemonSet. */
export function wantedKinds({ kind, name, selector }: Settings["agent"]): readonly AgentKind[] {
  if (kind !== undefined) return AGENT_KINDS.filter((each) => each.kind === kind);
  return selector === undefined && name === stockAgent ? [DAEMON_SET] : AGENT_KINDS;
}
