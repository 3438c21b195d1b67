import { annotationPath } from "../agent/agent-state.ts";
import { fieldPath } from "../base/finding.ts";
import { Cluster, podOf, WORKLOADS, type PodLike } from "../cluster/cluster.ts";
import { isPortText, SCRAPE, SCRAPE_PORT } from "../cluster/scrapes.ts";
import { whereIsNamespace } from "../cluster/whereabouts.ts";
import { isDataPlanePort } from "../istio/reserved.ts";
import { isAgent, type Scene, type Trouble } from "./warning.ts";

/** The port of the merged metrics, to which Istio sets the annotation itself. */
const STATUS_PORT = 15020;

/** With this annotation Istio leaves the metrics of a pod, and its annotations, as they are. */
const MERGE = "prometheus.istio.io/merge-metrics";

/** Everything but a plain number of at most four digits, which is none of Istio's: what has to be parsed to be judged. */
const SUSPECT = {
  all: [SCRAPE_PORT],
  like: /prometheus\.io\/port["']?\s*:(?!\s*["']?[1-9]\d{0,3}["']?\s*(?:[\n\r,}]|$))/,
};

/**
 * The port by which a pod asks to be scraped is none. A pod in the mesh is then refused, while Istio merges its metrics,
 * which it does unless told otherwise (istio: pkg/kube/inject/webhook.go, applyPrometheusMerge; istio#59924); elsewhere
 * every declared port is scraped instead (telemetry-manager: inferAddressFromAnnotation in
 * internal/otelcollector/config/metricagent/prometheus_receiver.go).
 */
export function* prometheusPort(scene: Scene): Iterable<Trouble> {
  const { agent, ask, scrapes } = scene;
  const others = scrapes ? ask(["Service", ...WORKLOADS], [SUSPECT]).filter((each) => !isAgent(each, scene)) : [];
  let cluster: Cluster | undefined;
  const askForNamespaces = (): Cluster => {
    const names = new Set(others.flatMap(({ ref }) => ref.namespace ?? []));
    return new Cluster(names.size === 0 ? [] : ask(["Namespace"], [...names]));
  };
  const isInMesh = ({ manifest, labels }: PodLike): boolean => {
    if (manifest === agent.manifest) return true;
    cluster ??= askForNamespaces();
    return whereIsNamespace(manifest.ref.namespace, cluster, labels).place === "in the mesh";
  };
  for (const about of [agent.manifest, ...others]) {
    const isService = about.ref.kind === "Service";
    const isOwn = about === agent.manifest;
    const pod = isOwn ? { ...agent, spec: agent.podSpec } : isService ? undefined : podOf(about);
    const annotations = isService ? about.annotations : (pod?.annotations ?? {});
    const value = annotations[SCRAPE_PORT];
    if (typeof value !== "string" || value === "" || annotations[SCRAPE] === "false") continue;
    const isRefused = pod !== undefined && isRefusedByIstio(value) && annotations[MERGE] !== "false" && isInMesh(pod);
    if (!isRefused && (annotations[SCRAPE] !== "true" || isPortText(value))) continue;
    const own = about.ref.kind === "Pod" || isService ? [] : ["spec", "template"];
    const path = isOwn ? annotationPath(agent, SCRAPE_PORT) : [...own, "metadata", "annotations", SCRAPE_PORT];
    yield {
      cause: isRefused
        ? `${SCRAPE_PORT} is no port that Istio scrapes, and Istio refuses the pods where it merges metrics`
        : `${SCRAPE_PORT} is not a number, so that it is passed over and every declared port is scraped`,
      remedy: "write the number of the port that serves the metrics, none of Istio's own",
      about,
      field: { path: fieldPath(path), currentValue: value },
    };
  }
}

/** As Go's strconv.Atoi reads it, which takes a sign and leading zeros. */
function isRefusedByIstio(value: string): boolean {
  const port = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN;
  return value !== String(STATUS_PORT) && (!(port >= 1 && port <= 65535) || isDataPlanePort(port));
}
