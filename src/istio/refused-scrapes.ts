import { isFalse, type WrongAnnotation } from "./interception-settings.ts";
import { isDataPlanePort } from "./reserved.ts";

/** The port of the merged metrics, to which Istio sets the annotation itself. */
const STATUS_PORT = "15020";

/**
 * The annotations by which a pod asks to be scraped and because of which Istio refuses it where it merges metrics, which it
 * does unless told otherwise. Their names are read as Prometheus reads them, every other character as an underscore, so that
 * `prometheus.io.port` counts; scrape targets stand in for the port (istio: pkg/kube/inject/webhook.go, applyPrometheusMerge).
 */
export function refusedScrapes(annotations: Readonly<Record<string, string>>): WrongAnnotation[] {
  const merge = annotations["prometheus.istio.io/merge-metrics"] ?? "";
  const scrapes = named(annotations, "prometheus_io_scrape").map(([, value]) => value);
  if (isFalse(merge) || scrapes.some(isFalse)) return [];
  const ports = named(annotations, "prometheus_io_port");
  if (ports.some(([, value]) => value === STATUS_PORT)) return [];
  const targets = named(annotations, "prometheus_istio_io_scrape_targets").flatMap(([name, value]) => {
    const list = portsOfTargets(value);
    return list === undefined || list.length === 0 ? [] : [{ name, value, list }];
  });
  if (targets.length > 0) {
    return targets.flatMap(({ name, value, list }) => {
      const wrong = list.find(isNoPort);
      return wrong === undefined ? [] : { name, value, cause: `has ${JSON.stringify(wrong)}, ${NO_PORT}` };
    });
  }
  return ports.flatMap(([name, value]) =>
    value !== "" && isNoPort(value) ? { name, value, cause: `is ${NO_PORT}` } : [],
  );
}

const NO_PORT = "no port that Istio scrapes";

function named(annotations: Readonly<Record<string, string>>, label: string): [string, string][] {
  return Object.entries(annotations).filter(([name]) => name.replaceAll(/[^a-zA-Z0-9_]/gu, "_") === label);
}

/** The ports of `9090:/metrics,9091`; undefined where one is missing, with which Istio passes over all (ParseScrapeTargets). */
function portsOfTargets(text: string): string[] | undefined {
  const targets = text.split(",").map((target) => target.trim());
  const ports = targets.filter((target) => target !== "").map((target) => (target.split(":")[0] ?? "").trim());
  return ports.includes("") ? undefined : ports;
}

/** As Go's strconv.Atoi reads it, which takes a sign and leading zeros. */
function isNoPort(text: string): boolean {
  const port = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  return !(port >= 1 && port <= 65535) || isDataPlanePort(port);
}
