import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { mapAt, valueAt } from "../telemetry/plain-data.ts";

/** Where the other end of a connection is, as far as the stream tells. */
export type Place =
  | "in the mesh"
  | "in the mesh, ambient"
  | "in the cluster, without sidecar"
  | "in the cluster"
  | "outside"
  | "not told";

/** The label of a namespace that asks for sidecars, or refuses them to all of its pods. */
export const INJECTION_LABEL = "istio-injection";

/**
 * True for a Namespace into which no label of a pod brings a sidecar: with any value but `enabled` no webhook selects it
 * (istio: manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml).
 */
export function isInjectionOff({ labels }: Manifest): boolean {
  return (labels[INJECTION_LABEL] ?? "enabled") !== "enabled";
}

/** Kinds that are pods or make them. */
export const WORKLOADS: readonly string[] = ["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];

/** Kinds of the stream that tell where a flow leads. */
export const CLUSTER_KINDS: readonly string[] = [
  "Service",
  "ServiceEntry",
  "Namespace",
  "PeerAuthentication",
  ...WORKLOADS,
];

/** A pod, or the template of one. */
export interface PodLike {
  manifest: Manifest;
  labels: Readonly<Record<string, unknown>>;
  annotations: Readonly<Record<string, unknown>>;
  spec: Readonly<Record<string, unknown>>;
}

/** The pod of a manifest: itself, or its template. */
export function podOf(manifest: Manifest): PodLike | undefined {
  if (manifest.ref.kind === "Pod") {
    const { labels, annotations, object } = manifest;
    return { manifest, labels, annotations, spec: mapAt(object, "spec") };
  }
  const template = valueAt(manifest.object, "spec", "template");
  if (!isRecord(template)) return undefined;
  const metadata = mapAt(template, "metadata");
  return {
    manifest,
    labels: mapAt(metadata, "labels"),
    annotations: mapAt(metadata, "annotations"),
    spec: mapAt(template, "spec"),
  };
}

/** What the stream tells about one end of a flow. */
export interface Whereabouts {
  place: Place;
  peerAuthentication?: string;
  /** The address, where the stream has it. */
  address?: string;
}

/**
 * Where a host is: a Service of the cluster by its DNS name (kubernetes.io/docs, DNS for Services and Pods) or address, a
 * host of a ServiceEntry, or outside. A name of two labels may be a short domain: it counts as a Service when the stream
 * has that Service, or a Namespace of the second label.
 */
export function whereIsHost(
  host: string,
  agentNamespace: string | undefined,
  cluster: readonly Manifest[],
): Whereabouts {
  const name = host.toLowerCase().replace(/\.$/, "");
  const byAddress = cluster.find(
    ({ ref, object }) => ref.kind === "Service" && valueAt(object, "spec", "clusterIP") === name,
  );
  if (byAddress) return whereIsService(byAddress, cluster);
  const entry = cluster.find(({ ref, object }) => ref.kind === "ServiceEntry" && hostsOf(object).includes(name));
  if (entry) {
    return {
      place: valueAt(entry.object, "spec", "location") === "MESH_INTERNAL" ? "in the mesh" : "outside",
      ...addressOf(name),
    };
  }
  if (isAddress(name)) return { place: "not told", address: name };
  const [service = "", namespace = agentNamespace, svc] = name.split(".");
  const found = cluster.find(
    ({ ref }) => ref.kind === "Service" && ref.name === service && ref.namespace === namespace,
  );
  const isNamespaceKnown = cluster.some(({ ref }) => ref.kind === "Namespace" && ref.name === namespace);
  if (svc === "svc" || (svc === undefined && (found || (name.includes(".") && isNamespaceKnown)))) {
    return found ? whereIsService(found, cluster) : whereIsNamespace(namespace, cluster);
  }
  return { place: name.includes(".") ? "outside" : "in the cluster" };
}

/** Where the pods behind a Service are, as far as the stream has them. */
export function whereIsService(service: Manifest, cluster: readonly Manifest[]): Whereabouts {
  const selector = valueAt(service.object, "spec", "selector");
  const pods = cluster
    .map(podOf)
    .filter((pod) => pod !== undefined)
    .filter(({ manifest, labels }) => manifest.ref.namespace === service.ref.namespace && isSelected(labels, selector));
  const around = whereIsNamespace(service.ref.namespace, cluster, pods[0]?.labels);
  const address = valueAt(service.object, "spec", "clusterIP");
  return { ...around, ...(typeof address === "string" ? addressOf(address) : {}) };
}

/** Where the pods of a namespace are, and one pod with its own labels (istio: pkg/kube/inject, injectRequired). */
export function whereIsNamespace(
  namespace: string | undefined,
  cluster: readonly Manifest[],
  podLabels: Readonly<Record<string, unknown>> = {},
): Whereabouts {
  const peer = peerAuthentication(namespace, podLabels, cluster);
  const mode = peer === undefined ? {} : { peerAuthentication: peer };
  return { place: placeOf(namespace, podLabels, cluster), ...mode };
}

function placeOf(
  namespace: string | undefined,
  podLabels: Readonly<Record<string, unknown>>,
  cluster: readonly Manifest[],
): Place {
  const found = cluster.find(({ ref }) => ref.kind === "Namespace" && ref.name === namespace);
  const labels = found?.labels;
  const isOff = found !== undefined && isInjectionOff(found);
  const mode = podLabels["istio.io/dataplane-mode"] ?? labels?.["istio.io/dataplane-mode"];
  const inject = podLabels["sidecar.istio.io/inject"];
  if (inject === "true" && !isOff) return "in the mesh";
  if (mode === "ambient") return "in the mesh, ambient";
  if (inject === "false" || isOff) return "in the cluster, without sidecar";
  if (labels?.[INJECTION_LABEL] === "enabled" || podLabels["istio.io/rev"] !== undefined) return "in the mesh";
  if (labels === undefined) return "in the cluster";
  return labels["istio.io/rev"] === undefined ? "in the cluster, without sidecar" : "in the mesh";
}

/**
 * The mode that holds for a pod: of the PeerAuthentication that selects it, else of its namespace, else of the root
 * namespace (istio.io/latest/docs/reference/config/security/peer_authentication).
 */
function peerAuthentication(
  namespace: string | undefined,
  podLabels: Readonly<Record<string, unknown>>,
  cluster: readonly Manifest[],
): string | undefined {
  const all = cluster.filter(({ ref }) => ref.kind === "PeerAuthentication");
  const here = all.filter(({ ref }) => ref.namespace === namespace);
  return (
    modeOf(here.find((each) => isSelected(podLabels, selectorOf(each)))) ??
    modeOf(here.find((each) => selectorOf(each) === undefined)) ??
    modeOf(all.find((each) => each.ref.namespace === "istio-system" && selectorOf(each) === undefined))
  );
}

function selectorOf({ object }: Manifest): unknown {
  return valueAt(object, "spec", "selector", "matchLabels");
}

function modeOf(found: Manifest | undefined): string | undefined {
  const mode = found && valueAt(found.object, "spec", "mtls", "mode");
  return typeof mode === "string" && mode !== "UNSET" ? mode : undefined;
}

function isSelected(labels: Readonly<Record<string, unknown>>, selector: unknown): boolean {
  if (!isRecord(selector) || Object.keys(selector).length === 0) return false;
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

function hostsOf(object: Readonly<Record<string, unknown>>): unknown[] {
  const hosts = valueAt(object, "spec", "hosts");
  return Array.isArray(hosts) ? hosts : [];
}

function addressOf(text: string): { address: string } | Record<string, never> {
  return isAddress(text) ? { address: text } : {};
}

function isAddress(text: string): boolean {
  return /^\d+(?:\.\d+){3}$/.test(text) || text.includes(":");
}
