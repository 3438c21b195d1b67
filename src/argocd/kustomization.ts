import { dirname, join, relative } from "node:path";
import { fieldPath, problem, type Finding } from "../base/finding.ts";
import { isRecord } from "../base/record.ts";
import { openManifests } from "../stream/open-stream.ts";
import { decodeUtf8, isFinding } from "../stream/problem.ts";
import { valueAt } from "../config/fields.ts";
import { readPlain } from "../yaml/parse.ts";
import { isAddress, withoutCredentials } from "../base/address.ts";
import { copyCharts } from "./kustomize-charts.ts";
import { toYaml, withoutLastSeparators } from "./canonical-yaml.ts";
import { copyOf, type Copying } from "./copy-fields.ts";
import {
  configurationFields,
  kustomizationFields,
  pluginFolderFields,
  pluginShape,
  replacementShape,
} from "./kustomize-fields.ts";
import type { Operator } from "./operator.ts";
import { isInside, lookAt, readInside, type Place, type Repository } from "./repository.ts";
import { listOf, map, type Role, type Shape } from "./shape.ts";
import type { Stage } from "./stage.ts";

/** The names by which kustomize finds a kustomization (kustomize: api/konfig/general.go). */
export const KUSTOMIZATION_NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** What a kustomization of each kind has as its version (kustomize: api/types/kustomization.go, EnforceFields). */
const VERSIONS: Readonly<Record<string, string>> = {
  Kustomization: "kustomize.config.k8s.io/v1beta1",
  Component: "kustomize.config.k8s.io/v1alpha1",
};

const HELM = ["helmCharts", "helmChartInflationGenerator", "helmGlobals"];

/** One copy of the kustomizations of a source. */
interface Copy {
  repository: Repository;
  operator: Operator;
  stage: Stage;
  /** Folders seen, with what they were seen as, since two overlays may share a base. */
  seen: Set<string>;
  findings: Finding[];
}

/** Where entries stand. */
interface Origin {
  copy: Copy;
  /** The file, as its author knows it. */
  name: string;
  /** The real path of the folder that its paths count from. */
  folder: string;
  /** The folder that the paths of plugins count from: that of the kustomization which lists them, wherever they stand. */
  root: string;
}

/**
 * Copies the kustomizations of a source, and all files that they name, to a stage: of files that make kustomize read others
 * a canonical copy with nothing but known fields, whose paths all lead to what was copied, of all other files the bytes,
 * since kustomize takes no orders from them. What it reads has to lie in the repository and within the limits; nothing is
 * fetched unless the operator allows it, no program and no container is started. Its flags for functions and plugins are
 * never given.
 */
export function copyKustomization(repository: Repository, operator: Operator, stage: Stage): Finding[] {
  const copy: Copy = { repository, operator, stage, seen: new Set(), findings: [] };
  copyFolder(copy, repository.folder, undefined);
  return copy.findings;
}

/** `pluginsOf` is the folder of the kustomization which lists this one among its plugins. */
function copyFolder(copy: Copy, folder: string, pluginsOf: string | undefined): void {
  const key = `${pluginsOf ?? ""}\0${folder}`;
  if (copy.seen.has(key)) return;
  copy.seen.add(key);
  copy.stage.folder(folder);
  const places = KUSTOMIZATION_NAMES.flatMap((name) => lookAt(copy.repository, join(folder, name)) ?? []);
  const [place, ...more] = places;
  const named = relative(copy.repository.folder, folder) || ".";
  if (place === undefined) {
    copy.findings.push(problem("holds no kustomization.yaml", "add one, or name the files in it", named));
  } else if (more.length > 0) {
    copy.findings.push(problem("holds several kustomizations", "keep one of them", named));
  } else if (isFinding(place)) copy.findings.push(place);
  else if (place.isFolder) copy.findings.push(problem("is a folder", "rename it", place.name));
  else copyKustomizationFile(copy, place, folder, pluginsOf);
}

