import { isRecord } from "../base/record.ts";
import { listAt, mapAt } from "../telemetry/plain-data.ts";
import { readAddress } from "./address.ts";
import type { Environment } from "./environment.ts";
import { componentType, proxyOf, readExporter, type Dial } from "./exporters.ts";
import { textAt, textsAt } from "./text.ts";

/** A component of the collector that dials, with its connections. */
export interface Component {
  /** What it is called: `exporter otlp/mesh`, `extension opamp`, `telemetry of the collector`. */
  name: string;
  /** The id by which `ports.exporters` of the function config knows it. */
  id: string;
  /** The keys at which it stands in the configuration. */
  path: readonly string[];
  role: "backend" | "OAuth2 token endpoint";
  /** Where it dials; undefined where its type is not known, or it is not there. */
  dials: readonly Dial[] | undefined;
  /** Why `dials` is undefined. */
  why?: string;
}

/**
 * Who pushes, by the part `service` of a collector's configuration: exporters that a pipeline names, extensions that it starts,
 * and the collector's own telemetry (opentelemetry-collector: service/config.go). Connectors are none.
 */
export function componentsOf(tree: unknown, environment: Environment): Component[] {
  return [...exportersOf(tree, environment), ...extensionsOf(tree), ...telemetryOf(tree)];
}

/** The pipelines with their signals and what they name. */
export function pipelinesOf(tree: unknown): { signal: string; fields: unknown }[] {
  return Object.entries(mapAt(tree, "service", "pipelines")).map(([id, fields]) => ({
    signal: componentType(id),
    fields,
  }));
}

/** The ids that pipelines name as receivers, processors or exporters, each once, in their order, with the signals. */
export function namedIn(tree: unknown, part: "receivers" | "processors" | "exporters"): Map<string, Set<string>> {
  const named = new Map<string, Set<string>>();
  for (const { signal, fields } of pipelinesOf(tree)) {
    for (const { value } of textsAt(fields, part)) named.set(value, (named.get(value) ?? new Set()).add(signal));
  }
  return named;
}

function exportersOf(tree: unknown, environment: Environment): Component[] {
  const connectors = mapAt(tree, "connectors");
  const exporters = mapAt(tree, "exporters");
  return [...namedIn(tree, "exporters")].flatMap(([id, signals]): Component[] => {
    if (Object.hasOwn(connectors, id)) return [];
    const own = { name: `exporter ${id}`, id, path: ["exporters", id], role: "backend" } as const;
    if (!Object.hasOwn(exporters, id)) {
      return [{ ...own, dials: undefined, why: `a pipeline names the exporter ${id}, which is not configured` }];
    }
    const config = exporters[id] ?? {};
    const dials = readExporter(id, config, { signals, environment });
    if (dials === undefined)
      return [{ ...own, dials, why: `where an exporter of type ${id.split("/")[0]} dials is not known` }];
    return [{ ...own, dials: throughProxy(dials, proxyOf(config)) }];
  });
}

/** With a proxy of its own a component dials that in place of every address. */
function throughProxy(dials: readonly Dial[], proxy: Dial | undefined): readonly Dial[] {
  const isRemote = dials.some(({ reading }) => reading.kind !== "local");
  return proxy && isRemote ? [proxy] : dials;
}

function extensionsOf(tree: unknown): Component[] {
  const extensions = mapAt(tree, "extensions");
  return textsAt(tree, "service", "extensions").flatMap(({ value: id }): Component[] => {
    const config = extensions[id] ?? {};
    const own = { name: `extension ${id}`, id, path: ["extensions", id] };
    const type = componentType(id);
    if (type === "oauth2client") {
      return [{ ...own, role: "OAuth2 token endpoint", dials: dialsAt(config, [["token_url"]]) }];
    }
    const paths = ADDRESSES[type];
    if (paths === undefined) return [];
    const dials = dialsAt(config, paths);
    return dials.length === 0 ? [] : [{ ...own, role: "backend", dials: throughProxy(dials, proxyOf(config)) }];
  });
}

/** The addresses of extensions that dial besides the API server. */
const ADDRESSES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  opamp: [
    ["server", "ws", "endpoint"],
    ["server", "http", "endpoint"],
  ],
  httpforwarder: [["egress", "endpoint"]],
};

function dialsAt(config: unknown, paths: readonly (readonly string[])[]): Dial[] {
  return paths.flatMap((path) => {
    const text = textAt(config, ...path);
    if (text === undefined) return [];
    // WebSockets begin as HTTP.
    const url = { ...text, value: text.value.replace(/^ws(s?):/i, "http$1:") };
    return [{ path, text, reading: readAddress(url, "url") }];
  });
}

/** What the collector pushes about itself, as OpenTelemetry's own configuration says it (service/telemetry; otelconf). */
function telemetryOf(tree: unknown): Component[] {
  const signals = [
    ["metrics", "readers", ["periodic"]],
    ["logs", "processors", ["batch", "simple"]],
    ["traces", "processors", ["batch", "simple"]],
  ] as const;
  return signals.flatMap(([signal, list, kinds]) => {
    const path = ["service", "telemetry", signal, list];
    const dials = listAt(tree, ...path).flatMap((entry) =>
      kinds.flatMap((kind) =>
        Object.entries(mapAt(entry, kind, "exporter")).flatMap(([type, config]): Dial[] => {
          const text = isRecord(config) && type.startsWith("otlp") ? textAt(config, "endpoint") : undefined;
          if (text === undefined) return [];
          const isHttp = type === "otlp_http" || (textAt(config, "protocol")?.value ?? "").startsWith("http");
          const isUrl = isHttp && /^https?:/i.test(text.value);
          const form = isUrl ? "url" : isHttp ? "host:port" : "grpc";
          return [{ path: [], text, reading: readAddress(text, form, 443) }];
        }),
      ),
    );
    const id = `telemetry/${signal}`;
    return dials.length === 0
      ? []
      : [{ name: `the collector's own ${signal}`, id, path, role: "backend" as const, dials }];
  });
}
