import type { Fault } from "../telemetry/fault.ts";
import { UNKNOWN } from "../telemetry/go-url.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { readAddress, type AddressReading, type Form } from "./address.ts";
import type { Environment } from "./environment.ts";
import { plainText, textAt, textsAt, type Filled } from "./text.ts";

/** One connection that a component of the collector opens. */
export interface Dial {
  /** The keys, below the component, of the address; where the component stands if there is none. */
  path: readonly string[];
  reading: AddressReading;
  /** The address as it is written; absent for a vendor's own. */
  text?: Filled;
  /** How it is written, where that is not a URL. */
  form?: Form;
  /** True for an address that no configuration holds, but the vendor's library. */
  isVendor?: boolean;
  /** What may differ from what is listed, as a clause. */
  caveat?: string;
}

/** What of its surroundings decides where an exporter dials. */
export interface ExporterContext {
  /** The signals of the pipelines that name it: traces, metrics, logs, profiles. */
  signals: ReadonlySet<string>;
  environment: Environment;
}

type Read = (config: unknown, context: ExporterContext) => readonly Dial[];

/** The type of a component by its id: names with and without underscores are the same, since releases renamed them. */
export function componentType(id: string): string {
  return (id.split("/")[0] ?? "").trim().replaceAll("_", "").toLowerCase();
}

/** Where an exporter dials; undefined for a type that is not known. */
export function readExporter(id: string, config: unknown, context: ExporterContext): readonly Dial[] | undefined {
  const type = componentType(id);
  return Object.hasOwn(EXPORTERS, type) ? EXPORTERS[type]?.(config, context) : undefined;
}

/** The address at a path of keys; without one a fault. */
function at(config: unknown, path: readonly string[], form: Form, defaultPort?: number): Dial {
  const text = textAt(config, ...path);
  if (text === undefined) return missing(path);
  const reading = readAddress(text, form, defaultPort);
  // gRPC is TLS unless the scheme or the setting beside the endpoint turns it off (config/configgrpc/configgrpc.go).
  const isInsecure = valueAt(config, ...path.slice(0, -1), "tls", "insecure") === true;
  const isPlain = form === "grpc" && isInsecure && reading.kind === "dialled" && !text.value.startsWith("https:");
  return { path, text, form, reading: isPlain ? { ...reading, isEncrypted: false } : reading };
}

function one(form: Form, ...path: string[]): Read {
  return (config) => [at(config, path, form)];
}

function missing(path: readonly string[], what = path.join(".")): Dial {
  return { path, reading: { kind: "wrong", faults: [notTold(`${what} is not set`)] } };
}

function notTold(cause: string): Fault {
  return { cause, remedy: "set it in the agent's configuration" };
}

/** The address of a vendor's public service: always 443. */
function vendor(host: string, path: readonly string[] = []): Dial {
  return { path, isVendor: true, reading: { kind: "dialled", port: 443, host, isEncrypted: true } };
}

function none(): readonly Dial[] {
  return [];
}

const SIGNALS = ["traces", "metrics", "logs", "profiles"];

/** An endpoint of its own for each signal, else the one for all (opentelemetry-collector: exporter/otlphttpexporter/factory.go). */
function otlpHttp(config: unknown, { signals }: ExporterContext): Dial[] {
  const wanted = SIGNALS.filter((signal) => signals.has(signal));
  const own = wanted.filter((signal) => textAt(config, `${signal}_endpoint`) !== undefined);
  const dials = own.map((signal) => at(config, [`${signal}_endpoint`], "url"));
  return own.length === wanted.length && own.length > 0 ? dials : [...dials, at(config, ["endpoint"], "url")];
}

/** It dials each backend that its resolver finds, at the port of the configuration (exporter/loadbalancingexporter). */
function loadBalancing(config: unknown): Dial[] {
  const dials: Dial[] = [];
  const hosts = textsAt(config, "resolver", "static", "hostnames");
  const path = ["resolver", "static", "hostnames"];
  dials.push(...hosts.map((text) => ({ path, text, reading: readAddress(text, "host:port", 4317) })));
  for (const [resolver, name, ports] of [
    ["dns", "hostname", "port"],
    ["k8s", "service", "ports"],
    ["aws_cloud_map", "service_name", "port"],
  ] as const) {
    const text = textAt(config, "resolver", resolver, name);
    if (text === undefined) continue;
    const place = ["resolver", resolver, ports];
    const written = textsAt(config, ...place);
    if (written.length === 0 && resolver === "aws_cloud_map") dials.push(missing(place));
    else {
      for (const port of written.length > 0 ? written : [plainText("4317")]) {
        const host = resolver === "aws_cloud_map" ? { ...text, value: UNKNOWN } : text;
        dials.push({ path: place, text: host, reading: readAddress(joined(host, port), "host:port") });
      }
    }
  }
  return dials.length > 0 ? dials : [missing(["resolver"])];
}

