import { dirname, join } from "node:path";
import { problem, type Finding } from "../base/finding.ts";
import { isRecord } from "../base/record.ts";
import { valueAt } from "../config/fields.ts";
import { openManifests } from "../stream/open-stream.ts";
import { decodeUtf8, isFinding } from "../stream/problem.ts";
import { readPlain } from "../yaml/parse.ts";
import type { Operator } from "./operator.ts";
import { lookAt, readInside, type Place, type Repository } from "./repository.ts";
import { assignedValues, secretValues } from "./secret-values.ts";

/** The names by which kustomize finds a kustomization (kustomize: api/konfig/general.go). */
export const KUSTOMIZATION_NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** Fields that list files and folders, and those whose files configure plugins. */
const FOLDERS = ["resources", "bases", "components"];
const PLUGINS = ["generators", "transformers", "validators"];
const FILES = ["configurations", "crds", "patchesStrategicMerge"];
const PATCHES = ["patches", "patchesJson6902", "replacements"];
const GENERATED = ["configMapGenerator", "secretGenerator"];
const HELM = ["helmCharts", "helmChartInflationGenerator", "helmGlobals"];

/** One look through the kustomizations of a source. */
interface Look {
  repository: Repository;
  operator: Operator;
  /** Real paths of the kustomizations seen, since two overlays may share a base. */
  seen: Set<string>;
  findings: Finding[];
  /** Values of Secrets, for what kustomize says of its failure. */
  secrets: string[];
}

/**
 * All that speaks against building a kustomization of somebody else's: whatever it, or a kustomization that it names, reads
 * has to lie in the repository and within the limits; nothing is fetched, no program and no container is started.
 * kustomize keeps files to its own folders (`LoadRestrictionsRootOnly`), but not bases, and would clone and download
 * (kustomize: api/internal/loader/fileloader.go). Its flags for functions and plugins are never given.
 */
export function checkKustomization(repository: Repository, operator: Operator): Pick<Look, "findings" | "secrets"> {
  const look: Look = { repository, operator, seen: new Set(), findings: [], secrets: [] };
  checkFolder(look, repository.folder);
  return look;
}

function checkFolder(look: Look, folder: string): void {
  if (look.seen.has(folder)) return;
  look.seen.add(folder);
  // None, or several: kustomize says so.
  const places = KUSTOMIZATION_NAMES.map((name) => lookAt(look.repository, join(folder, name)));
  for (const place of places) {
    if (place === undefined) continue;
    if (isFinding(place)) look.findings.push(place);
    else if (!place.isFolder) checkFile(look, place);
  }
}

function checkFile(look: Look, file: Place): void {
  const content = readMap(look.repository, file);
  if (isFinding(content)) return void look.findings.push(content);
  const helm = HELM.find((field) => content[field] !== undefined);
  if (helm !== undefined && !look.operator.kustomizeHelm) {
    const remedy =
      "use a source of its own for the chart, or let the operator set INTERCEPT_BACKENDS_ALLOW_KUSTOMIZE_HELM=true";
    look.findings.push(problem(`${helm} asks kustomize to run helm`, remedy, file.name));
  }
  const check = (field: string, entries: unknown): void => {
    for (const entry of listOf(entries)) checkEntry(look, file, field, entry);
  };
  for (const chart of listOf(content["helmCharts"])) {
    check("helmCharts.valuesFile", valueAt(chart, ["valuesFile"]));
    check("helmCharts.valuesFile", valueAt(chart, ["additionalValuesFiles"]));
  }
  check("helmGlobals.chartHome", valueAt(content, ["helmGlobals", "chartHome"]));
  for (const field of [...FOLDERS, ...PLUGINS, ...FILES]) check(field, content[field]);
  for (const field of PATCHES) {
    for (const patch of listOf(content[field])) check(`${field}.path`, valueAt(patch, ["path"]));
  }
  for (const field of GENERATED) {
    for (const generator of listOf(content[field])) {
      const literals = field === "secretGenerator" ? listOf(valueAt(generator, ["literals"])) : [];
      look.secrets.push(...literals.filter((literal) => typeof literal === "string").flatMap(assignedValues));
      // `key=path` gives the file another name in the ConfigMap.
      const files = listOf(valueAt(generator, ["files"]));
      check(
        `${field}.files`,
        files.map((entry) => (typeof entry === "string" ? entry.replace(/^[^=]*=/, "") : entry)),
      );
      check(`${field}.envs`, valueAt(generator, ["envs"]));
      check(`${field}.envs`, valueAt(generator, ["env"]));
    }
  }
  check("openapi.path", valueAt(content, ["openapi", "path"]));
}

