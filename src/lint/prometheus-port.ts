import { annotationPath } from "../agent/agent-state.ts";
import { fieldPath } from "../base/finding.ts";
import { Cluster, podOf, WORKLOADS, type PodLike } from "../cluster/cluster.ts";
import { isPortText, SCRAPE, SCRAPE_PORT } from "../cluster/scrapes.ts";
import { whereIsNamespace } from "../cluster/whereabouts.ts";
import { refusedScrapes } from "../istio/refused-scrapes.ts";
import { isAgent, type Scene, type Trouble } from "./warning.ts";

/**
 * Everything but a plain number of at most four digits, which is none of Istio's: what has to be parsed to be judged. Istio and
 * Prometheus read any character but letters and digits as the same.
 */
const SUSPECT = {
  all: ["prometheus"],
  like: /prometheus[^a-zA-Z0-9](?:io[^a-zA-Z0-9]port|istio[^a-zA-Z0-9]io[^a-zA-Z0-9]scrape[^a-zA-Z0-9]targets)["']?\s*:(?!\s*["']?[1-9]\d{0,3}["']?\s*(?:[\n\r,}]|$))/,
};

/**
 * The port by which a pod asks to be scraped is none. A pod in the mesh is then refused (istio#59924); elsewhere every declared port is scraped instead (telemetry-manager: inferAddressFromAnnotation in
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
    const [found] = pod === undefined ? [] : refusedScrapes(textsOf(annotations));
    const refused = pod !== undefined && found !== undefined && isInMesh(pod) ? found : undefined;
    const value = annotations[SCRAPE_PORT];
    const isPassedOver =
      typeof value === "string" && value !== "" && annotations[SCRAPE] === "true" && !isPortText(value);
    if (refused === undefined && !isPassedOver) continue;
    const own = about.ref.kind === "Pod" || isService ? [] : ["spec", "template"];
    const name = refused?.name ?? SCRAPE_PORT;
    const path = isOwn ? annotationPath(agent, name) : [...own, "metadata", "annotations", name];
    yield {
      cause: refused
        ? `${name} ${refused.cause}, and Istio refuses the pods where it merges metrics`
        : `${name} is not a number, so that it is passed over and every declared port is scraped`,
      remedy: "write the number of the port that serves the metrics, none of Istio's own",
      about,
      field: { path: fieldPath(path), currentValue: annotations[name] },
    };
  }
}

function textsOf(annotations: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}
