import { dirname, join } from "node:path";
import { isRecord } from "../base/record.ts";
import type { Finding } from "../base/finding.ts";
import { findDocuments } from "../stream/find-documents.ts";
import { isFinding, readPart } from "../stream/read-part.ts";
import type { Operator } from "./operator.ts";
import { problem } from "./problem.ts";
import { readYamlFile } from "./read-yaml-file.ts";
import { lookAt, readInside, shown } from "./repository.ts";
import type { Place, Repository } from "./repository.ts";
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
export function checkKustomization(
  repository: Repository,
  operator: Operator,
): { findings: Finding[]; secrets: string[] } {
  const look: Look = { repository, operator, seen: new Set(), findings: [], secrets: [] };
  checkFolder(look, repository.folder);
  return look;
}

function checkFolder(look: Look, folder: string): void {
  if (look.seen.has(folder)) return;
  look.seen.add(folder);
  const found = KUSTOMIZATION_NAMES.flatMap((name) => {
    const place = lookAt(look.repository, join(folder, name));
    return place === "missing" ? [] : [{ path: join(folder, name), place }];
  });
  // None, or several: kustomize says so.
  for (const { path, place } of found) {
    if ("severity" in place) look.findings.push(place);
    else if (!place.isFolder) checkFile(look, path, place);
  }
}

function checkFile(look: Look, path: string, place: Place): void {
  const read = readYamlFile(look.repository, place, path);
  if ("severity" in read) return void look.findings.push(read);
  const { content } = read;
  const helm = HELM.find((field) => content[field] !== undefined);
  if (helm !== undefined && !look.operator.kustomizeHelm) {
    look.findings.push(
      problem(
        `${helm} asks kustomize to run helm`,
        "use a source of its own for the chart, or let the operator set INTERCEPT_BACKENDS_ALLOW_KUSTOMIZE_HELM=true",
        shown(look.repository, path),
      ),
    );
  }
  for (const chart of listOf(content["helmCharts"])) {
    if (!isRecord(chart)) continue;
    for (const entry of [chart["valuesFile"], ...listOf(chart["additionalValuesFiles"])]) {
      checkEntry(look, path, "helmCharts.valuesFile", entry);
    }
  }
  const globals = content["helmGlobals"];
  if (isRecord(globals)) checkEntry(look, path, "helmGlobals.chartHome", globals["chartHome"]);
  for (const field of [...FOLDERS, ...PLUGINS, ...FILES]) {
    for (const entry of listOf(content[field])) checkEntry(look, path, field, entry);
  }
  for (const field of PATCHES) {
    for (const patch of listOf(content[field])) {
      if (isRecord(patch)) checkEntry(look, path, `${field}.path`, patch["path"]);
    }
  }
  for (const field of GENERATED) {
    for (const generator of listOf(content[field])) {
      if (isRecord(generator)) checkGenerator(look, path, field, generator);
    }
  }
  const openApi = content["openapi"];
  if (isRecord(openApi)) checkEntry(look, path, "openapi.path", openApi["path"]);
}

function checkGenerator(look: Look, path: string, field: string, generator: Record<string, unknown>): void {
  if (field === "secretGenerator") {
    const literals = listOf(generator["literals"]).filter((literal) => typeof literal === "string");
    look.secrets.push(...literals.flatMap(assignedValues));
  }
  // `key=path` gives the file another name in the ConfigMap.
  for (const entry of listOf(generator["files"])) {
    checkEntry(look, path, `${field}.files`, typeof entry === "string" ? entry.replace(/^[^=]*=/, "") : entry);
  }
  for (const entry of [...listOf(generator["envs"]), generator["env"]]) {
    checkEntry(look, path, `${field}.envs`, entry);
  }
}

/** Judges one entry that names a file or a folder; text over several lines is YAML that stands there itself. */
function checkEntry(look: Look, from: string, field: string, entry: unknown): void {
  if (typeof entry !== "string" || entry === "") return;
  const { repository, operator } = look;
  if (entry.includes("\n")) {
    if (PLUGINS.includes(field)) checkPlugins(look, shown(repository, from), Buffer.from(entry), field);
    return;
  }
  const target = entry.startsWith("/") ? entry : join(dirname(from), entry);
  const place = isUrl(entry) ? "missing" : lookAt(repository, target);
  if (place === "missing") {
    if (isUrl(entry) ? !operator.remoteBases : !operator.remoteBases && FOLDERS.includes(field)) {
      look.findings.push(remote(shown(repository, from), field, entry));
    }
    return;
  }
  if ("severity" in place) {
    look.findings.push({
      ...place,
      cause: `${field} ${JSON.stringify(entry)}: ${place.cause}`,
      file: { path: shown(repository, from) },
    });
  } else if (place.isFolder) {
    if (!field.startsWith("helmGlobals")) checkFolder(look, place.real);
  } else {
    const bytes = readInside(repository, place, target);
    if (!(bytes instanceof Uint8Array)) look.findings.push(bytes);
    else if (PLUGINS.includes(field)) checkPlugins(look, shown(repository, target), bytes, field);
    else if (!field.startsWith("secretGenerator")) look.secrets.push(...secretValues(bytes));
    else look.secrets.push(...assignedValues(Buffer.from(bytes).toString("utf8")));
  }
}

/**
 * The configurations of plugins in a text. Functions would be refused by kustomize too, but not in words that say what to
 * do; files of built-in plugins it would download.
 */
function checkPlugins(look: Look, name: string, bytes: Uint8Array, field: string): void {
  const stream = findDocuments(bytes);
  for (const item of stream.items) {
    const read = readPart(stream, item);
    if (isFinding(read)) look.findings.push(problem(read.cause, read.remedy ?? "mend it there", name));
    else if (isRecord(read.value)) checkPlugin(look, name, read.value, field);
  }
}

function checkPlugin(look: Look, name: string, content: Readonly<Record<string, unknown>>, field: string): void {
  const metadata = isRecord(content["metadata"]) ? content["metadata"] : {};
  const annotations = isRecord(metadata["annotations"]) ? metadata["annotations"] : {};
  if (content["kind"] === "InterceptBackends") {
    look.findings.push(
      problem(
        `is listed under ${field}, where kustomize would have to start the function itself`,
        "list it under resources: generate takes it from there",
        name,
      ),
    );
  } else if (
    Object.keys(annotations).some((key) => key === "config.kubernetes.io/function" || key === "config.k8s.io/function")
  ) {
    look.findings.push(
      problem(`asks kustomize to run a function under ${field}`, "remove it: no function of a repository is run", name),
    );
  }
  for (const entry of [
    content["path"],
    ...listOf(content["files"]),
    ...listOf(content["envs"]),
    ...listOf(content["paths"]),
  ]) {
    if (typeof entry === "string" && isUrl(entry.replace(/^[^=:/]*=/, "")) && !look.operator.remoteBases) {
      look.findings.push(remote(name, field, entry));
    }
  }
}

function remote(file: string, field: string, entry: string): Finding {
  return problem(
    `${field} ${JSON.stringify(withoutPassword(entry))} is nothing in the repository, and remote ones are not allowed`,
    "commit a copy of it, or let the operator set INTERCEPT_BACKENDS_ALLOW_REMOTE_BASES=true",
    file,
  );
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//…@");
}

function isUrl(entry: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(entry) || entry.startsWith("git@");
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  return value === undefined || value === null ? [] : [value];
}