function copyKustomizationFile(copy: Copy, file: Place, folder: string, pluginsOf: string | undefined): void {
  const { name } = file;
  if (!isInside(folder, file.real)) {
    return void copy.findings.push(
      problem("a symbolic link that leads out of its folder", "commit a copy there", name),
    );
  }
  const content = readMap(copy, file);
  if (content === undefined) return;
  const origin: Origin = { copy, name, folder, root: pluginsOf ?? folder };
  const { kind = "Kustomization", apiVersion } = content;
  const version = typeof kind === "string" ? VERSIONS[kind] : undefined;
  if (kind !== null && kind !== "" && version === undefined) {
    refuse(origin, "kind is neither Kustomization nor Component", "correct it");
  } else if (version !== undefined && apiVersion !== undefined && apiVersion !== null && apiVersion !== version) {
    refuse(origin, `apiVersion is not ${version}`, "correct it");
  }
  const helm = HELM.find((field) => content[field] !== undefined);
  if (helm !== undefined && !copy.operator.kustomizeHelm) return refuseHelm(origin, helm);
  const shape = map(pluginsOf === undefined ? kustomizationFields : pluginFolderFields);
  const canonical = copyOf(shape, content, [], copyingOf(origin));
  if (helm !== undefined && isRecord(canonical)) copyAllCharts(origin, canonical);
  write(copy, join(folder, relative(dirname(file.path), file.path)), toYaml(canonical), name);
}

/** Copies the charts of a kustomization, and writes over it what is to stand there for them. */
function copyAllCharts(origin: Origin, canonical: Record<string, unknown>): void {
  const { helmGlobals, helmCharts, helmChartInflationGenerator: old } = canonical;
  // As kustomize turns the old list into the present one (api/types/kustomization.go, FixKustomization).
  const ofOld = (Array.isArray(old) ? (old as unknown[]) : []).map((chart) => valueAt(chart, ["chartHome"]));
  const home = isRecord(helmGlobals) ? helmGlobals["chartHome"] : ofOld.findLast((path) => Boolean(path));
  if (helmCharts !== undefined) canonical["helmCharts"] = chartsOf(origin, helmCharts, home, "present");
  if (old !== undefined) canonical["helmChartInflationGenerator"] = chartsOf(origin, old, home, "old");
}

function chartsOf({ copy, name, root }: Origin, charts: unknown, home: unknown, form: "present" | "old"): unknown {
  const { repository, stage, operator } = copy;
  const chartCopy = { repository, stage, folder: root, isRemoteAllowed: operator.remoteBases };
  return copyCharts(chartCopy, charts, home, form, (finding) => {
    copy.findings.push({ ...finding, file: finding.file ?? { path: name } });
  });
}

function refuseHelm(origin: Origin, field: string): void {
  const remedy =
    "use a source of its own for the chart, or let the operator set INTERCEPT_BACKENDS_ALLOW_KUSTOMIZE_HELM=true";
  refuse(origin, `${field} asks kustomize to run helm`, remedy);
}

/** The map that a YAML file of the repository holds; undefined after a refusal. */
function readMap(copy: Copy, place: Place): Readonly<Record<string, unknown>> | undefined {
  const value = readValue(copy, place);
  if (value === undefined || isRecord(value.value)) return value?.value as Record<string, unknown> | undefined;
  copy.findings.push(problem("does not hold a YAML map", "correct it there", place.name));
  return undefined;
}

function readValue(copy: Copy, place: Place): { value: unknown } | undefined {
  const bytes = readInside(copy.repository, place);
  const text = isFinding(bytes) ? bytes : decodeUtf8(bytes);
  const { name } = place;
  if (typeof text !== "string") {
    copy.findings.push(isFinding(bytes) ? bytes : problem("is not UTF-8", "save it as UTF-8", name));
    return undefined;
  }
  const read = readPlain(withoutLastSeparators(text));
  if (!("message" in read)) return read;
  const isPlaced = read.line !== undefined;
  const cause = isPlaced ? `is not YAML: ${read.message} (line ${read.line}, column ${read.column})` : read.message;
  copy.findings.push(problem(cause, isPlaced ? "fix it at that position" : "write the values out", name));
  return undefined;
}

