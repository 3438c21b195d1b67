import { isRecord } from "../base/record.ts";
import { UNKNOWN } from "../telemetry/go-url.ts";
import { listAt, mapAt, valueAt } from "../telemetry/plain-data.ts";
import { readAddress, type Form } from "./address.ts";
import type { Environment } from "./environment.ts";
import type { Dial } from "./exporters.ts";
import type { Component } from "./service.ts";
import { plainText, textAt, textsAt, type Filled } from "./text.ts";

/** How the fields of a Prometheus' configuration are called: in its file, or in a resource of an operator. */
export interface Spelling {
  remoteWrite: string;
  remoteRead: string;
  tokenUrl: readonly string[];
  proxyUrl: string;
}

/** The file (prometheus: config/config.go). */
export const FILE: Spelling = {
  remoteWrite: "remote_write",
  remoteRead: "remote_read",
  tokenUrl: ["oauth2", "token_url"],
  proxyUrl: "proxy_url",
};

/** Prometheus and PrometheusAgent (prometheus-operator: pkg/apis/monitoring/v1/prometheus_types.go). */
export const PROMETHEUS: Spelling = {
  remoteWrite: "remoteWrite",
  remoteRead: "remoteRead",
  tokenUrl: ["oauth2", "tokenUrl"],
  proxyUrl: "proxyUrl",
};

/** VMAgent (VictoriaMetrics/operator: api/operator/v1beta1/vmagent_types.go). */
export const VMAGENT: Spelling = { ...PROMETHEUS, tokenUrl: ["oauth2", "token_url"], proxyUrl: "proxyURL" };

/** Who pushes, by the fields of a Prometheus: remote write and read with their tokens, Alertmanagers, and its own traces. */
export function prometheusComponents(tree: unknown, path: readonly string[], spelling: Spelling): Component[] {
  const fields = valueAt(tree, ...path);
  const remote = [spelling.remoteWrite, spelling.remoteRead].flatMap((list) =>
    listAt(fields, list).flatMap((entry, at) => remoteComponents(entry, `${list}[${at}]`, [...path, list], spelling)),
  );
  const alerting = listAt(fields, "alerting", "alertmanagers").map((entry, at) =>
    alertmanagers(entry, `alertmanagers[${at}]`, [...path, "alerting"]),
  );
  const tracing = ["tracingConfig", "tracing"].flatMap((key) => {
    const text = textAt(fields, key, "endpoint");
    const isHttp = (textAt(fields, key, "clientType") ?? textAt(fields, key, "client_type"))?.value === "http";
    return text ? [pushing("tracing", [...path, key], [dial(text, isHttp ? "host:port" : "grpc", 443)])] : [];
  });
  return [...remote, ...alerting, ...tracing];
}

/** Who pushes, by the values of vmagent's flag `-remoteWrite.url`, which may hold several with commas. */
export function vmagentComponents(urls: readonly Filled[], environment: Environment): Component[] {
  const all = urls.flatMap((text) => text.value.split(",").map((part) => filled(part, text, environment)));
  return all.map((text, at) => pushing(`remoteWrite[${at}]`, [], [dial(text, "url")]));
}

/** One URL with its `%{NAME}` filled in (VictoriaMetrics: lib/envtemplate). */
function filled(text: string, { isSecret }: Filled, environment: Environment): Filled {
  const gaps: string[] = [];
  let hasSecret = isSecret;
  const value = text.replace(/%\{(\w+)\}/g, (_, name: string) => {
    const variable = environment.get(name);
    if (variable.kind !== "value") {
      gaps.push(variable.kind === "unknown" ? variable.why : `the container does not set the variable ${name}`);
      return UNKNOWN;
    }
    hasSecret ||= variable.isSecret;
    return variable.value;
  });
  return { value, isSecret: hasSecret, gaps, ...(!isSecret && { shown: hasSecret || gaps.length > 0 ? text : value }) };
}

function remoteComponents(entry: unknown, id: string, path: readonly string[], spelling: Spelling): Component[] {
  const text = textAt(entry, "url");
  const proxy = textAt(entry, spelling.proxyUrl);
  const own = text ? dial(text, "url") : { path: ["url"], reading: unset("url") };
  const component = pushing(id, path, [proxy && own.reading.kind === "dialled" ? dial(proxy, "url") : own]);
  const token = textAt(entry, ...spelling.tokenUrl);
  const dials = token && [dial(token, "url")];
  return dials ? [component, { ...component, role: "OAuth2 token endpoint", dials }] : [component];
}

/** Static targets, or a Service by name and port; Prometheus asks for its endpoints, and a port by name stands in those alone. */
function alertmanagers(entry: unknown, id: string, path: readonly string[]): Component {
  const targets = listAt(entry, "static_configs").flatMap((config) => textsAt(config, "targets"));
  const isDiscovered = isRecord(entry) && Object.keys(entry).some((key) => key.endsWith("_sd_configs"));
  if (targets.length > 0 || isDiscovered) {
    const scheme = textAt(entry, "scheme")?.value === "https" ? 443 : 80;
    const dials = targets.map((text) => dial(text, "host:port", scheme));
    if (!isDiscovered) return pushing(id, path, dials);
  }
  const { name, namespace, port } = mapAt(entry);
  if (typeof name === "string" && typeof port === "number") {
    const host = typeof namespace === "string" ? `${name}.${namespace}.svc` : name;
    return pushing(id, path, [dial(plainText(`${host}:${port}`), "host:port")]);
  }
  const why = isDiscovered
    ? "the Alertmanagers are discovered when the agent runs"
    : "the Alertmanager's port is a name, and its pods are not in the stream";
  return { ...pushing(id, path, []), dials: undefined, why };
}

function pushing(id: string, path: readonly string[], dials: readonly Dial[]): Component {
  return { id, name: id, path, role: "backend", dials };
}

function dial(text: Filled, form: Form, defaultPort?: number): Dial {
  const reading = readAddress(text, form, defaultPort);
  return { path: [], text, reading, ...(form === "grpc" && { form }) };
}

function unset(field: string): Dial["reading"] {
  return { kind: "wrong", faults: [{ cause: `${field} is not set`, remedy: "set it in the agent's configuration" }] };
}
