import type { Field, Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { readEndpoint } from "./endpoint.ts";
import { type Fault, findingAt } from "./fault.ts";
import { type EndpointSource, type MetricPipeline, readMetricPipeline } from "./metric-pipeline.ts";
import { BACKEND_PORTS_ANNOTATION, readOverride } from "./override.ts";
import { showable } from "./placeholder.ts";
import { lookUpSecret } from "./secrets.ts";
import type { Secrets } from "./secrets.ts";
import { type PipelineSelection, selectPipelines } from "./select.ts";
import { TOKEN_URL } from "./token-endpoints.ts";
import { valueSourceAt } from "./value-source.ts";

/** The field of a MetricPipeline that holds its endpoint. */
const ENDPOINT = "spec.output.otlp.endpoint";

/** A MetricPipeline's endpoint that stands in a Secret: `valueFrom.secretKeyRef`, all three required. */
export interface SecretKeyRef {
  name: string;
  namespace: string;
  key: string;
}

/** What of the stream decides the backend ports, and by which settings. */
export interface BackendQuery extends PipelineSelection {
  /** All MetricPipelines of the stream, in its order. */
  pipelines: readonly Manifest[];
  /** Those that may hold an endpoint. */
  secrets: Secrets;
  /** `endpoints.unresolved`: how an endpoint that cannot be read at build time is reported. */
  unresolved: "Error" | "Warn";
}

/** One backend that one MetricPipeline pushes to. */
export interface Backend {
  pipeline: Manifest;
  /** The TCP port that the collector's exporter dials, 1 to 65535. */
  port: number;
  /** Host name or address without brackets and port; absent when it is unknown at build time or came from a Secret. */
  host?: string;
  /** The endpoint in a form that may be shown: `value` without user info, query and fragment, or `<from Secret ns/name key>:4317`. */
  shown: string;
}

/** The backends of all selected MetricPipelines, or why they cannot be told. */
export interface Backends {
  backends: Backend[];
  /** True when a selected MetricPipeline enables `spec.input.prometheus`. */
  prometheusInput: boolean;
  /** How many MetricPipelines were selected; deleted ones and those that leave the agent alone do not count. */
  selected: number;
  findings: Finding[];
}

/**
 * Tells which ports the agent's exporters dial, or why that cannot be told.
 * In: the query; neither pipelines nor Secrets need to be valid. Out: the backends in the order of their pipelines, several ports of one
 * annotation in ascending order, repeats across pipelines kept; and a finding for every problem of every selected pipeline. Never throws.
 * Source: issue 2, item 4; telemetry-manager `internal/utils/metricpipeline/metricpipeline.go` (with the two differences of the facts).
 */
export function resolveBackends(query: BackendQuery): Backends {
  const selected = selectPipelines(query.pipelines, query);
  const result: Backends = { backends: [], prometheusInput: false, selected: selected.length, findings: [] };
  for (const manifest of selected) {
    const { pipeline, prometheusInput, findings } = readMetricPipeline(manifest);
    result.prometheusInput ||= prometheusInput;
    result.findings.push(...findings);
    const override = readOverrideOf(manifest, result.findings);
    if (pipeline !== undefined) result.backends.push(...backendsOf(pipeline, override, query, result.findings));
  }
  return result;
}

/**
 * The Secret keys that the selected MetricPipelines take their endpoints and token endpoints from, so that a caller parses no other Secret.
 * In: all MetricPipelines of the stream and the selection of the query. Out: each reference once, in the order of the pipelines. Never throws;
 * a reference that is not complete is left out here and reported by `resolveBackends`, as is a pipeline that has other faults.
 * Source: telemetry-manager `apis/telemetry/v1beta1/shared_types.go`, `SecretKeyRef`.
 */
export function referencedSecrets(pipelines: readonly Manifest[], selection: PipelineSelection): SecretKeyRef[] {
  const refs = new Map<string, SecretKeyRef>();
  for (const manifest of selectPipelines(pipelines, selection)) {
    for (const path of [ENDPOINT, TOKEN_URL]) {
      const ref = valueSourceAt(manifest, path)?.secretKeyRef;
      if (ref !== undefined) refs.set(JSON.stringify([ref.namespace, ref.name, ref.key]), ref);
    }
  }
  return [...refs.values()];
}

type Reading =
  | { kind: "readable"; port: number; host?: string }
  | { kind: "unresolved"; fault: Fault }
  | { kind: "wrong"; faults: Fault[] };

function readOverrideOf(manifest: Manifest, findings: Finding[]): number[] | undefined | "malformed" {
  const override = readOverride(manifest);
  if (override === undefined || Array.isArray(override)) return override;
  findings.push(findingAt(manifest, "error", annotationField(manifest), override));
  return "malformed";
}

function backendsOf(
  pipeline: MetricPipeline,
  override: number[] | undefined | "malformed",
  query: BackendQuery,
  findings: Finding[],
): Backend[] {
  const { manifest, endpoint } = pipeline;
  const reading = readSource(pipeline, query);
  const report = (severity: Finding["severity"], fault: Fault) =>
    findings.push(findingAt(manifest, severity, endpointField(endpoint), fault));
  const host =
    reading.kind === "readable" && reading.host !== undefined && "value" in endpoint ? { host: reading.host } : {};

  if (Array.isArray(override)) {
    if (reading.kind === "wrong") reading.faults.forEach((fault) => report("warning", fault));
    if (reading.kind === "readable" && override.join() !== String(reading.port)) {
      findings.push(findingAt(manifest, "warning", annotationField(manifest), contradiction(override, reading.port)));
    }
    return override.map((port) => ({ pipeline: manifest, port, ...host, shown: shown(endpoint, port) }));
  }
  switch (reading.kind) {
    case "readable":
      return [{ pipeline: manifest, port: reading.port, ...host, shown: shown(endpoint, reading.port) }];
    case "wrong":
      reading.faults.forEach((fault) => report("error", fault));
      return [];
    case "unresolved":
      if (override === "malformed") return [];
      if (query.unresolved === "Error") report("error", reading.fault);
      else
        report("warning", {
          ...reading.fault,
          cause: `${reading.fault.cause} and is missing from the intercepted ports`,
        });
      return [];
  }
}

function readSource({ endpoint, settings }: MetricPipeline, { secrets }: BackendQuery): Reading {
  if ("value" in endpoint) return readEndpoint(endpoint.value, settings);
  const secret = lookUpSecret(endpoint.secretKeyRef, secrets);
  switch (secret.kind) {
    case "value":
      return readEndpoint(secret.value, { ...settings, isSecret: true });
    case "unresolved":
      return secret;
    case "wrong":
      return { kind: "wrong", faults: [secret.fault] };
  }
}

function contradiction(override: readonly number[], port: number): Fault {
  return {
    cause: `the annotation ${BACKEND_PORTS_ANNOTATION} says ${override.join(",")} and wins over the endpoint, which says ${port}`,
    remedy: `remove the annotation to intercept ${port}, or leave it if the endpoint's port is changed after the build`,
  };
}

function annotationField({ annotations }: Manifest): Field {
  return {
    path: `metadata.annotations["${BACKEND_PORTS_ANNOTATION}"]`,
    currentValue: annotations[BACKEND_PORTS_ANNOTATION],
  };
}

function endpointField(endpoint: EndpointSource): Field {
  if ("value" in endpoint) return { path: `${ENDPOINT}.value`, currentValue: showable(endpoint.value) };
  const { namespace, name, key } = endpoint.secretKeyRef;
  return { path: `${ENDPOINT}.valueFrom.secretKeyRef`, currentValue: { name, namespace, key } };
}

function shown(endpoint: EndpointSource, port: number): string {
  if ("value" in endpoint) return showable(endpoint.value);
  const { namespace, name, key } = endpoint.secretKeyRef;
  return `<from Secret ${namespace}/${name} ${key}>:${port}`;
}
