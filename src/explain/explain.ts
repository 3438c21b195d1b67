import { annotationPath, chooseContainer, readAgent, type AgentState } from "../agent/agent-state.ts";
import { interceptionFor } from "../agent/plan-agent.ts";
import { Cluster } from "../cluster/cluster.ts";
import { defaultMode, installationsAmong, installationsFor, meshDefaults, withDefaults } from "../cluster/mesh.ts";
import type { ConfigScrapes } from "../collector/config-scrapes.ts";
import type { Settings } from "../config/schema.ts";
import { isSame } from "../base/record.ts";
import { fieldPath, findingAt, type Finding } from "../base/finding.ts";
import { INCLUDE_OUTBOUND_PORTS, readPortList } from "../istio/annotations.ts";
import { readInterceptionSettings, type WrongAnnotation } from "../istio/interception-settings.ts";
import type { Manifest } from "../base/manifest.ts";
import type { Backend, UntoldTokenEndpoint } from "../telemetry/backend.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { certificatesOf } from "./certificates.ts";
import { wayDecider } from "./decide-way.ts";
import { likelySurroundings } from "./likely-surroundings.ts";
import { proxyMetadataOf } from "./proxy-metadata.ts";
import { exceptionOf, type Explanation } from "./flow.ts";
import { backendFlow, configuredFlows, leftOutScrapes, scrapeFlows } from "./flows.ts";

/** What an explanation is made from. */
export interface Subject {
  /** The agent's workload as it is after the rewrite. */
  agent: Manifest;
  settings: Settings;
  backends: readonly Backend[];
  tokens: readonly Backend[];
  untoldTokens: readonly UntoldTokenEndpoint[];
  /** The inputs of Kyma's agent that are enabled. */
  inputs: readonly string[];
  /** True where the agent scrapes workloads by way of Prometheus. */
  prometheusInput: boolean;
  /** What it reads by its own configuration. */
  scrapes?: ConfigScrapes;
  /** What is not known of the backends. */
  findings: readonly Finding[];
  /** Manifests of the `CLUSTER_KINDS`. */
  cluster: readonly Manifest[];
}

/** Says who the agent talks to and which way each connection takes, or why that is not known. */
export function explain({ agent, settings, ...subject }: Subject): Explanation | Finding[] {
  const state = readAgent(agent);
  if (Array.isArray(state)) return state;
  const chosen = chooseContainer(state, settings.agent.container);
  if ("severity" in chosen) return [chosen];
  const annotations = Object.fromEntries(
    Object.entries(state.annotations).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
  const { wrong } = readInterceptionSettings(annotations);
  if (wrong.length > 0) return wrong.map((each) => refused(state, each));
  const installations = installationsFor(state.labels, installationsAmong(subject.cluster));
  const effective = withDefaults(annotations, meshDefaults(installations));
  const proxyMetadata = proxyMetadataOf(state, installations, subject.cluster);
  const fields = { ...defaultMode(installations), ...state.proxyConfig.fields };
  const { settings: interception } = readInterceptionSettings(effective, { fields, proxyMetadata });

  const isAgent = ({ ref }: Manifest): boolean => isSame(ref, agent.ref);
  const cluster = new Cluster(subject.cluster.map((each) => (isAgent(each) ? agent : each)));
  const decideWay = wayDecider(
    { ...state, spec: state.podSpec },
    chosen.fields,
    interception,
    cluster,
    likelySurroundings(state.podSpec, effective, proxyMetadata, installations),
  );
  const { inputs, prometheusInput } = subject;
  const { certificates: hasCertificates } = interceptionFor(settings.trafficInterception, prometheusInput);
  const context = { cluster, agentNamespace: agent.ref.namespace, decideWay, hasCertificates };
  const address = valueAt(cluster.service("kubernetes", "default")?.object, "spec", "clusterIP");
  const toApiServer = decideWay(443, typeof address === "string" ? address : undefined);
  return {
    agent: agent.ref.namespace === undefined ? agent.ref.name : `${agent.ref.namespace}/${agent.ref.name}`,
    flows: [
      ...subject.backends.map((backend) => backendFlow(backend, context)),
      ...scrapeFlows(inputs, context),
      ...(subject.scrapes ? configuredFlows(subject.scrapes, context) : []),
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
      ...subject.tokens.map((token) => backendFlow(token, context)),
    ],
    includedPorts: readPortList(annotations[INCLUDE_OUTBOUND_PORTS] ?? "") ?? [],
    certificates: certificatesOf(state, chosen),
    gaps: [
      ...subject.findings.map(({ cause, resource }) => `${resource?.kind ?? ""}/${resource?.name ?? ""}: ${cause}`),
      ...subject.untoldTokens.map(
        ({ about: { ref }, fault }) =>
          `${ref.kind}/${ref.name}: its OAuth2 token endpoint cannot be told: ${fault.cause}`,
      ),
      ...leftOutScrapes(inputs, context),
      ...(subject.scrapes?.open ?? []).map((job) => `${job}: its targets are those that it finds in the cluster`),
      ...toApiServer.unless
        .filter(({ condition }) => condition === undefined)
        .map(
          (each) =>
            `api server: it is ${exceptionOf(each)}, but the IP is not known; add the Service kubernetes of the namespace default to the input`,
        ),
    ],
  };
}

function refused(state: AgentState, { name, value, cause: why }: WrongAnnotation): Finding {
  const cause = `${JSON.stringify(value)} ${why}, so that Istio refuses the pod or sets up no packet filter`;
  const path = fieldPath(annotationPath(state, name));
  return findingAt(
    state.manifest,
    "error",
    { cause, remedy: "correct the annotation, or remove it" },
    { path, currentValue: value },
  );
}