function joined(host: Filled, port: Filled): Filled {
  return {
    value: `${host.value}:${port.value}`,
    ...(host.shown !== undefined && port.shown !== undefined && { shown: `${host.shown}:${port.shown}` }),
    isSecret: host.isSecret || port.isSecret,
    gaps: [...host.gaps, ...port.gaps],
  };
}

/** Brokers name each other, and with them ports that stand nowhere here (pkg/kafka/configkafka/config.go). */
function kafka(config: unknown): Dial[] {
  const brokers = textsAt(config, "brokers").flatMap((text) => (text.value.includes(",") ? splitText(text) : [text]));
  const caveat = "Kafka's brokers may advertise other ports than these";
  return brokers.map((text) => ({ path: ["brokers"], text, caveat, reading: readAddress(text, "host:port", 9092) }));
}

function splitText({ value, shown, ...rest }: Filled): Filled[] {
  const parts = value.split(",");
  const shownParts = shown?.split(",");
  return parts.map((part, position) => {
    const own = shownParts?.length === parts.length ? shownParts[position]?.trim() : shown;
    return { ...rest, value: part.trim(), ...(own !== undefined && { shown: own }) };
  });
}

/** An address, or else that of the vendor's service in a realm (exporter/signalfxexporter/config.go). */
function signalfx(config: unknown): Dial[] {
  const realm = textAt(config, "realm");
  return (["ingest", "api"] as const).map((part) => {
    const field = `${part}_url`;
    if (textAt(config, field)) return at(config, [field], "url");
    return realm ? vendor(`${part}.${realm.value}.signalfx.com`, ["realm"]) : missing([field]);
  });
}

/** One endpoint for each signal, else the vendor's (exporter/coralogixexporter/config.go, pkg/datadog/config/config.go). */
function bySignal(
  names: Readonly<Record<string, string>>,
  form: Form,
  host: (config: unknown) => string | undefined,
): Read {
  return (config, { signals }) =>
    Object.entries(names).flatMap(([signal, key]) => {
      if (!signals.has(signal)) return [];
      if (textAt(config, key, "endpoint")) return [at(config, [key, "endpoint"], form)];
      const own = host(config);
      return [own === undefined ? missing([key, "endpoint"]) : vendor(own)];
    });
}

function hostIn(prefix: string, key: readonly string[], fallback?: string): (config: unknown) => string | undefined {
  return (config) => {
    const text = textAt(config, ...key)?.value ?? fallback;
    return text === undefined ? undefined : `${prefix}${text}`;
  };
}

/** The URLs, or the cluster that a cloud id names (exporter/elasticsearchexporter/config.go). */
function elasticsearch(config: unknown, { environment }: ExporterContext): Dial[] {
  const caveat =
    valueAt(config, "discover", "on_start") === true || valueAt(config, "discover", "interval") !== undefined
      ? "Elasticsearch's nodes are asked for (discover) and may listen on other ports"
      : undefined;
  const paths = [["endpoint"], ["endpoints"]];
  const dials = paths.flatMap((path) =>
    textsAt(config, ...path).map((text): Dial => ({
      path,
      text,
      reading: readAddress(text, "url"),
      ...(caveat !== undefined && { caveat }),
    })),
  );
  if (dials.length > 0) return dials;
  if (textAt(config, "cloudid")) return [cloudOf(textAt(config, "cloudid") as Filled)];
  const variable = environment.get("ELASTICSEARCH_URL");
  if (variable.kind !== "value") return [missing(["endpoints"])];
  const text = { ...plainText(variable.value), isSecret: variable.isSecret };
  return splitText(text).map((each) => ({ path: ["endpoints"], text: each, reading: readAddress(each, "url") }));
}

/** `name:base64 of host$cluster$kibana`; without a port it is 443 (elastic/go-elasticsearch: elasticsearch.go, addrFromCloudID). */
function cloudOf(text: Filled): Dial {
  const decoded = Buffer.from(text.value.slice(text.value.indexOf(":") + 1), "base64").toString();
  const [host = "", cluster] = decoded.split("$");
  if (cluster === undefined || !/^[\w.-]+(?::\d+)?$/.test(host)) {
    const fault = { cause: "cloudid cannot be read", remedy: "write the cloud id as Elastic shows it" };
    return { path: ["cloudid"], reading: { kind: "unresolved", fault } };
  }
  const [name = "", port] = host.split(":");
  const shown = {
    ...plainText(`https://${cluster}.${name}${port === undefined ? "" : `:${port}`}`),
    isSecret: text.isSecret,
  };
  return { path: ["cloudid"], text: shown, reading: readAddress(shown, "url") };
}

/** A DSN; which port stands for none depends on the driver (exporter/clickhouseexporter/config.go). */
function clickhouse(config: unknown): Dial[] {
  const text = textAt(config, "endpoint");
  if (text === undefined) return [missing(["endpoint"])];
  const [, hosts = text.value] = /^[a-z]+:\/\/(?:[^@/]*@)?([^/?]*)/i.exec(text.value) ?? [];
  return splitText({ ...text, value: hosts, shown: text.shown ?? "" }).map((each) => ({
    path: ["endpoint"],
    text,
    reading: readAddress(each, "host:port"),
  }));
}