/** The map that a YAML file of the repository holds; an error where it holds none. */
function readMap(repository: Repository, place: Place): Readonly<Record<string, unknown>> | Finding {
  const bytes = readInside(repository, place);
  if (isFinding(bytes)) return bytes;
  const { name } = place;
  const text = decodeUtf8(bytes);
  if (typeof text !== "string") return problem("is not UTF-8", "save it as UTF-8", name);
  const read = readPlain(text);
  if ("message" in read && read.line === undefined) return problem(read.message, "write the values out", name);
  if ("message" in read) {
    const cause = `is not YAML: ${read.message} (line ${read.line}, column ${read.column})`;
    return problem(cause, "fix it at that position", name);
  }
  return isRecord(read.value) ? read.value : problem("does not hold a YAML map", "correct it there", name);
}

/** Judges one entry that names a file or a folder; text over several lines is YAML that stands there itself. */
function checkEntry(look: Look, from: Place, field: string, entry: unknown): void {
  if (typeof entry !== "string" || entry === "") return;
  const { repository, operator } = look;
  if (entry.includes("\n")) {
    if (PLUGINS.includes(field)) checkPlugins(look, from.name, Buffer.from(entry), field);
    return;
  }
  const place = isUrl(entry)
    ? undefined
    : lookAt(repository, entry.startsWith("/") ? entry : join(dirname(from.path), entry));
  if (place === undefined) {
    if (!operator.remoteBases && (isUrl(entry) || FOLDERS.includes(field))) {
      look.findings.push(remote(from.name, field, entry));
    }
  } else if (isFinding(place)) {
    const cause = `${field} ${JSON.stringify(entry)}: ${place.cause}`;
    look.findings.push({ ...place, cause, file: { path: from.name } });
  } else if (place.isFolder) {
    if (!field.startsWith("helmGlobals")) checkFolder(look, place.real);
  } else {
    const bytes = readInside(repository, place);
    if (isFinding(bytes)) look.findings.push(bytes);
    else if (PLUGINS.includes(field)) checkPlugins(look, place.name, bytes, field);
    else if (!field.startsWith("secretGenerator")) look.secrets.push(...secretValues(bytes));
    else look.secrets.push(...assignedValues(Buffer.from(bytes).toString("utf8")));
  }
}

/**
 * The configurations of plugins in a text. Functions would be refused by kustomize too, but not in words that say what to
 * do; files of built-in plugins it would download.
 */
function checkPlugins(look: Look, name: string, bytes: Uint8Array, field: string): void {
  const stream = openManifests([{ path: name, bytes }]);
  const read = isFinding(stream) ? { manifests: [], findings: [stream] } : stream.select(stream.kinds);
  const broken = isFinding(stream) ? read.findings : [...stream.findings, ...read.findings];
  look.findings.push(...broken.map(({ cause, remedy = "" }) => problem(cause, remedy, name)));
  for (const { object } of read.manifests) checkPlugin(look, name, object, field);
}

function checkPlugin(look: Look, name: string, content: Readonly<Record<string, unknown>>, field: string): void {
  const annotations = Object.keys(valueAt(content, ["metadata", "annotations"]) ?? {});
  if (content["kind"] === "InterceptBackends") {
    const cause = `is listed under ${field}, where kustomize would have to start the function itself`;
    look.findings.push(problem(cause, "list it under resources: generate takes it from there", name));
  } else if (annotations.some((key) => key === "config.kubernetes.io/function" || key === "config.k8s.io/function")) {
    const cause = `asks kustomize to run a function under ${field}`;
    look.findings.push(problem(cause, "remove it: no function of a repository is run", name));
  }
  for (const entry of ["path", "files", "envs", "paths"].flatMap((key) => listOf(content[key]))) {
    if (typeof entry === "string" && isUrl(entry.replace(/^[^=:/]*=/, "")) && !look.operator.remoteBases) {
      look.findings.push(remote(name, field, entry));
    }
  }
}

function remote(file: string, field: string, entry: string): Finding {
  const shown = JSON.stringify(entry.replace(/\/\/[^/@]*@/, "//…@"));
  return problem(
    `${field} ${shown} is nothing in the repository, and remote ones are not allowed`,
    "commit a copy of it, or let the operator set INTERCEPT_BACKENDS_ALLOW_REMOTE_BASES=true",
    file,
  );
}

function isUrl(entry: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(entry) || entry.startsWith("git@");
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  return value === undefined || value === null ? [] : [value];
}
