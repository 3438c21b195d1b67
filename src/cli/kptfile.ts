import { dirname, join } from "node:path";
import { problem, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { readConfigFile } from "../stream/open-stream.ts";
import type { NamedFile } from "../stream/parts.ts";
import { decodeUtf8, isFinding } from "../stream/problem.ts";
import { readManifest } from "../stream/read-manifest.ts";
import { readPlain } from "../yaml/parse.ts";
import { readFile } from "./streams.ts";

/** The function configs that a Kptfile gives to this function, in the order of its pipeline. */
export interface KptConfigs {
  configs: readonly Manifest[];
  findings: readonly Finding[];
}

/**
 * Reads which function configs `kpt fn render` would send us: `configMap:` or `configPath:` of each entry that is this
 * function (kpt: pkg/api/kptfile/v1/types.go, Function). An entry without either gets none.
 */
export function readKptfile(kptfile: NamedFile): KptConfigs {
  const text = decodeUtf8(kptfile.bytes);
  const read = typeof text === "string" ? readPlain(text) : { message: "it is not UTF-8" };
  if (!("value" in read))
    return { configs: [], findings: [wrong(kptfile, `the Kptfile is not YAML: ${read.message}`)] };
  const pipeline = isRecord(read.value) && isRecord(read.value["pipeline"]) ? read.value["pipeline"] : {};
  const entries = [pipeline["mutators"], pipeline["validators"]]
    .flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))
    .filter((entry) => isRecord(entry) && isOurs(entry));
  const configs: Manifest[] = [];
  const findings: Finding[] = [];
  for (const entry of entries as Record<string, unknown>[]) {
    const config = configOf(entry, kptfile);
    if (config !== undefined) (isFinding(config) ? findings : configs).push(config as Finding & Manifest);
    if (entry["selectors"] === undefined && entry["exclude"] === undefined) continue;
    const cause =
      "the Kptfile restricts what the function is given by selectors or exclude, and here it is given everything";
    findings.push({
      ...wrong(kptfile, cause),
      severity: "warning",
      remedy: "check what kpt fn render makes of the package",
    });
  }
  if (configs.length > 0 && configs.length < entries.length && findings.length === 0) {
    const cause = "the Kptfile calls the function with a function config and without one";
    findings.push(wrong(kptfile, cause, "give each entry its configPath or configMap"));
  }
  return { configs, findings };
}

/** True for an entry of a pipeline whose program or image has our name. */
function isOurs({ exec, image }: Record<string, unknown>): boolean {
  if (typeof exec === "string") return /(?:^|[/\\])intercept-backends(?:\.exe|\.mjs)?(?:\s|$)/.test(exec);
  return typeof image === "string" && /(?:^|\/)intercept-backends(?:[:@]|$)/.test(image);
}

function configOf(entry: Record<string, unknown>, kptfile: NamedFile): Manifest | Finding | undefined {
  const { configMap, configPath } = entry;
  if (typeof configPath === "string") {
    const file = readFile(join(dirname(kptfile.path), configPath));
    const config = readConfigFile(file);
    return isFinding(config) ? { ...config, file: { path: file.path } } : config;
  }
  if (configMap === undefined || configMap === null) return undefined;
  if (!isRecord(configMap)) return wrong(kptfile, "configMap of the Kptfile is no map", "write key: value");
  const metadata = { name: "function-input" };
  const manifest = readManifest({ apiVersion: "v1", kind: "ConfigMap", metadata, data: configMap });
  return manifest && { ...manifest, file: { path: kptfile.path } };
}

function wrong({ path }: NamedFile, cause: string, remedy = "correct it"): Finding {
  return problem(cause, remedy, path);
}
