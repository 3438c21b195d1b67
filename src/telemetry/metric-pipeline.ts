import { findingAt, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import type { EndpointSettings } from "./endpoint.ts";
import { showable } from "./placeholder.ts";
import { typeName, valueAt } from "./plain-data.ts";
import type { ValueSource } from "./value-source.ts";

const GROUP = "telemetry.kyma-project.io";
const VERSIONS = [`${GROUP}/v1alpha1`, `${GROUP}/v1beta1`];
const OUTPUT = "spec.output.otlp";
/** Fields around which text may be a key or a password, so that it is not shown. */
const CREDENTIALS = /^spec\.output\.otlp\.(?:tls|authentication)\b/;

/** The inputs that make a MetricPipeline the agent's business (telemetry-manager `internal/reconciler/metricpipeline/reconciler.go`). */
export const AGENT_INPUTS = ["runtime", "prometheus", "istio"] as const;

/** What of a MetricPipeline decides the agent's backend ports. */
export interface MetricPipeline {
  manifest: Manifest;
  endpoint: ValueSource;
  settings: EndpointSettings;
}

/** True for a MetricPipeline of any version (telemetry-manager: apis/telemetry). */
export function isMetricPipeline({ ref }: Manifest): boolean {
  return ref.kind === "MetricPipeline" && ref.apiVersion.startsWith(`${GROUP}/`);
}

/** True for the versions whose fields are known (telemetry-manager: apis/telemetry). */
export function isKnownVersion({ ref }: Manifest): boolean {
  return VERSIONS.includes(ref.apiVersion);
}

/**
 * Reads and checks a MetricPipeline as far as its backend's port depends on it: no pipeline where the version, the endpoint
 * or the protocol cannot be read, and an error for every field that is wrong. Source: telemetry-manager
 * `apis/telemetry/v1beta1/{metricpipeline_types,shared_types}.go` and their v1alpha1 twins, with the CEL rules there.
 */
export function readMetricPipeline(manifest: Manifest): {
  pipeline?: MetricPipeline;
  prometheusInput: boolean;
  findings: Finding[];
} {
  if (!isKnownVersion(manifest)) {
    const remedy = `set apiVersion to ${VERSIONS.join(" or ")}`;
    const fault = { cause: "the MetricPipeline has an unknown version", remedy };
    const field = { path: "apiVersion", currentValue: manifest.ref.apiVersion };
    return { prometheusInput: false, findings: [findingAt(manifest, "error", fault, field)] };
  }
  const reader = new FieldReader(manifest);
  const { findings } = reader;
  const inputs = AGENT_INPUTS.map((input) => reader.flag(`spec.input.${input}.enabled`));
  const prometheusInput = inputs[AGENT_INPUTS.indexOf("prometheus")] ?? false;
  const protocol = readProtocol(reader);
  const endpoint = readEndpointSource(reader, manifest);
  const path = reader.text(`${OUTPUT}.path`);
  if (protocol === "grpc" && path) {
    const cause = "a path is only possible with the protocol http";
    reader.report(`${OUTPUT}.path`, cause, "remove path, or set protocol: http", path);
  }
  const settings = readSettings(reader);
  if (endpoint === undefined || protocol === undefined) return { prometheusInput, findings };
  return { pipeline: { manifest, endpoint, settings: { ...settings, protocol } }, prometheusInput, findings };
}

/** Reads fields by dotted path and collects a finding for every value of a wrong type, the outermost wrong one only. */
class FieldReader {
  readonly findings: Finding[] = [];
  readonly #manifest: Manifest;
  readonly #reported = new Set<string>();

  constructor(manifest: Manifest) {
    this.#manifest = manifest;
  }

  /** The value at the path, with a finding where a step on the way is no map. */
  value(path: string): unknown {
    const keys = path.split(".");
    let here: unknown = this.#manifest.object;
    for (const [depth, key] of keys.entries()) {
      if (!isRecord(here)) {
        const remedy = `write the keys of ${keys[depth - 1]} under it, ${key} among them`;
        return this.#wrongType(keys.slice(0, depth).join("."), here, "a map", remedy);
      }
      here = valueAt(here, key);
      if (here === undefined) return undefined;
    }
    return here;
  }

  /** True where there is a map. */
  map(path: string): boolean {
    return this.#read(path, isRecord, "a map", "write its fields as keys under it") !== undefined;
  }

  flag(path: string): boolean {
    const remedy = "write true or false without quotation marks";
    return this.#read(path, (value) => typeof value === "boolean", "true or false", remedy) ?? false;
  }

  text(path: string): string | undefined {
    const remedy = "write it as text, in quotation marks if it looks like a number";
    return this.#read(path, (value) => typeof value === "string", "text", remedy);
  }

  /** True where the field or a map around it has a finding. */
  isBroken(path: string): boolean {
    return [...this.#reported].some((reported) => path === reported || path.startsWith(`${reported}.`));
  }

  /** Adds a finding, unless the field or a map around it has one. */
  report(path: string, cause: string, remedy: string, current?: unknown): undefined {
    if (this.isBroken(path)) return;
    this.#reported.add(path);
    const isHidden = typeof current === "object" || (typeof current === "string" && CREDENTIALS.test(path));
    const currentValue = isHidden ? undefined : typeof current === "string" ? showable(current) : current;
    this.findings.push(findingAt(this.#manifest, "error", { cause, remedy }, { path, currentValue }));
  }

  #read<Wanted>(
    path: string,
    isWanted: (value: unknown) => value is Wanted,
    wanted: string,
    remedy: string,
  ): Wanted | undefined {
    const value = this.value(path);
    return value === undefined || isWanted(value) ? value : this.#wrongType(path, value, wanted, remedy);
  }

  #wrongType(path: string, value: unknown, wanted: string, remedy: string): undefined {
    return this.report(path, `${path} must be ${wanted} and is ${typeName(value)}`, remedy, value);
  }
}

function readProtocol(reader: FieldReader): "grpc" | "http" | undefined {
  const path = `${OUTPUT}.protocol`;
  const value = reader.value(path);
  // The operator's webhook sets grpc where nothing is written.
  if (value === undefined || value === "") return "grpc";
  if (value === "grpc" || value === "http") return value;
  const remedy = "set protocol to grpc or http, or remove it for grpc";
  return reader.report(path, "the protocol is neither grpc nor http", remedy, value);
}

function readEndpointSource(reader: FieldReader, { ref }: Manifest): ValueSource | undefined {
  const path = `${OUTPUT}.endpoint`;
  reader.map(path);
  const value = reader.text(`${path}.value`);
  const hasValueFrom = reader.map(`${path}.valueFrom`);
  if (reader.isBroken(`${path}.value`) || reader.isBroken(`${path}.valueFrom`)) return undefined;
  if (!hasValueFrom && value !== undefined) return { value };
  if (!hasValueFrom) {
    const remedy = "set endpoint.value, or endpoint.valueFrom.secretKeyRef with name, namespace and key";
    return reader.report(path, "the endpoint is missing", remedy);
  }
  // v1alpha1 lets an empty value stand beside valueFrom, v1beta1 does not.
  if (value !== undefined && !(value === "" && ref.apiVersion.endsWith("/v1alpha1"))) {
    return reader.report(path, "the endpoint has both value and valueFrom", "remove one of the two");
  }
  return readSecretKeyRef(reader, `${path}.valueFrom.secretKeyRef`);
}

function readSecretKeyRef(reader: FieldReader, path: string): ValueSource | undefined {
  if (!reader.map(path)) {
    const remedy = "set secretKeyRef with name, namespace and key";
    return reader.report(path, "the endpoint's secretKeyRef is missing", remedy);
  }
  const [name, namespace, key] = ["name", "namespace", "key"].map((part) => {
    const text = reader.text(`${path}.${part}`);
    const cause = `the ${part} of the endpoint's Secret is missing`;
    return text || reader.report(`${path}.${part}`, cause, `set secretKeyRef.${part}`, text);
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
