import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { listAt, mapAt, valueAt } from "../telemetry/plain-data.ts";
import { containerPorts, isSelected, type PodLike } from "./cluster.ts";
import { selects } from "./label-selector.ts";

/** Kinds by which the Prometheus operator has pods scraped. */
export const MONITOR_KINDS: readonly string[] = ["PodMonitor", "ServiceMonitor"];

/** One port of a pod that a monitor has scraped. */
export interface MonitoredPort {
  monitor: Manifest;
  port: number;
  scheme: "http" | "https";
}

/** The ports of a pod that monitors have scraped, by the pod's labels or those of its Services (prometheus-operator.dev, API reference). */
export function monitoredPorts(
  monitors: readonly Manifest[],
  pod: PodLike,
  services: readonly Manifest[],
): MonitoredPort[] {
  const { namespace } = pod.manifest.ref;
  const own = services.filter(
    ({ ref, object }) => ref.namespace === namespace && isSelected(pod.labels, valueAt(object, "spec", "selector")),
  );
  return monitors
    .filter((monitor) => isInNamespace(monitor, namespace))
    .flatMap((monitor) => {
      const selector = mapAt(monitor.object, "spec", "selector");
      if (monitor.ref.kind === "PodMonitor") {
        return selects(selector, pod.labels) ? portsOf(monitor, "podMetricsEndpoints", pod, []) : [];
      }
      const chosen = own.filter(({ labels }) => selects(selector, labels));
      return chosen.length === 0 ? [] : portsOf(monitor, "endpoints", pod, chosen);
    });
}

function portsOf(monitor: Manifest, field: string, pod: PodLike, services: readonly Manifest[]): MonitoredPort[] {
  return listAt(monitor.object, "spec", field)
    .filter(isRecord)
    .flatMap(({ port, portNumber, targetPort, scheme }) => {
      const targets = services
        .flatMap(({ object }) => listAt(object, "spec", "ports").filter(isRecord))
        .filter((entry) => entry["name"] === port)
        .map((entry) => entry["targetPort"] ?? entry["port"]);
      const wanted = services.length > 0 && port !== undefined ? targets : [portNumber ?? targetPort ?? port];
      const isHttps = typeof scheme === "string" && scheme.toLowerCase() === "https";
      return wanted
        .flatMap((target) => numberOf(target, pod) ?? [])
        .map((number): MonitoredPort => ({ monitor, port: number, scheme: isHttps ? "https" : "http" }));
    });
}

function numberOf(port: unknown, pod: PodLike): number | undefined {
  if (typeof port === "number") return port;
  const found = containerPorts(pod).find(({ name }) => name !== undefined && name === port)?.["containerPort"];
  return typeof found === "number" ? found : undefined;
}

function isInNamespace({ ref, object }: Manifest, namespace: string | undefined): boolean {
  const chosen = valueAt(object, "spec", "namespaceSelector");
  if (valueAt(chosen, "any") === true) return true;
  const names = listAt(chosen, "matchNames");
  return names.length === 0 ? ref.namespace === namespace : names.includes(namespace);
}
