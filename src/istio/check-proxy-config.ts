import { isRecord } from "../base/record.ts";
import { decodeFields, type Decoded, type Remark } from "./decode-fields.ts";
import { readDuration } from "./go-duration.ts";
import { readAddress } from "./ip-range.ts";
import { INTERCEPTION_MODES, PROXY_CONFIG_FIELDS } from "./proxy-config-fields.ts";

type Message = Readonly<Record<string, unknown>>;

/**
 * What Istio makes of the ProxyConfig of a pod: its fields, why it refuses the pod, and what it passes over (istio:
 * pkg/kube/inject/validate.go, validateProxyConfig; pkg/config/validation/agent, ValidateMeshConfigProxyConfig).
 */
export function checkProxyConfig(value: unknown): Decoded {
  const decoded = decodeFields(value, PROXY_CONFIG_FIELDS);
  const infinite = isFinite(value) ? [] : [{ path: "", cause: "has a number that JSON does not have" }];
  const wrong = [...infinite, ...decoded.refused];
  const refused = wrong.length > 0 ? wrong : [...faultsOf(decoded.fields)];
  const mode = decoded.fields["interceptionMode"];
  const isNoMode = typeof mode === "number" && INTERCEPTION_MODES[mode] === undefined;
  const noMode = isNoMode
    ? [{ path: "interceptionMode", cause: "is the number of no mode, and works as REDIRECT" }]
    : [];
  return { ...decoded, refused, ignored: [...decoded.ignored, ...noMode] };
}

/** The YAML goes through JSON, unknown fields included (sigs.k8s.io/yaml, YAMLToJSON). */
function isFinite(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isFinite);
  return isRecord(value) ? Object.values(value).every(isFinite) : typeof value !== "number" || Number.isFinite(value);
}

function* faultsOf(fields: Message): Iterable<Remark> {
  for (const path of ["configPath", "binaryPath", "serviceCluster", "discoveryAddress"]) {
    if (fields[path] === "") yield { path, cause: "is empty" };
  }
  const drain = typeof fields["drainDuration"] === "string" ? readDuration(fields["drainDuration"]) : undefined;
  if (drain !== undefined && (drain < 1e6 || drain % 1e9 !== 0)) {
    yield { path: "drainDuration", cause: "is not a whole number of seconds from 1" };
  }
  for (const path of ["discoveryAddress", "statsdUdpAddress", "envoyMetricsServiceAddress"]) {
    yield* addressFault(path, fields[path], false);
  }
  for (const path of ["envoyMetricsService", "envoyAccessLogService"]) {
    yield* addressFault(`${path}.address`, messageAt(fields, path)?.["address"], false);
  }
  for (const path of ["proxyAdminPort", "statusPort"]) {
    const port = fields[path] === undefined ? 1 : Number(fields[path]);
    if (port < 1 || port > 65535) yield { path, cause: "is not a port from 1 to 65535" };
  }
  const policy = fields["controlPlaneAuthPolicy"] ?? "NONE";
  if (!["NONE", "MUTUAL_TLS", 0, 1].includes(policy as string)) {
    yield { path: "controlPlaneAuthPolicy", cause: "is neither NONE nor MUTUAL_TLS" };
  }
  yield* tracingFaults(messageAt(fields, "tracing"));
  yield* privateKeyFaults(messageAt(fields, "privateKeyProvider"));
  yield* connectionFaults(messageAt(fields, "connectionSettings"));
}

/** Of several tracers, which are a oneof, the last one in the order of the message counts. */
const TRACERS = ["openCensusAgent", "stackdriver", "datadog", "lightstep", "zipkin"];

function* tracingFaults(tracing: Message | undefined): Iterable<Remark> {
  if (tracing === undefined) return;
  const name = TRACERS.find((each) => tracing[each] !== undefined) ?? "";
  const tracer = messageAt(tracing, name);
  if (tracer && ["zipkin", "lightstep", "datadog"].includes(name)) {
    const address = typeof tracer["address"] === "string" ? tracer["address"] : "";
    const known = name === "lightstep" ? address : address.replace("$(HOST_IP)", "127.0.0.1");
    yield* addressFault(`tracing.${name}.address`, known, true);
    if (name === "lightstep" && !tracer["accessToken"]) {
      yield { path: "tracing.lightstep.accessToken", cause: "is missing" };
    }
  }
  yield* tlsFaults("tracing.tlsSettings", messageAt(tracing, "tlsSettings"));
}

