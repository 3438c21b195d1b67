import { findingAt, type Field, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import type { Backend } from "./backend.ts";
import { readEndpoint, type EndpointReading, type EndpointSettings } from "./endpoint.ts";
import type { Fault } from "./fault.ts";
import { readMetricPipeline, type MetricPipeline } from "./metric-pipeline.ts";
import { BACKEND_PORTS_ANNOTATION, readOverride } from "./override.ts";
import { showable } from "./placeholder.ts";
import { readSource, type SecretReading, type Secrets } from "./secrets.ts";
import { selectPipelines, type PipelineSelection } from "./select.ts";
import { TOKEN_URL } from "./token-endpoints.ts";
import { shownSource, valueSourceAt, type SecretKeyRef, type ValueSource } from "./value-source.ts";

/** The field of a MetricPipeline that holds its endpoint. */
const ENDPOINT = "spec.output.otlp.endpoint";

/** What of the stream decides the backend ports, and by which settings. */
export interface BackendQuery extends PipelineSelection {
  /** All MetricPipelines of the stream, in its order. */
  pipelines: readonly Manifest[];
  /** Those that may hold an endpoint. */
  secrets: Secrets;
  /** `endpoints.unresolved`: how an endpoint that cannot be read at build time is reported. */
  unresolved: "Error" | "Warn";
}

/** The backends of all selected MetricPipelines, or why they are not known. */
export interface Backends {
  backends: Backend[];
  /** True when a selected MetricPipeline enables `spec.input.prometheus`. */
  prometheusInput: boolean;
  /** How many MetricPipelines were selected; deleted ones and those that leave the agent alone do not count. */
  selected: number;
  findings: Finding[];
}

/**
 * The ports that the agent's exporters dial, in the order of the pipelines, several ports of one annotation in ascending
 * order, repeats across pipelines kept; and a finding for every problem of every selected pipeline (telemetry-manager:
 * internal/utils/metricpipeline/metricpipeline.go).
 */
export function resolveBackends(query: BackendQuery): Backends {
  const selected = selectPipelines(query.pipelines, query);
  const result: Backends = { backends: [], prometheusInput: false, selected: selected.length, findings: [] };
  for (const manifest of selected) {
    const { pipeline, prometheusInput, findings } = readMetricPipeline(manifest);
    result.prometheusInput ||= prometheusInput;
    result.findings.push(...findings);
    const override = readOverride(manifest);
    if (override && !Array.isArray(override)) {
      result.findings.push(findingAt(manifest, "error", override, annotationField(manifest)));
    }
    if (pipeline) result.backends.push(...backendsOf(pipeline, override, query, result.findings));
  }
  return result;
}

/**
 * The Secret keys that the selected MetricPipelines take their endpoints and token endpoints from, each once, so that a
 * caller parses no other Secret. An incomplete reference is left out here and reported by `resolveBackends`.
 */
export function referencedSecrets(pipelines: readonly Manifest[], selection: PipelineSelection): SecretKeyRef[] {
  const refs = new Map<string, SecretKeyRef>();
  for (const manifest of selectPipelines(pipelines, selection)) {
    for (const path of [ENDPOINT, TOKEN_URL]) {
      const source = valueSourceAt(manifest, path);
      if (typeof source !== "object" || "value" in source) continue;
      const { namespace, name, key } = source.secretKeyRef;
      refs.set(JSON.stringify([namespace, name, key]), source.secretKeyRef);
    }
  }
  return [...refs.values()];
}

/** The annotation's ports before the endpoint's; an `override` that is a fault has been reported. */
function backendsOf(
  pipeline: MetricPipeline,
  override: number[] | Fault | undefined,
  { secrets, unresolved }: BackendQuery,
  findings: Finding[],
): Backend[] {
  const { manifest, endpoint, settings } = pipeline;
  const text = readSource(endpoint, secrets);
  const reading = readBackend(text, pipeline);
  const report = (severity: Finding["severity"], fault: Fault): void => {
    findings.push(findingAt(manifest, severity, fault, endpointField(endpoint)));
  };
  const host = reading.kind === "readable" ? reading.host : undefined;
  const backendAt = (port: number): Backend => ({
    role: "backend",
    about: manifest,
    by: `MetricPipeline ${manifest.ref.name}`,
    field: ENDPOINT,
    port,
    ...(host !== undefined && ("value" in endpoint ? { host } : { secretHost: host })),
    shown: shownSource(endpoint, port),
    protocol: settings.protocol,
    ...(text.kind === "value" && { isEncrypted: isEncrypted(text.value, settings) }),
  });

  if (Array.isArray(override)) {
    if (reading.kind === "wrong") reading.faults.forEach((fault) => report("warning", fault));
    if (reading.kind === "readable" && override.join() !== String(reading.port)) {
      findings.push(findingAt(manifest, "warning", contradiction(override, reading.port), annotationField(manifest)));
    }
    return override.map(backendAt);
  }
  if (reading.kind === "readable") return [backendAt(reading.port)];
  if (reading.kind === "wrong") reading.faults.forEach((fault) => report("error", fault));
  else if (override === undefined) {
    const { cause, remedy } = reading.fault;
    if (unresolved === "Error") report("error", reading.fault);
    else report("warning", { cause: `${cause} and is missing from the intercepted ports`, remedy });
  }
  return [];
}

function readBackend(text: SecretReading, { endpoint, settings }: MetricPipeline): EndpointReading {
  if (text.kind === "value") return readEndpoint(text.value, { ...settings, isSecret: "secretKeyRef" in endpoint });
  return text.kind === "wrong" ? { kind: "wrong", faults: [text.fault] } : text;
}

/** The exporter itself uses TLS, unless `http://` or `tls.insecure` turns it off (telemetry-manager: internal/otelcollector/config/common). */
function isEncrypted(text: string, { protocol, tls }: EndpointSettings): boolean {
  return protocol === "http" ? /^https:/i.test(text) : !/^http:/i.test(text) && !tls.insecure;
}

function contradiction(override: readonly number[], port: number): Fault {
  return {
    cause: `the annotation ${BACKEND_PORTS_ANNOTATION} says ${override.join(",")} and wins over the endpoint, which says ${port}`,
    remedy: `remove the annotation to intercept ${port}, or leave it if the endpoint's port is changed after the build`,
  };
}

function annotationField({ annotations }: Manifest): Field {
  const currentValue = annotations[BACKEND_PORTS_ANNOTATION];
  return { path: `metadata.annotations["${BACKEND_PORTS_ANNOTATION}"]`, currentValue };
}

function endpointField(endpoint: ValueSource): Field {
  if ("value" in endpoint) return { path: `${ENDPOINT}.value`, currentValue: showable(endpoint.value) };
  const { namespace, name, key } = endpoint.secretKeyRef;
  return { path: `${ENDPOINT}.valueFrom.secretKeyRef`, currentValue: { name, namespace, key } };
}
