import type { Manifest, Mention } from "../base/manifest.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { isSelected, podOf } from "./cluster.ts";
import { asksForScrape, endpointPorts, SCRAPE, SCRAPE_SCHEME } from "./scrapes.ts";

/** A Service by whose annotations the agent's own metrics are scraped. */
export interface OwnScrape {
  service: Manifest;
  /** Ports of the agent's pods. */
  ports: readonly number[];
  /** `prometheus.io/scheme`, undefined where it is missing or anything else. */
  scheme: "http" | "https" | undefined;
}

/** What the text of a Service holds that may select the agent and ask for scrapes. */
export function ownScrapeMentions(agent: Manifest): Mention[] {
  const values = Object.values(podOf(agent)?.labels ?? {}).filter((value) => typeof value === "string");
  return [...new Set(values)].map((value) => ({ all: [SCRAPE, value] }));
}

/** The Services that select the agent's pods and ask for scrapes of their endpoints. */
export function ownScrapes(agent: Manifest, services: readonly Manifest[]): OwnScrape[] {
  const pod = podOf(agent);
  if (pod === undefined) return [];
  return services
    .filter((service) => service.ref.namespace === agent.ref.namespace && asksForScrape(service))
    .filter(({ object }) => isSelected(pod.labels, valueAt(object, "spec", "selector")))
    .map((service) => {
      const scheme = service.annotations[SCRAPE_SCHEME];
      const isScheme = scheme === "http" || scheme === "https";
      return { service, ports: endpointPorts(service, [pod]), scheme: isScheme ? scheme : undefined };
    });
}

/**
 * The ports of the agent's own metrics that a scraper without a sidecar reads over http. They have to bypass the sidecar,
 * since a STRICT one refuses such a scrape (telemetry-manager: internal/resources/otelcollector/agent.go, which writes
 * 8888). A Service that leaves open which of several ports it means says nothing.
 */
export function plainMetricsPorts(scrapes: readonly OwnScrape[]): number[] {
  const plain = scrapes.filter(({ scheme, ports }) => scheme === "http" && ports.length === 1);
  return [...new Set(plain.flatMap(({ ports }) => ports))];
}
