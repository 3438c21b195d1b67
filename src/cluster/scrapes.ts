import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { isInboundCaptured, readPortList } from "../istio/annotations.ts";
import { listAt } from "../telemetry/plain-data.ts";
import { containerPorts, podOf, type Cluster, type PodLike } from "./cluster.ts";
import { portMode, whereIsNamespace, whereIsService, type Whereabouts } from "./whereabouts.ts";

/** The annotation that asks for a scrape, and those that name the port and the scheme. */
export const SCRAPE = "prometheus.io/scrape";
export const SCRAPE_PORT = "prometheus.io/port";
export const SCRAPE_SCHEME = "prometheus.io/scheme";

/** One port of a Service's pods, or of a pod, that the prometheus input of the agent scrapes. */
export interface Scrape extends Whereabouts {
  target: Manifest;
  port: number;
  scheme: "http" | "https" | "http or https";
  /** False where the target's own annotations keep its sidecar, if there is one, out of the port. */
  isCaptured: boolean;
}

/** True for a Service or a pod whose annotations ask for a scrape. */
export function asksForScrape({ annotations }: Pick<Manifest | PodLike, "annotations">): boolean {
  return annotations[SCRAPE] === "true";
}

/**
 * What the agent scrapes because of a Service, a Pod or a workload: the endpoints of an annotated Service one by one, over
 * https where a sidecar stands behind it or the Service says so; annotated pods over http, and never those that have a
 * sidecar (telemetry-manager: ADR 015, internal/otelcollector/config/metricagent/prometheus_receiver.go).
 */
export function scrapesOf(manifest: Manifest, cluster: Cluster): Scrape[] {
  if (manifest.ref.kind === "Service") return asksForScrape(manifest) ? scrapesOfService(manifest, cluster) : [];
  const pod = podOf(manifest);
  if (pod === undefined || !asksForScrape(pod)) return [];
  const where = whereIsNamespace(manifest.ref.namespace, cluster, pod.labels);
  if (where.place === "in the mesh") return [];
  return podPorts(pod).map((port) => ({ target: manifest, port, scheme: "http", isCaptured: false, ...where }));
}

/** The ports at which a Service's endpoints or a pod ask to be scraped, whoever does; none where they do not ask. */
export function annotatedPorts(manifest: Manifest, cluster: Cluster): number[] {
  if (manifest.ref.kind === "Service") {
    return asksForScrape(manifest) ? endpointPorts(manifest, cluster.podsOf(manifest)) : [];
  }
  const pod = podOf(manifest);
  return pod && asksForScrape(pod) ? podPorts(pod) : [];
}

/** True for an annotated pod that no scrape reaches, because it has a sidecar. */
export function isLeftOut(manifest: Manifest, cluster: Cluster): boolean {
  const pod = manifest.ref.kind === "Service" ? undefined : podOf(manifest);
  if (pod === undefined || !asksForScrape(pod)) return false;
  return whereIsNamespace(manifest.ref.namespace, cluster, pod.labels).place === "in the mesh";
}

/** Where the endpoints of a Service are scraped: at the annotated port, else at its own target ports, TCP alone. */
export function endpointPorts(service: Manifest, pods: readonly PodLike[]): number[] {
  const annotated = service.annotations[SCRAPE_PORT];
  if (annotated !== undefined && isPortText(annotated)) return readPortList(annotated) ?? [];
  const entries = listAt(service.object, "spec", "ports").filter(isRecord);
  const declared = pods.flatMap(containerPorts);
  const numbers = entries
    .filter(({ protocol }) => (protocol ?? "TCP") === "TCP")
    .map(({ port, targetPort }) => targetPort ?? port)
    .flatMap((target) =>
      typeof target === "string"
        ? declared.filter(({ name }) => name === target).map(({ containerPort }) => containerPort)
        : [target],
    );
  return [...new Set(numbers.filter((port) => typeof port === "number"))];
}

/** True for what the scrape job takes for a port: digits and nothing else (same file, inferAddressFromAnnotation). */
export function isPortText(text: string): boolean {
  return /^\d+$/.test(text);
}

function scrapesOfService(service: Manifest, cluster: Cluster): Scrape[] {
  const pods = cluster.podsOf(service);
  const where = whereIsService(service, cluster);
  const labels = pods[0]?.labels ?? {};
  return endpointPorts(service, pods).map((port) => {
    const mode = portMode(port, service.ref.namespace, labels, cluster);
    return {
      target: service,
      port,
      scheme: schemeOf(service.annotations[SCRAPE_SCHEME], where),
      isCaptured:
        where.place === "in the mesh" && pods.every(({ annotations }) => isInboundCaptured(port, annotations)),
      ...where,
      ...(mode === undefined ? {} : { peerAuthentication: mode }),
    };
  });
}

/** The annotated scheme, else https where a sidecar answers (same file, inferSchemeFromIstioInjectedLabel). */
function schemeOf(annotation: unknown, { place }: Whereabouts): Scrape["scheme"] {
  if (annotation === "http" || annotation === "https") return annotation;
  if (place === "in the mesh") return "https";
  return place === "in the cluster" ? "http or https" : "http";
}

/** The annotated port if it is one, else every TCP port that a container declares. */
function podPorts(pod: PodLike): number[] {
  const text = pod.annotations[SCRAPE_PORT];
  if (typeof text === "string" && isPortText(text)) return readPortList(text) ?? [];
  const tcpPorts = containerPorts(pod).filter(({ protocol }) => (protocol ?? "TCP") === "TCP");
  return tcpPorts.map(({ containerPort }) => containerPort).filter((port) => typeof port === "number");
}