function write(copy: Copy, real: string, text: string, name: string): void {
  const broken = copy.stage.write(real, Buffer.from(text), name);
  if (broken) copy.findings.push(broken);
}

function refuse({ copy, name }: Origin, cause: string, remedy: string): void {
  copy.findings.push(problem(cause, remedy, name));
}

function copyingOf(origin: Origin): Copying {
  return {
    refuse: (cause, remedy) => refuse(origin, cause, remedy),
    named: (role, text, path) => {
      const field = fieldPath(path.filter((step) => typeof step === "string"));
      return copyNamed(origin, role, text, field);
    },
  };
}

/** Copies what an entry names; gives the entry to write in its place, or undefined after a refusal. */
function copyNamed(origin: Origin, role: Role, entry: string, field: string): string | undefined {
  switch (role) {
    case "plugin": {
      const inline = readInline(entry);
      if (inline === undefined) return copyPath(origin, role, entry, field);
      const documents = copyPlugins({ ...origin, folder: origin.root }, Buffer.from(entry), field);
      return documents.join("---\n");
    }
    case "patch or file":
      return readInline(entry) === undefined ? copyPath(origin, role, entry, field) : entry;
    case "keyed file": {
      // `key=path` gives the file another name in the ConfigMap (kustomize: api/internal/generators/utils.go).
      const [path = "", key, ...more] = entry.split("=").toReversed();
      if (more.length > 0 || key === "") return refuseEntry(origin, field, entry, "is not [key=]path", "correct it");
      const copied = copyPath(origin, role, path, field);
      return copied === undefined || key === undefined ? copied : `${key}=${copied}`;
    }
    case "chart home":
    case "chart":
    case "remote":
      return entry;
    default:
      return copyPath(origin, role, entry, field);
  }
}

/** YAML that stands in place of a path, as kustomize tries it first; undefined for a path. */
function readInline(entry: string): true | undefined {
  if (entry.includes("\n")) return true;
  const read = readPlain(entry);
  return "value" in read && isRecord(read.value) ? true : undefined;
}