/** The variable wins over the field (exporter/azuremonitorexporter: connection_string_parser.go). */
function azureMonitor(config: unknown, { environment }: ExporterContext): Dial[] {
  const variable = environment.get("APPLICATIONINSIGHTS_CONNECTION_STRING");
  const path = ["connection_string"];
  if (variable.kind === "unknown") {
    const fault = { cause: variable.why, remedy: "set connection_string in the agent's configuration" };
    return [{ path, reading: { kind: "unresolved", fault } }];
  }
  const written = textAt(config, ...path);
  const text = variable.kind === "value" ? { ...plainText(variable.value), isSecret: variable.isSecret } : written;
  const endpoint = /(?:^|;)\s*IngestionEndpoint\s*=\s*([^;]+)/i.exec(text?.value ?? "")?.[1]?.trim();
  if (text === undefined || endpoint === undefined) {
    // A placeholder may be the whole connection string.
    if (text && text.gaps.length > 0) return [{ path, text, reading: readAddress(text, "url") }];
    return [vendor("dc.services.visualstudio.com", path)];
  }
  const own = { ...text, value: endpoint, shown: endpoint };
  return [{ path, text: own, reading: readAddress(own, "url") }];
}

/** Google's client libraries, with an endpoint of their own for each signal (exporter/googlecloudexporter). */
function google(...services: readonly (readonly [signal: string, key: string, host: string])[]): Read {
  return (config, { signals }) =>
    services.flatMap(([signal, key, host]) => {
      if (!signals.has(signal)) return [];
      return textAt(config, key, "endpoint") ? [at(config, [key, "endpoint"], "grpc")] : [vendor(host, [key])];
    });
}

/** Amazon's SDK by region, and its token service with a role (internal/aws/awsutil/conn.go). */
function aws(service: string, ...endpoint: string[]): Read {
  return (config) => {
    const region =
      textAt(config, "region") ?? textAt(config, "s3uploader", "region") ?? textAt(config, "aws", "region");
    const host = (name: string): string => `${name}.${region?.value ?? "region"}.amazonaws.com`;
    const own = textAt(config, ...endpoint) ? at(config, endpoint, "url") : vendor(host(service));
    const roles = [["role_arn"], ["s3uploader", "role_arn"], ["aws", "role"]];
    return roles.some((path) => textAt(config, ...path)) ? [own, vendor(host("sts"), ["role_arn"])] : [own];
  };
}

const GOOGLE_METRICS = ["metrics", "metric", "monitoring.googleapis.com"] as const;

/** Each exporter by its type without underscores. */
const EXPORTERS: Readonly<Record<string, Read>> = {
  otlp: one("grpc", "endpoint"),
  otlpgrpc: one("grpc", "endpoint"),
  otelarrow: one("grpc", "endpoint"),
  jaeger: one("grpc", "endpoint"),
  opencensus: one("grpc", "endpoint"),
  otlphttp: otlpHttp,
  prometheusremotewrite: one("url", "endpoint"),
  loadbalancing: loadBalancing,
  kafka,
  splunkhec: one("url", "endpoint"),
  sapm: one("url", "endpoint"),
  signalfx,
  datadog: bySignal(
    { metrics: "metrics", traces: "traces", logs: "logs" },
    "url",
    hostIn("api.", ["api", "site"], "datadoghq.com"),
  ),
  coralogix: bySignal(
    { metrics: "metrics", traces: "traces", logs: "logs", profiles: "profiles" },
    "grpc",
    hostIn("ingress.", ["domain"]),
  ),
  elasticsearch,
  opensearch: one("url", "http", "endpoint"),
  clickhouse,
  zipkin: one("url", "endpoint"),
  influxdb: one("url", "endpoint"),
  loki: one("url", "endpoint"),
  logzio: one("url", "endpoint"),
  sumologic: (config) =>
    textAt(config, "endpoint") ? [at(config, ["endpoint"], "url")] : [vendor("collectors.sumologic.com")],
  azuremonitor: azureMonitor,
  googlecloud: google(
    GOOGLE_METRICS,
    ["traces", "trace", "cloudtrace.googleapis.com"],
    ["logs", "log", "logging.googleapis.com"],
  ),
  googlemanagedprometheus: google(GOOGLE_METRICS),
  awsemf: aws("logs", "endpoint"),
  awscloudwatchlogs: aws("logs", "endpoint"),
  awsxray: aws("xray", "endpoint"),
  awss3: aws("s3", "s3uploader", "endpoint"),
  awskinesis: aws("kinesis", "aws", "kinesis_endpoint"),
  debug: none,
  logging: none,
  file: none,
  nop: none,
  // It listens.
  prometheus: none,
};

/** The proxy that a component names for its calls over HTTP (opentelemetry-collector: config/confighttp/client.go, ProxyURL). */
export function proxyOf(config: unknown): Dial | undefined {
  const paths = [["proxy_url"], ["http", "proxy_url"], ["proxy_address"]];
  const path = paths.find((each) => textAt(config, ...each) !== undefined);
  return path && at(config, path, "url");
}
