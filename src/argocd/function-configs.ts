import { problem, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { fromConfigMap } from "../config/config-map.ts";
import { apiVersion, kind } from "../config/constants.ts";
import { readSettings } from "../config/read-settings.ts";
import type { Settings } from "../config/schema.ts";
import { readManifest } from "../stream/read-manifest.ts";
import { about } from "./parameters.ts";

/** A function config and what it says; without one the defaults hold. */
export interface Configured {
  config: Manifest | undefined;
  settings: Settings;
}

/**
 * The function configs that each have a pass, in order: each InterceptBackends of the folder, else `fallback`, else none.
 * Settings of the Application are written over those of the one config that there is; `checkSettings` has judged them.
 */
export function planPasses(
  own: readonly Manifest[],
  fallback: Manifest | undefined,
  parameters: Readonly<Record<string, string>>,
): { passes: Configured[]; findings: Finding[] } {
  const configs = own.length > 0 ? own : [fallback];
  const names = Object.keys(parameters);
  const found = own.map(({ ref }) => ref.name).join(", ");
  const cause = `cannot say which agent it means: the folder holds several InterceptBackends (${found})`;
  const unclear = own.length > 1 ? names : [];
  const findings = unclear.map((name) => about(name, cause, "remove it, and write it into one of them"));
  const passes = configs.map((each): Configured => {
    const config = names.length > unclear.length ? withParameters(each, parameters) : each;
    const read = readSettings(config);
    findings.push(...read.findings);
    return { config, settings: read.settings };
  });
  return { passes, findings };
}

/** What is wrong with the settings of the Application by themselves, under their names there. */
export function checkSettings(parameters: Readonly<Record<string, string>>): Finding[] {
  const manifest = readManifest({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "-" }, data: parameters });
  return readSettings(manifest).findings.map(({ cause, remedy = "", field }) => {
    const name = Object.keys(parameters).find((key) => field?.path === `data[${JSON.stringify(key)}]`);
    return name === undefined ? problem(cause, remedy, "Application") : about(name, `is wrong: ${cause}`, remedy);
  });
}

function withParameters(config: Manifest | undefined, parameters: Readonly<Record<string, string>>): Manifest {
  const metadata = { name: config?.ref.name ?? "parameters" };
  const spec = over(config === undefined ? {} : specOf(config), fromConfigMap(parameters).spec);
  const manifest = readManifest({ apiVersion, kind, metadata, spec });
  if (manifest === undefined) throw new Error("an InterceptBackends that was just made is a map");
  return { ...manifest, ...(config?.file ? { file: config.file } : {}) };
}

/** The spec of a config in either form; what is wrong with it is found when it is read as a whole. */
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
