import { fromConfigMap } from "../config/config-map.ts";
import { readSettings } from "../config/read-settings.ts";
import { apiVersion, kind } from "../config/constants.ts";
import type { Settings } from "../config/schema.ts";
import type { Finding } from "../base/finding.ts";
import { readManifest } from "../stream/read-manifest.ts";
import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { about } from "./parameters.ts";
import { problem } from "./problem.ts";

/** One pass of the function. */
export interface Pass {
  /** Absent where nothing is configured. */
  config?: Manifest;
  settings: Settings;
}

/**
 * The passes of the function, in order: one for each InterceptBackends of the folder, else one with `fallback`, else one
 * with the defaults. Settings of the Application are written over those of the one config that there is; they have been checked by themselves before.
 */
export function planPasses(
  own: readonly Manifest[],
  fallback: Manifest | undefined,
  parameters: Readonly<Record<string, string>>,
): { passes: Pass[]; findings: Finding[] } {
  const configs = own.length > 0 ? own : fallback === undefined ? [] : [fallback];
  const names = Object.keys(parameters);
  const findings: Finding[] = [];
  if (names.length > 0 && configs.length > 1) {
    const found = configs.map(({ ref }) => ref.name).join(", ");
    const cause = `cannot say which agent it means: the folder holds several InterceptBackends (${found})`;
    findings.push(...names.map((name) => about(name, cause, "remove it, and write it into one of them")));
  }
  const passes = (configs.length === 0 ? [undefined] : configs).map((config): Pass => {
    const given = names.length > 0 && findings.length === 0 ? withParameters(config, parameters) : config;
    const read = readSettings(given);
    findings.push(...read.findings);
    return { ...(given === undefined ? {} : { config: given }), settings: read.settings };
  });
  return { passes, findings };
}

/** What is wrong with the settings of the Application by themselves, under their names there. */
export function checkSettings(parameters: Readonly<Record<string, string>>): Finding[] {
  const manifest = readManifest({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "-" }, data: parameters });
  return readSettings(manifest).findings.map(({ cause, remedy = "", field }) => {
    const name = Object.keys(parameters).find((key) => field?.path === `data[${JSON.stringify(key)}]`);
    return name === undefined
      ? { ...problem(cause, remedy), file: { path: "Application" } }
      : about(name, `is wrong: ${cause}`, remedy);
  });
}

function withParameters(config: Manifest | undefined, parameters: Readonly<Record<string, string>>): Manifest {
  const base = config === undefined ? {} : specOf(config);
  const object = {
    apiVersion,
    kind,
    metadata: { name: config?.ref.name ?? "parameters" },
    spec: over(base, fromConfigMap(parameters).spec),
  };
  const manifest = readManifest(object);
  if (manifest === undefined) throw new Error("an InterceptBackends that was just made is a map");
  return { ...manifest, ...(config?.file ? { file: config.file } : {}) };
}

/** The spec that a config in either form says; what is wrong with it is told when it is read as a whole. */
function specOf({ ref, object }: Manifest): Readonly<Record<string, unknown>> {
  if (ref.kind === "ConfigMap") return fromConfigMap(isRecord(object["data"]) ? object["data"] : {}).spec;
  return isRecord(object["spec"]) ? object["spec"] : {};
}

/** Maps are merged key by key; labels of a selector are one value, since a part of them means something else. */
function over(
  base: Readonly<Record<string, unknown>>,
  top: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(top)) {
    const below = merged[key];
    merged[key] = key !== "matchLabels" && isRecord(below) && isRecord(value) ? over(below, value) : value;
  }
  return merged;
}
