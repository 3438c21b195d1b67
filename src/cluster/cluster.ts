import type { Manifest } from "../base/manifest.ts";
import { addTo, isRecord } from "../base/record.ts";
import { listAt, mapAt, valueAt } from "../telemetry/plain-data.ts";

/** Kinds that are pods or make them. */
export const WORKLOADS: readonly string[] = ["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];

/** Kinds of the stream that show where a flow leads. */
export const CLUSTER_KINDS: readonly string[] = [
  "Service",
  "ServiceEntry",
  "Namespace",
  "PeerAuthentication",
  "ProxyConfig",
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
  const { ref, object, labels, annotations } = manifest;
  if (ref.kind === "Pod") return { manifest, labels, annotations, spec: mapAt(object, "spec") };
  const template = valueAt(object, "spec", "template");
  if (!isRecord(template)) return undefined;
  return {
    manifest,
    labels: mapAt(template, "metadata", "labels"),
    annotations: mapAt(template, "metadata", "annotations"),
    spec: mapAt(template, "spec"),
  };
}

/** The ports that the containers of a pod declare. */
export function containerPorts({ spec }: PodLike): Record<string, unknown>[] {
  return listAt(spec, "containers").flatMap((container) => listAt(container, "ports").filter(isRecord));
}

/** Manifests of the `CLUSTER_KINDS`, found by what they are asked for; of several of one name the first counts. */
export class Cluster {
  readonly manifests: readonly Manifest[];
  readonly #byKey = new Map<string, Manifest[]>();
  readonly #pods = new Map<string, PodLike[]>();

  constructor(manifests: readonly Manifest[]) {
    this.manifests = manifests;
    for (const manifest of manifests) {
      const { kind, name, namespace } = manifest.ref;
      const keys: unknown[][] = [];
      if (kind === "Service") {
        keys.push(["service", name, namespace], ["address", valueAt(manifest.object, "spec", "clusterIP")]);
      } else if (kind === "ServiceEntry") {
        keys.push(...listAt(manifest.object, "spec", "hosts").map((host) => ["entry", host]));
      } else if (kind === "Namespace") keys.push(["namespace", name]);
      else if (kind === "PeerAuthentication") keys.push(["peer", namespace]);
      for (const key of keys) addTo(this.#byKey, JSON.stringify(key), manifest);
      const pod = podOf(manifest);
      for (const label of Object.entries(pod?.labels ?? {}))
        if (pod) addTo(this.#pods, JSON.stringify([namespace, ...label]), pod);
    }
  }

  service(name: string, namespace: string | undefined): Manifest | undefined {
    return this.#find("service", name, namespace)[0];
  }

  serviceAt(address: string): Manifest | undefined {
    return this.#find("address", address)[0];
  }

  entryOf(host: string): Manifest | undefined {
    return this.#find("entry", host)[0];
  }

  namespace(name: string | undefined): Manifest | undefined {
    return this.#find("namespace", name)[0];
  }

  peerAuthentications(namespace: string | undefined): readonly Manifest[] {
    return this.#find("peer", namespace);
  }

  /** The pods that a Service selects, in the order of the stream, sought among those that have the rarest of its labels. */
  podsOf({ ref, object }: Manifest): readonly PodLike[] {
    const selector = mapAt(object, "spec", "selector");
    const [first = [], ...others] = Object.entries(selector).map(
      (label) => this.#pods.get(JSON.stringify([ref.namespace, ...label])) ?? [],
    );
    const rarest = others.reduce((least, list) => (list.length < least.length ? list : least), first);
    return rarest.filter(({ labels }) => isSelected(labels, selector));
  }

  #find(...key: unknown[]): readonly Manifest[] {
    return this.#byKey.get(JSON.stringify(key)) ?? [];
  }
}

/** True for labels of which a selector names some, and no others; one that names none selects nothing. */
export function isSelected(labels: Readonly<Record<string, unknown>>, selector: unknown): boolean {
  if (!isRecord(selector) || Object.keys(selector).length === 0) return false;
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
