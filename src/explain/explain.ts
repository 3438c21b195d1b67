import { chooseContainer } from "../agent/choose-container.ts";
import { readAgent } from "../agent/agent-state.ts";
import { Cluster, podOf } from "../cluster/cluster.ts";
import type { Settings } from "../config/schema.ts";
import type { Finding } from "../base/finding.ts";
import { PROXY_CONFIG } from "../istio/annotations.ts";
import { readInterceptionSettings } from "../istio/interception-settings.ts";
import type { WrongAnnotation } from "../istio/interception-settings.ts";
import type { Manifest } from "../base/manifest.ts";
import { resolveBackends } from "../telemetry/backends.ts";
import type { AGENT_INPUTS } from "../telemetry/metric-pipeline.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { indexSecrets } from "../telemetry/secrets.ts";
import { selectPipelines } from "../telemetry/select.ts";
import { isSource, parseSource, toPlain } from "../yaml/source.ts";
import { wayDecider } from "./decide-way.ts";
import { exportFlow, tokenFlow } from "./exports.ts";
import type { Explanation, Flow } from "./flow.ts";
import { exceptionOf } from "./rows.ts";
import { scrapeFlows } from "./scrapes.ts";

/** What an explanation is made from. */
export interface Scene {
  /** The agent's DaemonSet as it is after the rewrite. */
  agent: Manifest;
  settings: Settings;
  pipelines: readonly Manifest[];
  secrets: readonly Manifest[];
  /** Manifests of the `CLUSTER_KINDS`. */
  cluster: readonly Manifest[];
}

/** Tells who the agent talks to and which way each connection takes, or why that cannot be told. */
export function explain({ agent, settings, pipelines, ...scene }: Scene): Explanation | Finding[] {
  const state = readAgent(agent);
  if (Array.isArray(state)) return state;
  const chosen = chooseContainer(state, settings.agent.container);
  const pod = podOf(agent);
  if ("severity" in chosen || pod === undefined) return "severity" in chosen ? [chosen] : [];
  const annotations = textsOf(state.annotations);
  const { settings: interception, wrong } = readInterceptionSettings(
    annotations,
    capturesDns(annotations[PROXY_CONFIG]),
  );
  if (wrong.length > 0) return wrong.map((each) => refused(agent, each));

  const [secrets, cluster] = [indexSecrets(scene.secrets), new Cluster(scene.cluster)];
  const decideWay = wayDecider(pod, chosen.fields, interception, cluster);
  const selection = { include: settings.pipelines.include, ...settings.pipelines.selector };
  const selected = selectPipelines(pipelines, selection);
  const { backends, findings } = resolveBackends({ ...selection, pipelines, secrets, unresolved: "Warn" });
  const context = { secrets, cluster, agentNamespace: agent.ref.namespace, decideWay };
  const tokens = selected.map((pipeline) => tokenFlow(pipeline, context)).filter((token) => token !== undefined);
  const apiServer = cluster.service("kubernetes", "default");
  const address = apiServer && valueAt(apiServer.object, "spec", "clusterIP");
  const toApiServer = decideWay(443, typeof address === "string" ? address : undefined);
  return {
    agent: agent.ref.namespace === undefined ? agent.ref.name : `${agent.ref.namespace}/${agent.ref.name}`,
    flows: [
      ...backends.map((backend) => exportFlow(backend, context)),
      ...scrapeFlows(inputsOf(selected), cluster, decideWay),
      {
        kind: "api server",
        by: "the agent",
        target: "kubernetes.default.svc",
        protocol: "https",
        port: 443,
        place: "in the cluster",
        ...toApiServer,
        tls: "agent",
      },
      ...tokens.filter((token): token is Flow => typeof token !== "string"),
    ],
    gaps: [
      ...findings.map(({ cause, resource }) => `MetricPipeline/${resource?.name ?? ""}: ${cause}`),
      ...tokens.filter((token) => typeof token === "string"),
      ...toApiServer.unless.map(
        (each) =>
          `api server: it is ${exceptionOf(each)}, but the IP is not known; add the Service kubernetes of the namespace default to the input`,
      ),
    ],
  };
}

function inputsOf(pipelines: readonly Manifest[]): Record<(typeof AGENT_INPUTS)[number], boolean> {
  const isEnabled = (input: string): boolean =>
    pipelines.some(({ object }) => valueAt(object, "spec", "input", input, "enabled") === true);
  return { runtime: isEnabled("runtime"), prometheus: isEnabled("prometheus"), istio: isEnabled("istio") };
}

/** `ISTIO_META_DNS_CAPTURE` of the pod's ProxyConfig, as Go's strconv.ParseBool reads it; of the mesh's own nothing is known. */
function capturesDns(proxyConfig: string | undefined): boolean {
  if (proxyConfig === undefined) return false;
  const source = parseSource(proxyConfig);
  const value = isSource(source) ? valueAt(toPlain(source), "proxyMetadata", "ISTIO_META_DNS_CAPTURE") : undefined;
  return typeof value === "string" && ["1", "t", "T", "true", "TRUE", "True"].includes(value);
}

function textsOf(annotations: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}

function refused({ ref, file }: Manifest, { name, value, cause }: WrongAnnotation): Finding {
  return {
    severity: "error",
    cause: `${JSON.stringify(value)} ${cause}, so that Istio refuses the pod or sets up no packet filter`,
    remedy: "mend the annotation, or remove it",
    resource: ref,
    field: { path: `spec.template.metadata.annotations[${JSON.stringify(name)}]`, currentValue: value },
    ...(file ? { file } : {}),
  };
}
