import { findingAt, type Finding } from "../base/finding.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { showable } from "../telemetry/placeholder.ts";
import type { Backend, UntoldTokenEndpoint } from "../telemetry/backend.ts";
import type { Fault } from "../telemetry/fault.ts";
import { nearestNames } from "../base/near.ts";
import type { AgentConfig, ConfigPlace } from "./agent-config.ts";
import type { Dial } from "./exporters.ts";
import { proxyFor } from "./proxies.ts";
import type { Component } from "./service.ts";
import type { Filled } from "./text.ts";

/** A backend that may be of a vendor, which is outside of every cluster. */
export type ConfiguredBackend = Backend & { isVendor?: boolean };

/** What a configuration says about where the agent pushes. */
export interface ConfigBackends {
  backends: ConfiguredBackend[];
  tokens: Backend[];
  untoldTokens: UntoldTokenEndpoint[];
  findings: Finding[];
}

/** What the function config says about it. */
export interface ConfigSettings {
  /** `ports.exporters`: the ports of components by their ids; they take the place of what the configuration says. */
  exporters: Readonly<Record<string, readonly number[]>>;
  /** `endpoints.unresolved`: how an address is reported that cannot be told before the sync. */
  unresolved: "Error" | "Warn";
}

/** The backends of an agent by its own configuration, in its order, and a finding for each address that cannot be told. */
export function configBackends(config: AgentConfig, settings: ConfigSettings): ConfigBackends {
  const { components } = config;
  const result: ConfigBackends = { backends: [], tokens: [], untoldTokens: [], findings: [] };
  for (const component of components) {
    const { id, name, role, dials, path } = component;
    const place = placeOf(path, config);
    const own = { role, about: place.about, by: name, field: place.field };
    if (Object.hasOwn(settings.exporters, id)) {
      const protocol = "tcp";
      for (const port of settings.exporters[id] ?? []) {
        result.backends.push({ ...own, port, protocol, shown: `port ${port} by ports.exporters` });
      }
      continue;
    }
    const report = (fault: Fault): void => {
      if (role === "OAuth2 token endpoint") result.untoldTokens.push({ ...own, fault });
      else result.findings.push(unknownAddress(component, place, fault, settings));
    };
    if (dials === undefined) report({ cause: component.why ?? "", remedy: "" });
    for (const dial of dials ?? []) {
      const dialled = throughProxy(dial, config);
      const { caveat, reading } = dialled;
      if (caveat !== undefined) {
        const remedy = `list all of them in ports.exporters of the function config: {${id}: [9092]}`;
        result.findings.push(
          findingAt(place.about, "warning", { cause: `${name}: ${caveat}`, remedy }, { path: place.field }),
        );
      }
      if (reading.kind === "unresolved") report(reading.fault);
      else if (reading.kind === "wrong") reading.faults.forEach(report);
      else if (reading.kind === "dialled") {
        const list = role === "backend" ? result.backends : result.tokens;
        list.push({ ...own, ...backendOf(dialled, place) });
      }
    }
  }
  const ids = components.map(({ id }) => id);
  for (const id of Object.keys(settings.exporters).filter((each) => !ids.includes(each))) {
    const near = nearestNames(id, ids);
    const remedy = near.length > 0 ? `write ${near.join(" or ")}` : `use one of ${ids.join(", ") || "none"}`;
    const cause = `ports.exporters names ${id}, and nothing in the agent's configuration that pushes has this id`;
    result.findings.push({ severity: "error", cause, remedy });
  }
  return result;
}

/** A connection with the proxy that the container's variables put before it. */
function throughProxy(dial: Dial, { environment }: AgentConfig): Dial {
  const { reading } = dial;
  const proxy =
    reading.kind === "dialled" && reading.isEncrypted !== undefined ? proxyFor(reading, environment) : undefined;
  return proxy ? { path: dial.path, text: proxy.text, reading: proxy.reading } : dial;
}

function backendOf(
  { reading, text, form, isVendor }: Dial,
  { field, about }: ConfigPlace,
): Pick<ConfiguredBackend, "port" | "shown" | "protocol"> {
  if (reading.kind !== "dialled") throw new Error("nothing is dialled");
  const { port, host, isEncrypted } = reading;
  const isSecret = text?.isSecret ?? false;
  const shown = isVendor ? "its vendor's public service" : shownText(text, `${about.ref.name} ${field}`, port);
  return {
    port,
    shown,
    protocol: form === "grpc" ? form : isEncrypted === undefined ? "tcp" : isEncrypted ? "https" : "http",
    ...(host !== undefined && (isSecret ? { secretHost: host } : { host })),
    ...(isEncrypted !== undefined && { isEncrypted }),
    ...(isVendor && { isVendor }),
  };
}

function shownText(text: Filled | undefined, place: string, port: number): string {
  return text?.shown === undefined ? `<from Secret ${place}>:${port}` : showable(text.shown);
}

/** The part of a configuration, the last one that counts, in which a component stands. */
function placeOf(path: readonly string[], { places }: AgentConfig): ConfigPlace {
  const found = places.findLast(({ tree }) => valueAt(tree, ...path) !== undefined) ?? places.at(-1);
  if (found === undefined) throw new Error("a configuration stands somewhere");
  return found;
}

function unknownAddress(
  { id, name }: Component,
  { about, field }: ConfigPlace,
  { cause, remedy }: Fault,
  { unresolved }: ConfigSettings,
): Finding {
  const listed = `list its ports in ports.exporters of the function config: {${id}: [4317]}`;
  const fault = { cause: `${name}: ${cause}`, remedy: remedy === "" ? listed : `${remedy}, or ${listed}` };
  if (unresolved === "Error") return findingAt(about, "error", fault, { path: field });
  const missing = `${fault.cause}; its port is missing from the intercepted ports`;
  return findingAt(about, "warning", { ...fault, cause: missing }, { path: field });
}
