import { agentKindOf } from "../agent/agent-kind.ts";
import type { Manifest } from "../base/manifest.ts";
import { podOf, WORKLOADS } from "../cluster/cluster.ts";
import { selects } from "../cluster/label-selector.ts";
import { MONITOR_KINDS, monitoredPorts } from "../cluster/monitors.ts";
import { jobScrapes, type ConfigScrape, type ConfigScrapes } from "../collector/config-scrapes.ts";
import { listAt, mapAt, valueAt } from "../telemetry/plain-data.ts";
import type { Select } from "./select.ts";

/** The field of a Prometheus that selects the monitors of a kind (prometheus-operator: pkg/apis/monitoring/v1/prometheus_types.go). */
const SELECTORS: Readonly<Record<string, string>> = {
  ServiceMonitor: "serviceMonitorSelector",
  PodMonitor: "podMonitorSelector",
};

/** What a Prometheus of an operator reads, with the pods of the stream that the monitors which it selects have scraped. */
export function withMonitors(scrapes: ConfigScrapes, select: Select, agent: Manifest): ConfigScrapes {
  if (agentKindOf(agent).operated?.form !== "prometheus") return scrapes;
  const monitors = select(MONITOR_KINDS).manifests.filter(({ ref, labels }) => {
    const path = ["spec", SELECTORS[ref.kind] ?? ""];
    return valueAt(agent.object, ...path) !== undefined && selects(mapAt(agent.object, ...path), labels);
  });
  if (monitors.length === 0) return scrapes;
  const services = select(["Service"]).manifests;
  const targets = select(WORKLOADS).manifests.flatMap((manifest): ConfigScrape[] => {
    const pod = podOf(manifest);
    const found = pod ? monitoredPorts(monitors, pod, services) : [];
    return found.map(({ monitor: { ref }, port, scheme }) => ({
      by: `${ref.kind} ${ref.name}`,
      target: `${manifest.ref.kind}/${manifest.ref.name}`,
      port,
      scheme,
    }));
  });
  const endpoints = monitors.flatMap(({ object }) => [
    ...listAt(object, "spec", "endpoints"),
    ...listAt(object, "spec", "podMetricsEndpoints"),
  ]);
  const folders = [...scrapes.certificateFolders, ...jobScrapes(endpoints).certificateFolders];
  return {
    ...scrapes,
    hasJobs: true,
    targets: [...scrapes.targets, ...targets],
    certificateFolders: [...new Set(folders)],
  };
}
