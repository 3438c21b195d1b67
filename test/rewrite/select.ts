import { readManifest } from "../../src/stream/read-manifest.ts";
import type { Select } from "../../src/rewrite/select.ts";
import type { Manifest } from "../../src/base/manifest.ts";

/** A function config with this `spec`. */
export function configOf(spec: Readonly<Record<string, unknown>>): Manifest {
  return manifestOf({ apiVersion: "intercept-backends.dev/v1alpha1", kind: "InterceptBackends", metadata: {}, spec });
}

/** Hands out resources given as plain data. */
export function selectFrom(objects: readonly object[]): Select {
  const manifests = objects.map(manifestOf);
  return (kinds) => ({ manifests: manifests.filter(({ ref }) => kinds.includes(ref.kind)), findings: [] });
}

/** The metric agent as hosts hand it out. */
export function agentObject(metadata: object = {}, template: object = {}): object {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "telemetry-metric-agent", namespace: "kyma-system", ...metadata },
    spec: { template: { metadata: template, spec: { containers: [{ name: "collector" }] } } },
  };
}

/** A MetricPipeline with the runtime input. */
export function pipelineObject(name: string, endpoint: object, metadata: object = {}): object {
  return {
    apiVersion: "telemetry.kyma-project.io/v1beta1",
    kind: "MetricPipeline",
    metadata: { name, ...metadata },
    spec: { input: { runtime: { enabled: true } }, output: { otlp: { endpoint } } },
  };
}

function manifestOf(object: object): Manifest {
  const manifest = readManifest(object);
  if (manifest === undefined) throw new Error("not a map");
  return manifest;
}
