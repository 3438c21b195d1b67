import type { Manifest } from "../../src/base/manifest.ts";

type Parts = Partial<Omit<Manifest, "ref">> & { name?: string; namespace?: string; apiVersion?: string; kind?: string };

/** A manifest of any kind around plain data; without a namespace where that is empty. */
export function manifest({ name = "one", namespace, apiVersion = "v1", kind = "Secret", ...rest }: Parts): Manifest {
  const ref = { apiVersion, kind, name, ...(namespace ? { namespace } : {}) };
  return { ref, previousNames: [], labels: {}, annotations: {}, object: {}, ...rest };
}

/** A v1beta1 MetricPipeline whose `spec` is given. */
export function pipelineWith(spec: unknown, parts: Parts = {}): Manifest {
  return manifest({
    apiVersion: "telemetry.kyma-project.io/v1beta1",
    kind: "MetricPipeline",
    object: { spec },
    ...parts,
  });
}

/** A v1beta1 MetricPipeline with an OTLP output and no input. */
export function pipelineTo(otlp: Record<string, unknown>, parts: Parts = {}): Manifest {
  return pipelineWith({ output: { otlp } }, parts);
}

/** A MetricPipeline that takes its endpoint from key `url` of Secret `kyma-system/backend`. */
export function pipelineFromSecret(otlp: Record<string, unknown> = {}, parts: Parts = {}): Manifest {
  const secretKeyRef = { name: "backend", namespace: "kyma-system", key: "url" };
  return pipelineTo({ endpoint: { valueFrom: { secretKeyRef } }, ...otlp }, parts);
}

/** Secret `kyma-system/backend` with `stringData`, unless the parts say otherwise. */
export function secretWith(stringData: Record<string, unknown>, parts: Parts = {}): Manifest {
  return manifest({ name: "backend", namespace: "kyma-system", object: { stringData }, ...parts });
}
