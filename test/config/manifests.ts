import type { Manifest } from "../../src/base/manifest.ts";

/** The design's example of a function config, with the alternatives that cannot stand together taken out. */
export const designExample = {
  apiVersion: "intercept-backends.dev/v1alpha1",
  kind: "InterceptBackends",
  metadata: { name: "metric-agent" },
  spec: {
    agent: { name: "telemetry-metric-agent", namespace: "kyma-system", container: "collector" },
    pipelines: { include: "AgentInputs" },
    trafficInterception: "On",
    ports: { additional: [4317], excludeInbound: [8888], existing: "Replace", socketLoadBalancer: false },
    bypass: { ipRanges: ["10.96.0.1/32"] },
    certificates: {
      volumeName: "istio-certs",
      mountPath: "/etc/prom-certs/",
      outputPath: "/etc/istio-output-certs",
      medium: "Memory",
    },
    endpoints: { unresolved: "Error", oauth2TokenEndpoints: "InCluster" },
  },
};

/** An object as the stream would hand it to the rules. */
export function manifest(object: Record<string, unknown> & { apiVersion: string; kind: string }): Manifest {
  const { apiVersion, kind } = object;
  return { ref: { apiVersion, kind, name: "config" }, previousNames: [], labels: {}, annotations: {}, object };
}

/** An InterceptBackends object with this spec, or without any. */
export function interceptBackends(spec?: unknown) {
  const { apiVersion, kind, metadata } = designExample;
  return { apiVersion, kind, metadata, ...(spec !== undefined && { spec }) };
}

/** The manifest of an InterceptBackends with this spec. */
export function inSpec(spec: unknown): Manifest {
  return manifest(interceptBackends(spec));
}

/** The manifest of a ConfigMap with this data. */
export function configMap(data: Record<string, unknown>): Manifest {
  return manifest({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "function-input" }, data });
}
