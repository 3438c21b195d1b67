import type { Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import type { SecretKeyRef } from "./backends.ts";
import type { EndpointSettings } from "./endpoint.ts";
import { findingAt } from "./fault.ts";
import { showable } from "./placeholder.ts";
import { typeName, valueAt } from "./plain-data.ts";

const GROUP = "telemetry.kyma-project.io";
const VERSIONS = ["v1alpha1", "v1beta1"];
const OUTPUT = "spec.output.otlp";
/** Fields around which text may be a key or a password, so that it is not shown. */
const CREDENTIALS = /^spec\.output\.otlp\.(?:tls|authentication)\b/;

/** The inputs that make a MetricPipeline the agent's business (telemetry-manager `internal/reconciler/metricpipeline/reconciler.go`). */
export const AGENT_INPUTS = ["runtime", "prometheus", "istio"] as const;

/** Where the endpoint stands: in the MetricPipeline, or in a Secret. */
export type EndpointSource = { value: string } | { secretKeyRef: SecretKeyRef };

/** What of a MetricPipeline decides the agent's backend ports. */
export interface MetricPipeline {
  manifest: Manifest;
  endpoint: EndpointSource;
  settings: EndpointSettings;
}

/** True for a MetricPipeline of any version of its API group. In: any manifest. Never throws. Source: telemetry-manager `apis/telemetry`. */
export function isMetricPipeline({ ref }: Manifest): boolean {
  return ref.kind === "MetricPipeline" && ref.apiVersion.startsWith(`${GROUP}/`);
}

/** True for the versions whose fields are known, v1alpha1 and v1beta1. In: a MetricPipeline. Never throws. Source: telemetry-manager `apis/telemetry`. */
export function isKnownVersion({ ref }: Manifest): boolean {
  return VERSIONS.some((version) => ref.apiVersion === `${GROUP}/${version}`);
}

/**
 * Reads and checks a MetricPipeline as far as its backend's port depends on it.
 * In: a MetricPipeline manifest. Out: the typed pipeline, absent where the version, the endpoint or the protocol cannot be read, and one
 * error finding for every field that is wrong. Never throws.
 * Source: telemetry-manager `apis/telemetry/v1beta1/{metricpipeline_types,shared_types}.go` and their v1alpha1 twins, with the CEL rules there.
 */
export function readMetricPipeline(manifest: Manifest): {
  pipeline?: MetricPipeline;
  prometheusInput: boolean;
  findings: Finding[];
} {
  if (!isKnownVersion(manifest)) {
    const cause = `the MetricPipeline has an unknown version`;
    const remedy = `set apiVersion to ${VERSIONS.map((version) => `${GROUP}/${version}`).join(" or ")}`;
    const field = { path: "apiVersion", currentValue: manifest.ref.apiVersion };
    return { prometheusInput: false, findings: [findingAt(manifest, "error", field, { cause, remedy })] };
  }
  const reader = new FieldReader(manifest);
  const inputs = AGENT_INPUTS.map((input) => reader.flag(`spec.input.${input}.enabled`));
  const protocol = readProtocol(reader);
  const endpoint = readEndpointSource(reader);
  const path = reader.text(`${OUTPUT}.path`);
  if (protocol === "grpc" && path) {
    reader.report(
      `${OUTPUT}.path`,
      path,
      "a path is only possible with the protocol http",
      "remove path, or set protocol: http",
    );
  }
  const settings = readSettings(reader);
  const prometheusInput = inputs[AGENT_INPUTS.indexOf("prometheus")] ?? false;
  const { findings } = reader;
  if (endpoint === undefined || protocol === undefined) return { prometheusInput, findings };
  return {
    pipeline: { manifest, endpoint, settings: { ...settings, protocol } },
    prometheusInput,
    findings,
  };
}

/** Reads fields by dotted path and collects a finding for every value of a wrong type, the outermost wrong one only. */
class FieldReader {
  readonly findings: Finding[] = [];
  readonly #manifest: Manifest;
  readonly #reported = new Set<string>();

  constructor(manifest: Manifest) {
    this.#manifest = manifest;
  }

  get apiVersion(): string {
    return this.#manifest.ref.apiVersion;
  }

  /** The value at the path, with a finding where a step on the way is no map. */
  value(path: string): unknown {
    const keys = path.split(".");
    let here: unknown = this.#manifest.object;
    for (const [depth, key] of keys.entries()) {
      if (!isRecord(here)) {
        const remedy = `write the keys of ${keys[depth - 1]} under it, ${key} among them`;
        this.#wrongType(keys.slice(0, depth).join("."), here, "a map", remedy);
        return undefined;
      }
      here = valueAt(here, key);
      if (here === undefined) return undefined;
    }
    return here;
  }

  map(path: string): boolean {
    const value = this.value(path);
    if (value === undefined || isRecord(value)) return value !== undefined;
    this.#wrongType(path, value, "a map", "write its fields as keys under it");
    return false;
  }

  flag(path: string): boolean {
    const value = this.value(path);
    if (value === undefined || typeof value === "boolean") return value ?? false;
    this.#wrongType(path, value, "true or false", "write true or false without quotation marks");
    return false;
  }

  text(path: string): string | undefined {
    const value = this.value(path);
    if (value === undefined || typeof value === "string") return value;
    this.#wrongType(path, value, "text", "write it as text, in quotation marks if it looks like a number");
    return undefined;
  }

  /** True where the field or a map around it has a finding. */
  isBroken(path: string): boolean {
    return [...this.#reported].some((reported) => path === reported || path.startsWith(`${reported}.`));
  }

  /** Adds a finding, unless the field or a map around it has one. */
  report(path: string, current: unknown, cause: string, remedy: string): void {
    if (this.isBroken(path)) return;
    this.#reported.add(path);
    const isHidden = typeof current === "object" || (typeof current === "string" && CREDENTIALS.test(path));
    const currentValue = isHidden ? undefined : typeof current === "string" ? showable(current) : current;
    const field = { path, ...(currentValue === undefined ? {} : { currentValue }) };
    this.findings.push(findingAt(this.#manifest, "error", field, { cause, remedy }));
  }

  #wrongType(path: string, value: unknown, wanted: string, remedy: string): void {
    this.report(path, value, `${path} must be ${wanted} and is ${typeName(value)}`, remedy);
  }
}

function readProtocol(reader: FieldReader): "grpc" | "http" | undefined {
  const path = `${OUTPUT}.protocol`;
  const value = reader.value(path);
  // The operator's webhook sets grpc where nothing is written.
  if (value === undefined || value === "") return "grpc";
  if (value === "grpc" || value === "http") return value;
  reader.report(
    path,
    value,
    "the protocol is neither grpc nor http",
    "set protocol to grpc or http, or remove it for grpc",
  );
  return undefined;
}

function readEndpointSource(reader: FieldReader): EndpointSource | undefined {
  const path = `${OUTPUT}.endpoint`;
  reader.map(path);
  const value = reader.text(`${path}.value`);
  const hasValueFrom = reader.map(`${path}.valueFrom`);
  if (reader.isBroken(`${path}.value`) || reader.isBroken(`${path}.valueFrom`)) return undefined;
  if (value === undefined && !hasValueFrom) {
    reader.report(
      path,
      undefined,
      "the endpoint is missing",
      "set endpoint.value, or endpoint.valueFrom.secretKeyRef with name, namespace and key",
    );
    return undefined;
  }
  if (!hasValueFrom) return { value: value ?? "" };
  // v1alpha1 lets an empty value stand beside valueFrom, v1beta1 does not.
  if (value !== undefined && !(value === "" && reader.apiVersion.endsWith("/v1alpha1"))) {
    reader.report(path, undefined, "the endpoint has both value and valueFrom", "remove one of the two");
    return undefined;
  }
  return readSecretKeyRef(reader, `${path}.valueFrom.secretKeyRef`);
}

function readSecretKeyRef(reader: FieldReader, path: string): EndpointSource | undefined {
  if (!reader.map(path)) {
    reader.report(
      path,
      undefined,
      "the endpoint's secretKeyRef is missing",
      "set secretKeyRef with name, namespace and key",
    );
    return undefined;
  }
  const [name, namespace, key] = ["name", "namespace", "key"].map((part) => {
    const text = reader.text(`${path}.${part}`);
    if (text) return text;
    reader.report(
      `${path}.${part}`,
      text,
      `the ${part} of the endpoint's Secret is missing`,
      `set secretKeyRef.${part}`,
    );
    return undefined;
  });
  return name && namespace && key ? { secretKeyRef: { name, namespace, key } } : undefined;
}

function readSettings(reader: FieldReader): Omit<EndpointSettings, "protocol"> {
  reader.map(`${OUTPUT}.tls`);
  const insecure = reader.flag(`${OUTPUT}.tls.insecure`);
  const material = ["ca", "cert", "key"].filter((part) => reader.map(`${OUTPUT}.tls.${part}`)).length > 0;
  reader.map(`${OUTPUT}.authentication`);
  return { tls: { insecure, material }, oauth2: reader.map(`${OUTPUT}.authentication.oauth2`) };
}
