import type { Finding } from "../../src/base/finding.ts";
import { readManifest } from "../../src/stream/read-manifest.ts";
import { run } from "../../src/rewrite/run.ts";
import { oneFile } from "../stream/open.ts";

/** What a stream is made of; each part may be left out. */
export interface Parts {
  /** Endpoints of MetricPipelines. */
  endpoints?: readonly string[];
  /** Annotations and labels of the agent's pods, and what else their spec and their collector have. */
  annotations?: Readonly<Record<string, unknown>>;
  labels?: Readonly<Record<string, string>>;
  spec?: Readonly<Record<string, unknown>>;
  collector?: Readonly<Record<string, unknown>>;
  /** Containers of the agent's pods beside the collector. */
  moreContainers?: readonly object[];
  namespace?: string;
  /** More of the agent's own metadata, besides its name and namespace. */
  metadata?: Readonly<Record<string, unknown>>;
  /** Other resources of the stream. */
  others?: readonly object[];
  /** `spec` of the function config. */
  config?: Readonly<Record<string, unknown>>;
}

/** What a run tells of a stream besides infos. */
export function problemsOf(parts: Parts): Finding[] {
  const config = readManifest({
    apiVersion: "intercept-backends.dev/v1alpha1",
    kind: "InterceptBackends",
    metadata: { name: "config" },
    spec: parts.config ?? {},
  });
  const options = config === undefined ? {} : { functionConfig: config };
  const { findings } = run(oneFile(textOf(parts)), options);
  return findings.filter(({ severity }) => severity !== "info");
}

/** The stream as a ResourceList. */
export function textOf(parts: Parts): string {
  const pipelines = (parts.endpoints ?? ["http://otel-collector.observability:4317"]).map((value, at) => ({
    apiVersion: "telemetry.kyma-project.io/v1beta1",
    kind: "MetricPipeline",
    metadata: { name: `backend-${at}` },
    spec: { input: { runtime: { enabled: true } }, output: { otlp: { endpoint: { value } } } },
  }));
  const items = [agentOf(parts), ...pipelines, ...(parts.others ?? [])];
  return JSON.stringify({ apiVersion: "config.kubernetes.io/v1", kind: "ResourceList", items }, undefined, 2);
}

function agentOf({
  annotations = {},
  labels = {},
  spec = {},
  collector = {},
  moreContainers = [],
  namespace = "kyma-system",
  metadata = {},
}: Parts): object {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "telemetry-metric-agent", namespace, ...metadata },
    spec: {
      template: {
        metadata: { labels: { "app.kubernetes.io/name": "telemetry-metric-agent", ...labels }, annotations },
        spec: { ...spec, containers: [{ name: "collector", ...collector }, ...moreContainers] },
      },
    },
  };
}
