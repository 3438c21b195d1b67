import type { Manifest } from "../base/manifest.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { isSelected, type Cluster } from "./cluster.ts";

/** Where the other end of a connection is, as far as the stream shows. */
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

/** What the stream shows of one end of a flow. */
export interface Whereabouts {
  place: Place;
  peerAuthentication?: string;
  /** The address, where the stream has it. */
  address?: string;
  /** True where nothing but the form of the name says so. */
  isGuess?: boolean;
}

/** Last labels that are public domains rather than namespaces, where a host has two labels. */
const PUBLIC = ["com", "net", "org", "edu", "gov", "info", "io", "eu"];

/**
 * Where a host is: a Service of the cluster by its DNS name (kubernetes.io/docs, DNS for Services and Pods) or address, a
 * host of a ServiceEntry, or outside. A name of two labels is a Service and its namespace, which the search path of a pod's
 * DNS completes, unless the last label is one of the usual public domains and the stream shows neither of the two.
 */
export function whereIsHost(host: string, agentNamespace: string | undefined, cluster: Cluster): Whereabouts {
  const name = host.toLowerCase().replace(/\.$/, "");
  const byAddress = cluster.serviceAt(name);
  if (byAddress) return whereIsService(byAddress, cluster);
  const entry = cluster.entryOf(name);
  if (entry) {
    const isInternal = valueAt(entry.object, "spec", "location") === "MESH_INTERNAL";
    return { place: isInternal ? "in the mesh" : "outside", ...addressOf(name) };
  }
  if (isAddress(name)) return { place: "not told", address: name };
  const [service = "", namespace = agentNamespace, svc] = name.split(".");
  const found = cluster.service(service, namespace);
  const isNamespaceKnown = cluster.namespace(namespace) !== undefined;
  if (svc === "svc" || (svc === undefined && (found || (name.includes(".") && isNamespaceKnown)))) {
    return found ? whereIsService(found, cluster) : whereIsNamespace(namespace, cluster);
  }
  const labels = name.split(".");
  const isOutside = labels.length > 2 || PUBLIC.includes(labels[1] ?? "");
  return isOutside ? { place: "outside" } : { place: "in the cluster", ...(labels.length === 2 && { isGuess: true }) };
}

/** Where the pods behind a Service are, as far as the stream has them. */
export function whereIsService(service: Manifest, cluster: Cluster): Whereabouts {
  const around = whereIsNamespace(service.ref.namespace, cluster, cluster.podsOf(service)[0]?.labels);
  return { ...around, ...addressOf(valueAt(service.object, "spec", "clusterIP")) };
}

/** Where the pods of a namespace are, and one pod with its own labels (istio: pkg/kube/inject, injectRequired). */
export function whereIsNamespace(
  namespace: string | undefined,
  cluster: Cluster,
  podLabels: Readonly<Record<string, unknown>> = {},
): Whereabouts {
  const mode = peerAuthentication(namespace, podLabels, cluster);
  return { place: placeOf(namespace, podLabels, cluster), ...(mode === undefined ? {} : { peerAuthentication: mode }) };
}

function placeOf(namespace: string | undefined, podLabels: Readonly<Record<string, unknown>>, cluster: Cluster): Place {
  const found = cluster.namespace(namespace);
  const labels = found?.labels;
  const isOff = found ? isInjectionOff(found) : false;
  const mode = podLabels["istio.io/dataplane-mode"] ?? labels?.["istio.io/dataplane-mode"];
  const inject = podLabels["sidecar.istio.io/inject"];
  if (inject === "true" && !isOff) return "in the mesh";
  if (mode === "ambient") return "in the mesh, ambient";
  if (inject === "false" || isOff) return "in the cluster, without sidecar";
  if (labels?.[INJECTION_LABEL] === "enabled" || podLabels["istio.io/rev"] !== undefined) return "in the mesh";
  if (labels === undefined) return "in the cluster";
  return labels["istio.io/rev"] === undefined ? "in the cluster, without sidecar" : "in the mesh";
}

/** The mode that holds for one port of a pod: that of the port in the PeerAuthentication that selects it, else the pod's. */
export function portMode(
  port: number,
  namespace: string | undefined,
  podLabels: Readonly<Record<string, unknown>>,
  cluster: Cluster,
): string | undefined {
  const own = cluster.peerAuthentications(namespace).find((each) => isSelected(podLabels, selectorOf(each)));
  const mode = own && valueAt(own.object, "spec", "portLevelMtls", String(port), "mode");
  return typeof mode === "string" && mode !== "UNSET" ? mode : peerAuthentication(namespace, podLabels, cluster);
}

/**
 * The mode that holds for a pod: of the PeerAuthentication that selects it, else of its namespace, else of the root
 * namespace (istio.io/latest/docs/reference/config/security/peer_authentication).
 */
function peerAuthentication(
  namespace: string | undefined,
  podLabels: Readonly<Record<string, unknown>>,
  cluster: Cluster,
): string | undefined {
  const here = cluster.peerAuthentications(namespace);
  return (
    modeOf(here.find((each) => isSelected(podLabels, selectorOf(each)))) ??
    modeOf(here.find((each) => selectorOf(each) === undefined)) ??
    modeOf(cluster.peerAuthentications("istio-system").find((each) => selectorOf(each) === undefined))
  );
}

function selectorOf({ object }: Manifest): unknown {
  return valueAt(object, "spec", "selector", "matchLabels");
}

function modeOf(found: Manifest | undefined): string | undefined {
  const mode = found && valueAt(found.object, "spec", "mtls", "mode");
  return typeof mode === "string" && mode !== "UNSET" ? mode : undefined;
}

function addressOf(text: unknown): { address?: string } {
  return typeof text === "string" && isAddress(text) ? { address: text } : {};
}

function isAddress(text: string): boolean {
  return /^\d+(?:\.\d+){3}$/.test(text) || text.includes(":");
}