/** As ValidateTLS for a configuration without a namespace, so that no ConfigMap can be named. */
function* tlsFaults(path: string, tls: Message | undefined): Iterable<Remark> {
  if (tls === undefined) return;
  const has = (...names: string[]): boolean => names.some((name) => (tls[name] ?? "") !== "");
  const mode = ["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"][Number(tls["mode"] ?? 0)] ?? tls["mode"];
  const credential = tls["credentialName"] ?? "";
  const names = Array.isArray(tls["subjectAltNames"]);
  const unchecked = tls["insecureSkipVerify"] === true;
  if (typeof credential === "string" && credential.startsWith("configmap://")) {
    yield { path: `${path}.credentialName`, cause: "names a ConfigMap, which a ProxyConfig cannot" };
  }
  if (unchecked && mode === "SIMPLE" && (has("caCertificates", "credentialName") || names)) {
    yield { path: `${path}.insecureSkipVerify`, cause: "is true beside what it leaves unchecked" };
  }
  if (unchecked && mode === "MUTUAL" && (has("caCertificates") || names)) {
    yield { path: `${path}.insecureSkipVerify`, cause: "is true beside what it leaves unchecked" };
  }
  if ((mode === "SIMPLE" || mode === "MUTUAL") && credential !== "") {
    if (has("clientCertificate", "caCertificates", "privateKey", "caCrl")) {
      yield { path: `${path}.credentialName`, cause: "stands beside certificates, and only one of the two may" };
    }
  } else if (mode === "MUTUAL" && !(has("clientCertificate") && has("privateKey"))) {
    yield { path, cause: "is MUTUAL without a client certificate and its key" };
  }
}

function* privateKeyFaults(provider: Message | undefined): Iterable<Remark> {
  if (provider === undefined) return;
  const name = ["qat", "cryptomb"].find((each) => provider[each] !== undefined);
  if (name === undefined) {
    yield { path: "privateKeyProvider", cause: "names no provider" };
    return;
  }
  const delay = messageAt(provider, name)?.["pollDelay"];
  if (typeof delay !== "string" || readDuration(delay) === 0) {
    yield { path: `privateKeyProvider.${name}.pollDelay`, cause: "is missing or zero" };
  }
}

/** The least value of each number in `connectionSettings`. */
const LEAST: Readonly<Record<string, number>> = {
  listenerPerConnectionBufferLimitBytes: 0,
  clusterPerConnectionBufferLimitBytes: 0,
  httpMaxConcurrentStreams: 1,
  http2InitialStreamWindowSize: 65535,
  http2InitialConnectionWindowSize: 65535,
  listenerConnectionLimit: 1,
  globalDownstreamConnectionLimit: 1,
};

function* connectionFaults(settings: Message | undefined): Iterable<Remark> {
  for (const [name, value] of Object.entries(settings ?? {})) {
    const path = `connectionSettings.${name}`;
    const least = LEAST[name];
    if (least !== undefined && Number(value) < least) yield { path, cause: `is less than ${least}` };
    const isDuration = least === undefined && typeof value === "string";
    if (isDuration && (readDuration(value) ?? 0) < 0) yield { path, cause: "is negative" };
  }
}

function* addressFault(path: string, value: unknown, isNeeded: boolean): Iterable<Remark> {
  if (typeof value !== "string" || (value === "" && !isNeeded)) return;
  if (!isProxyAddress(value)) yield { path, cause: "is not a host and a port" };
}

/** As ValidateProxyAddress: what net.SplitHostPort takes apart into a DNS name or an address, and a port. */
function isProxyAddress(text: string): boolean {
  const [, v6, name, port = ""] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(text) ?? [];
  const host = v6 ?? name;
  if (host === undefined || !/^[-+]?\d+$/.test(port) || Number(port) < 1 || Number(port) > 65535) return false;
  return isDnsName(host) || readAddress(host) !== undefined;
}

function isLabel(label: string): boolean {
  return label.length <= 63 && /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/.test(label);
}

function isDnsName(host: string): boolean {
  const labels = host.replace(/\.$/, "").split(".");
  // A number is no top-level domain.
  return host.length <= 255 && labels.every(isLabel) && (host.endsWith(".") || !/^\d+$/.test(labels.at(-1) ?? ""));
}

function messageAt(message: Message, name: string): Message | undefined {
  const value = message[name];
  return isRecord(value) ? value : undefined;
}
