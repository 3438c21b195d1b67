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
  /** Annotations elsewhere that reach the pods where those of `annotations` do not set them. */
  inheritedAnnotations?: readonly string[];
  podSpec: readonly string[];
  /** The key of the pods' security context below `podSpec`. */
  podSecurity: string;
  /** The list of containers, or of those beside the operator's. */
  containers: readonly string[];
  volumes: readonly string[];
  /** Where an operator makes the agent's container: its name, and how the resource configures the agent. */
  operated?: Operated;
}

/** What is known of an agent that an operator runs. The fields of its container stand in `podSpec` itself. */
export interface Operated {
  container: string;
  /** The key below `podSpec` of the container's variables. */
  env: string;
  /** What the resource holds: a collector's configuration at `config`, or fields that a Prometheus or vmagent is made from. */
  form: "collector" | "prometheus" | "vmagent";
  /** A field by which the resource has no pods of its own: its path, and the value. */
  without?: { path: readonly string[]; value: string };
  /** A switch for further pods, which get the annotations and not the volumes, and what they are called. */
  copies?: { enabled: readonly string[]; what: string };
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
    podSecurity: "securityContext",
    containers: [...podSpec, "containers"],
    volumes: [...podSpec, "volumes"],
  };
}

const DAEMON_SET = podTemplate("DaemonSet");

/**
 * An OpenTelemetryCollector: its own labels are the pods', and its own annotations as far as `podAnnotations` does not set them
 * (opentelemetry-operator: apis/v1beta1/common.go, internal/manifests/manifestutils/{annotations,labels}.go).
 */
const OPEN_TELEMETRY_COLLECTOR: AgentKind = {
  kind: "OpenTelemetryCollector",
  group: "opentelemetry.io",
  apiVersion: "opentelemetry.io/v1beta1",
  labels: ["metadata", "labels"],
  annotations: ["spec", "podAnnotations"],
  inheritedAnnotations: ["metadata", "annotations"],
  podSpec: ["spec"],
  podSecurity: "podSecurityContext",
  containers: ["spec", "additionalContainers"],
  volumes: ["spec", "volumes"],
  operated: {
    container: "otc-container",
    env: "env",
    form: "collector",
    without: { path: ["spec", "mode"], value: "sidecar" },
    copies: { enabled: ["spec", "targetAllocator", "enabled"], what: "target allocator" },
  },
};

/** A resource of an operator that hands on metadata, volumes and mounts by fields of these names. */
function withPodMetadata(
  kind: string,
  apiVersion: string,
  operated: Pick<Operated, "container" | "env" | "form">,
): AgentKind {
  return {
    kind,
    group: apiVersion.slice(0, apiVersion.indexOf("/")),
    apiVersion,
    labels: ["spec", "podMetadata", "labels"],
    annotations: ["spec", "podMetadata", "annotations"],
    podSpec: ["spec"],
    podSecurity: "securityContext",
    containers: ["spec", "containers"],
    volumes: ["spec", "volumes"],
    operated,
  };
}

const PROMETHEUS = { container: "prometheus", env: "env", form: "prometheus" } as const;
const VMAGENT = { container: "vmagent", env: "extraEnvs", form: "vmagent" } as const;

/** The kinds of workload that the agent may be. */
export const AGENT_KINDS: readonly AgentKind[] = [
  DAEMON_SET,
  podTemplate("Deployment"),
  podTemplate("StatefulSet"),
  OPEN_TELEMETRY_COLLECTOR,
  withPodMetadata("Prometheus", "monitoring.coreos.com/v1", PROMETHEUS),
  withPodMetadata("PrometheusAgent", "monitoring.coreos.com/v1alpha1", PROMETHEUS),
  withPodMetadata("VMAgent", "operator.victoriametrics.com/v1beta1", VMAGENT),
];

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
