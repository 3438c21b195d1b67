import { readPortList } from "../istio/port-list.ts";
import type { Manifest } from "../base/manifest.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import type { PodLike } from "./cluster.ts";
import { podOf } from "./cluster.ts";

/** The annotation that asks for a scrape, and the one that names the port. */
export const SCRAPE = "prometheus.io/scrape";
export const SCRAPE_PORT = "prometheus.io/port";

/**
 * What the prometheus input scrapes of a Service, a Pod or a workload: its annotations, and the pod; undefined for what
 * does not ask for it. A Service's endpoints are scraped one by one, each at the port that its annotation names
 * (telemetry-manager: internal/otelcollector/config/metricagent/prometheus_receiver.go).
 */
export function scrapeTarget(manifest: Manifest): PodLike | undefined {
  const target =
    manifest.ref.kind === "Service"
      ? { manifest, labels: {}, annotations: manifest.annotations, spec: {} }
      : podOf(manifest);
  return target?.annotations[SCRAPE] === "true" ? target : undefined;
}

/** The annotated port if it is one, else every TCP port that a container declares. */
export function scrapedPorts({ annotations, spec }: PodLike): number[] {
  const text = annotations[SCRAPE_PORT];
  if (typeof text === "string" && isPortText(text)) return readPortList(text) ?? [];
  const ports = listOf(spec["containers"]).flatMap((container) => listOf(valueAt(container, "ports")));
  return ports.flatMap((port) => {
    const number = valueAt(port, "containerPort");
    return typeof number === "number" && (valueAt(port, "protocol") ?? "TCP") === "TCP" ? [number] : [];
  });
}

/** True for what the scrape job takes for a port: digits and nothing else (the same file, inferAddressFromAnnotation). */
export function isPortText(text: string): boolean {
  return /^\d+$/.test(text);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
