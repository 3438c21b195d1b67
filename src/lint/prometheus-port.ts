import { isPortText, SCRAPE, SCRAPE_PORT } from "../cluster/scrape-targets.ts";
import type { PodLike } from "../cluster/cluster.ts";
import { Cluster, podOf, WORKLOADS } from "../cluster/cluster.ts";
import { whereIsNamespace } from "../cluster/whereabouts.ts";
import { isDataPlanePort } from "../istio/reserved.ts";
import type { Manifest } from "../base/manifest.ts";
import { fieldPath } from "../agent/step.ts";
import type { Scene, Trouble, Warning } from "./warning.ts";

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
export const prometheusPort: Warning = (scene) => {
  const others = scene.scrapes ? scene.ask(["Service", ...WORKLOADS], [SUSPECT]) : [];
  const { ref } = scene.agent.manifest;
  const isAgent = (each: Manifest): boolean =>
    each.ref.kind === ref.kind && each.ref.name === ref.name && each.ref.namespace === ref.namespace;
  let cluster: Cluster | undefined;
  const isInMesh = ({ manifest, labels }: PodLike): boolean => {
    if (manifest === scene.agent.manifest) return true;
    cluster ??= new Cluster(namespacesOf(others, scene));
    return whereIsNamespace(manifest.ref.namespace, cluster, labels).place === "in the mesh";
  };
  return [scene.agent.manifest, ...others.filter((each) => !isAgent(each))].flatMap((manifest) =>
    judge(manifest, isInMesh),
  );
};

function judge(manifest: Manifest, isInMesh: (pod: PodLike) => boolean): Trouble[] {
  const isService = manifest.ref.kind === "Service";
  const pod: PodLike | undefined = isService
    ? { manifest, labels: {}, annotations: manifest.annotations, spec: {} }
    : podOf(manifest);
  const value = pod?.annotations[SCRAPE_PORT];
  if (pod === undefined || typeof value !== "string" || value === "" || pod.annotations[SCRAPE] === "false") return [];
  const isRefused = !isService && isRefusedByIstio(value) && pod.annotations[MERGE] !== "false" && isInMesh(pod);
  const isIgnored = pod.annotations[SCRAPE] === "true" && !isPortText(value);
  if (!isRefused && !isIgnored) return [];
  const path = manifest.ref.kind === "Pod" || isService ? ["metadata"] : ["spec", "template", "metadata"];
  return [
    {
      cause: isRefused
        ? `${SCRAPE_PORT} is no port that Istio scrapes, and Istio refuses the pods where it merges metrics`
        : `${SCRAPE_PORT} is not a number, so that it is passed over and every declared port is scraped`,
      remedy: "write the number of the port that serves the metrics, none of Istio's own",
      about: manifest,
      field: { path: fieldPath([...path, "annotations", SCRAPE_PORT]), currentValue: value },
    },
  ];
}

/** As Go's strconv.Atoi reads it, which takes a sign and leading zeros. */
function isRefusedByIstio(value: string): boolean {
  const port = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN;
  return value !== String(STATUS_PORT) && (!(port >= 1 && port <= 65535) || isDataPlanePort(port));
}

function namespacesOf(manifests: readonly Manifest[], { ask }: Scene): readonly Manifest[] {
  const names = manifests.flatMap(({ ref }) => ref.namespace ?? []);
  return names.length === 0 ? [] : ask(["Namespace"], [...new Set(names)]);
}
