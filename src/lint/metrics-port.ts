import { Cluster, podOf } from "../cluster/cluster.ts";
import { MONITOR_KINDS, monitoredPorts } from "../cluster/monitors.ts";
import { isPortText, SCRAPE, SCRAPE_PORT } from "../cluster/scrapes.ts";
import { ownScrapeMentions, ownScrapes } from "../cluster/own-metrics.ts";
import { portMode } from "../cluster/whereabouts.ts";
import { EXCLUDE_INBOUND_PORTS, isInboundCaptured, readPortList } from "../istio/annotations.ts";
import type { Manifest } from "../base/manifest.ts";
import { listAt, mapAt, valueAt } from "../telemetry/plain-data.ts";
import { readPlain } from "../yaml/parse.ts";
import { isRecord } from "../base/record.ts";
import { annotationField, type Scene, type Trouble } from "./warning.ts";
import { fieldPath, type Field } from "../base/finding.ts";

/** A port of the agent by which its own metrics are read over http, as far as the stream shows. */
interface Open {
  port: number;
  /** Who says so, as a clause. */
  why: string;
  about?: Manifest;
  field?: Field;
}

/**
 * With a sidecar that is STRICT the agent's own metrics are out of reach of a scraper without one, unless their port is
 * excluded (telemetry-manager: internal/resources/otelcollector/agent.go; istio.io/latest/docs/ops/integrations/prometheus).
 * Where a PeerAuthentication of the stream lets plain text in, nothing is lost.
 */
export function* metricsPort(scene: Scene): Iterable<Trouble> {
  const { agent, namespace, texts, ask } = scene;
  const open = [...openPorts(scene)].filter(({ port }) => isInboundCaptured(port, texts));
  if (open.length === 0) return;
  const cluster = new Cluster(ask(["PeerAuthentication"]));
  const seen = new Set<number>();
  for (const { port, why, about, field } of open) {
    const mode = portMode(port, namespace, agent.labels, cluster);
    if (seen.has(port) || mode === "PERMISSIVE" || mode === "DISABLE") continue;
    seen.add(port);
    yield {
      cause: `${why}, and the agent's sidecar refuses whoever scrapes it without a certificate of the mesh where it is STRICT`,
      remedy: `add ${port} to ports.excludeInbound of the function config`,
      ...(about && { about }),
      field:
        field ??
        (texts[EXCLUDE_INBOUND_PORTS] === undefined ? undefined : annotationField(agent, EXCLUDE_INBOUND_PORTS)),
    };
  }
}

/** A name by which people call a port of metrics. */
const METRICS_NAME = /metrics|prom/;

function* openPorts(scene: Scene): Iterable<Open> {
  const { agent, container, texts, ask } = scene;
  const mentions = ownScrapeMentions(agent.manifest);
  const services = mentions.length === 0 ? [] : ask(["Service"], mentions);
  const scrapes = ownScrapes(agent.manifest, services);
  for (const { service, ports, scheme } of scrapes) {
    if (scheme === "https") continue;
    const how = scheme === undefined ? "without a scheme, which most scrapers take for http" : "over http";
    for (const port of ports) {
      yield {
        port,
        why: `the Service ${service.ref.name} has port ${port} of the agent scraped ${how}`,
        about: service,
        field: { path: fieldPath(["metadata", "annotations", SCRAPE]), currentValue: "true" },
      };
    }
  }
  const byHttps = new Set(scrapes.flatMap(({ scheme, ports }) => (scheme === "https" ? ports : [])));
  // With the merge of metrics, which is the default, Istio sends scrapers to the port of the sidecar that is open to all.
  if (texts[SCRAPE] === "true" && texts["prometheus.istio.io/merge-metrics"] === "false") {
    const [port] = isPortText(texts[SCRAPE_PORT] ?? "") ? (readPortList(texts[SCRAPE_PORT] ?? "") ?? []) : [];
    if (port !== undefined) {
      const field = annotationField(agent, SCRAPE_PORT);
      yield { port, why: `${SCRAPE_PORT} has port ${port} of the agent scraped`, field };
    }
  }
  yield* monitored(scene);
  for (const open of configuredPorts(scene)) {
    if (!byHttps.has(open.port)) yield open;
  }
  for (const [at, entry] of listAt(container?.fields, "ports").entries()) {
    const { name, containerPort } = isRecord(entry) ? entry : {};
    if (typeof name !== "string" || typeof containerPort !== "number" || !METRICS_NAME.test(name)) continue;
    if (byHttps.has(containerPort)) continue;
    const field = { path: fieldPath([...(container?.path ?? []), "ports", at]), currentValue: entry };
    yield { port: containerPort, why: `the collector's port ${name} (${containerPort}) serves its own metrics`, field };
  }
}

function* monitored({ agent, ask }: Scene): Iterable<Open> {
  const pod = podOf(agent.manifest);
  const monitors = ask(MONITOR_KINDS);
  if (monitors.length === 0 || pod === undefined) return;
  const services = ask(
    ["Service"],
    [...new Set(Object.values(pod.labels))].filter((value) => typeof value === "string"),
  );
  for (const { monitor, port, scheme } of monitoredPorts(monitors, pod, services)) {
    if (scheme === "https") continue;
    const { kind, name } = monitor.ref;
    yield { port, why: `the ${kind} ${name} has port ${port} of the agent scraped over http`, about: monitor };
  }
}

/** What the text of a collector's configuration holds that may serve its own metrics. */
const TELEMETRY = { all: ["service", "metrics"], like: /telemetry\\?["']?\s*:/ };

/**
 * Where the collector's configuration serves its own metrics to others than the pod itself: by readers, or by `address` in older
 * versions (opentelemetry-collector: service/telemetry). Without a host that is localhost.
 */
function* configuredPorts({ agent, namespace, ask }: Scene): Iterable<Open> {
  const mounted = agent.volumes.map(({ fields }) => valueAt(fields, "configMap", "name"));
  for (const about of ask(["ConfigMap"], [TELEMETRY])) {
    const { ref, previousNames, object } = about;
    if (ref.namespace !== namespace || ![ref.name, ...previousNames].some((name) => mounted.includes(name))) continue;
    for (const [key, text] of Object.entries(mapAt(object, "data"))) {
      const read = typeof text === "string" ? readPlain(text) : {};
      const metrics = "value" in read ? valueAt(read.value, "service", "telemetry", "metrics") : undefined;
      if (valueAt(metrics, "level") === "none") continue;
      for (const port of telemetryPorts(metrics)) {
        const why = `the collector's configuration serves its own metrics at port ${port}`;
        yield { port, why, about, field: { path: fieldPath(["data", key]) } };
      }
    }
  }
}

function telemetryPorts(metrics: unknown): number[] {
  const servers = listAt(metrics, "readers").map((reader) => mapAt(reader, "pull", "exporter", "prometheus"));
  const address = valueAt(metrics, "address");
  const [, host, port] = typeof address === "string" ? (/^(.*):(\d+)$/.exec(address) ?? []) : [];
  const all = [
    ...servers.map((server) => ({ host: server["host"] ?? "localhost", port: server["port"] ?? 8888 })),
    ...(port === undefined ? [] : [{ host: host ?? "", port: Number(port) }]),
  ];
  const open = all.filter(({ host: own }) => typeof own !== "string" || !isLocal(own));
  return open.flatMap((each) => (typeof each.port === "number" ? [each.port] : []));
}

function isLocal(host: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[?::1\]?)$/.test(host);
}