function copyPath(origin: Origin, role: Role, entry: string, field: string): string | undefined {
  const { copy, folder } = origin;
  const { repository, operator } = copy;
  // What Go takes for a URL is one, whether or not there is a file of that name (kustomize: api/internal/loader).
  const isUrl = /^https?:/i.test(entry);
  const named = entry.startsWith("/") ? entry : join(folder, entry);
  const place = isUrl ? undefined : lookAt(repository, named);
  if (place !== undefined && isFinding(place)) {
    return refuseEntry(origin, field, entry, place.cause, place.remedy ?? "correct it");
  }
  if (place === undefined) {
    if (!isUrl && !isAddress(entry)) {
      if (!isInside(repository.root, named)) {
        return refuseEntry(
          origin,
          field,
          entry,
          "lies outside of the repository",
          "commit a copy of what is needed there",
        );
      }
      const remedy = "commit it, or correct the path, which counts from the kustomization";
      return refuseEntry(origin, field, entry, "there is no such file or folder", remedy);
    }
    if (operator.remoteBases) return entry;
    const remedy = "commit a copy of it, or let the operator set INTERCEPT_BACKENDS_ALLOW_REMOTE_BASES=true";
    return refuseEntry(origin, field, entry, "is nothing in the repository, and remote ones are not allowed", remedy);
  }
  if (role === "values file" && /[,"]/.test(entry)) {
    return refuseEntry(origin, field, entry, "has a comma or quote, and helm would take it for several", "rename it");
  }
  if (/[\p{Cc}\p{Zl}\p{Zp}\ufeff]|_git\//u.test(place.path.slice(repository.root.length))) {
    return refuseEntry(origin, field, entry, "has a name that kustomize would not take for a path", "rename it");
  }
  const broken =
    copy.stage.link(place) ?? (place.isFolder ? copyBase(origin, role, place) : copyFile(origin, role, place, field));
  if (broken) return refuseEntry(origin, field, entry, broken.cause, broken.remedy ?? "correct it");
  const path = relative(folder, place.path);
  // With dots at its start kustomize takes it for nothing but a path.
  return path.startsWith("../") || path === ".." ? path : `./${path}`;
}

function copyBase({ copy, root }: Origin, role: Role, place: Place): Finding | undefined {
  const isFolderWanted = role === "resource" || role === "base" || role === "component" || role === "plugin";
  if (!isFolderWanted) return problem("is a folder", "name a file");
  copyFolder(copy, place.real, role === "plugin" ? root : undefined);
  return undefined;
}

function copyFile(origin: Origin, role: Role, place: Place, field: string): Finding | undefined {
  const { copy, folder } = origin;
  if (role === "component") return problem("is a file", "name the folder of the component");
  if (!isInside(folder, place.real)) {
    return problem(
      "lies outside of the folder of its kustomization",
      "commit a copy there, or a kustomization beside it",
    );
  }
  if (role === "configuration" || role === "replacements") {
    const read = readValue(copy, place);
    if (read === undefined) return undefined;
    const isList = Array.isArray(read.value);
    const one: Shape = role === "configuration" ? map(configurationFields) : replacementShape;
    const shape = isList && role === "replacements" ? listOf(one) : one;
    const inFile = { ...origin, name: place.name };
    write(copy, place.real, toYaml(copyOf(shape, read.value, [], copyingOf(inFile))), place.name);
    return undefined;
  }
  const bytes = readInside(copy.repository, place);
  if (isFinding(bytes)) return void copy.findings.push(bytes);
  if (role === "plugin") {
    const inFile = { ...origin, name: place.name, folder: origin.root };
    write(copy, place.real, copyPlugins(inFile, bytes, field).join("---\n"), place.name);
    return undefined;
  }
  return copy.stage.write(place.real, bytes, place.name);
}

/** The configurations of plugins in a text, each as a document. */
function copyPlugins(origin: Origin, bytes: Uint8Array, field: string): string[] {
  const stream = openManifests([{ path: origin.name, bytes }]);
  const read = isFinding(stream) ? { manifests: [], findings: [stream] } : stream.select(stream.kinds);
  const broken = isFinding(stream) ? read.findings : [...stream.findings, ...read.findings];
  for (const { cause, remedy = "" } of broken) refuse(origin, cause, remedy);
  return read.manifests.flatMap((manifest) => {
    if (manifest.repeatedKey) refuse(origin, "has the same key twice in one map", "remove one of them");
    // kustomize reads it as it reads resources, where `on` and `y` are text.
    const { object } = isFinding(stream) ? manifest : stream.asFunctionConfig(manifest);
    return copyPlugin(origin, object, field) ?? [];
  });
}

function copyPlugin(origin: Origin, content: Readonly<Record<string, unknown>>, field: string): string | undefined {
  const { kind, apiVersion } = content;
  const shape = apiVersion === "builtin" && typeof kind === "string" ? pluginShape(kind) : undefined;
  if (kind === "InterceptBackends") {
    const cause = `is listed under ${field}, where kustomize would have to start the function itself`;
    refuse(origin, cause, "list it under resources: generate takes it from there");
  } else if (shape === undefined) {
    refuse(
      origin,
      `asks kustomize to run a plugin under ${field} that is not built in`,
      "remove it: no function, container or program of a repository is run",
    );
  } else if (kind === "HelmChartInflationGenerator" && !origin.copy.operator.kustomizeHelm) {
    refuseHelm(origin, kind);
  } else {
    const copied = copyOf(shape, content, [], copyingOf(origin));
    const isChart = kind === "HelmChartInflationGenerator" && isRecord(copied);
    return toYaml(isChart ? [chartsOf(origin, [copied], copied["chartHome"], "present")].flat()[0] : copied);
  }
  return undefined;
}

function refuseEntry({ copy, name }: Origin, field: string, entry: string, cause: string, remedy: string): undefined {
  copy.findings.push(problem(`${field} ${JSON.stringify(withoutCredentials(entry))}: ${cause}`, remedy, name));
}
