import { basename, join } from "node:path";
import { problem, type Finding } from "../base/finding.ts";
import { isRecord } from "../base/record.ts";
import { isFinding } from "../stream/problem.ts";
import { readPlain } from "../yaml/parse.ts";
import type { Environment } from "./operator.ts";
import type { Own } from "./parameters.ts";
import { readChart } from "./chart-files.ts";
import { countBytes, lookAt, type Place, type Repository } from "./repository.ts";
import { runRenderer, type Rendering, type Surroundings } from "./run-renderer.ts";

/** Helm's own folders, so that neither its plugins nor its repositories are those of whoever calls. */
const NO_HELM_HOME = "/nonexistent/helm";

/**
 * Renders the chart in the source folder as Argo CD would (argo-cd: reposerver/repository, helmTemplate): CRDs too, and
 * nothing looked up in a cluster. helm follows links when it reads a chart, so the whole chart is looked through before.
 * All words from an Application follow `=` or `--`, so that none can be a flag.
 */
export async function renderChart(repository: Repository, own: Own, surroundings: Surroundings): Promise<Rendering> {
  const { env } = surroundings;
  const files = readChart(repository, repository.folder);
  if (isFinding(files)) return [files];
  const flags = [
    flag("namespace", env, "ARGOCD_APP_NAMESPACE", /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
    flag("kube-version", env, "KUBE_VERSION", /^v?\d+\.\d+(\.\d+)?([-+][\w.+-]*)?$/),
    flag("api-versions", env, "KUBE_API_VERSIONS", /^[\w./,-]+$/),
  ].flat();
  const release = releaseName(repository, own, env);
  const valueFiles = (own["helm.valueFiles"] ?? []).map((name) => valueFile(repository, name));
  const values = valuesOf(own);
  const findings = [...flags, release, ...valueFiles, values].filter(
    (part): part is Finding => typeof part === "object" && isFinding(part),
  );
  if (findings.length > 0 || isFinding(values)) return findings;
  const given = valueFiles.filter((place): place is Place => !isFinding(place));
  const last = Object.keys(values.value).length === 0 ? [] : ["--values=-"];
  const words = [...given.map(valuesFlag), ...last, ...flags, "--", release, "."] as string[];
  return runRenderer(
    {
      program: "helm",
      args: ["template", "--include-crds", ...words],
      cwd: repository.folder,
      env: {
        HELM_CACHE_HOME: NO_HELM_HOME,
        HELM_CONFIG_HOME: NO_HELM_HOME,
        HELM_DATA_HOME: NO_HELM_HOME,
        KUBECONFIG: `${NO_HELM_HOME}/kubeconfig`,
      },
      input: JSON.stringify(values.value),
      network: false,
      files: () => files.map(({ place, bytes }) => ({ name: place.name, bytes })),
    },
    surroundings,
  );
}

/** helm takes the flag's value for a line of CSV (spf13/pflag: string_slice.go). */
function valuesFlag({ real }: Place): string {
  return `--values="${real.replaceAll('"', '""')}"`;
}

/** A flag from a variable that Argo CD sets, held against what its value may look like; none where it is not set. */
function flag(option: string, env: Environment, variable: string, shape: RegExp): (string | Finding)[] {
  const value = env[variable] ?? "";
  if (value === "") return [];
  if (shape.test(value)) return [`--${option}=${value}`];
  return [problem(`${variable} is ${JSON.stringify(value)}, which helm would not take`, "see what sets it")];
}

/** By default Argo CD's name for the release; of an Application in another namespace it is what follows the `_`. */
function releaseName(repository: Repository, own: Own, env: Environment): string | Finding {
  const application = env["ARGOCD_APP_NAME"] ?? "";
  const folder = basename(repository.folder).toLowerCase();
  const ofFolder = folder.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "release";
  const fallback = application === "" ? ofFolder : application.slice(application.indexOf("_") + 1);
  const name = own["helm.releaseName"] ?? fallback;
  if (/^[a-z0-9]([-a-z0-9.]{0,51}[a-z0-9])?$/.test(name)) return name;
  return problem(
    `${JSON.stringify(name)} cannot be the name of a Helm release`,
    "set the parameter helm.releaseName to at most 53 lower-case letters, digits and dashes",
  );
}

function valueFile(repository: Repository, name: string): Place | Finding {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) {
    return problem(`the value file ${JSON.stringify(name)} is remote`, "commit it to the repository");
  }
  const place = lookAt(repository, join(name.startsWith("/") ? repository.root : repository.folder, name));
  if (place !== undefined && isFinding(place)) return place;
  if (place !== undefined && !place.isFolder) return countBytes(repository, place) ?? place;
  return problem(
    `there is no value file ${JSON.stringify(name)}`,
    "correct helm.valueFiles: paths count from the chart, with a leading / from the repository",
  );
}

/** Single values go before `helm.values`, and those before the files. */
function valuesOf(own: Own): { value: Record<string, unknown> } | Finding {
  const read = readPlain(own["helm.values"] ?? "");
  if ("message" in read) {
    return problem(`the parameter helm.values is not YAML: ${read.message}`, "fix it in the Application");
  }
  const value = read.value ?? {};
  if (!isRecord(value)) return problem("the parameter helm.values is no YAML map", "write key: value");
  for (const [path, text] of Object.entries(own["helm.parameters"] ?? {})) {
    // A dot after a backslash belongs to the key, as for helm's --set.
    const keys = (path.match(/(?:\\.|[^.\\])+/g) ?? []).map((key) => key.replace(/\\(.)/g, "$1"));
    if (keys.length > 0 && !/[[\]]/.test(path) && put(value, keys, scalar(text))) continue;
    return problem(
      `the parameter helm.parameters cannot set ${JSON.stringify(path)}`,
      "write dotted keys of maps there, and lists in helm.values",
    );
  }
  return { value };
}

function put(target: Record<string, unknown>, [key = "", ...rest]: readonly string[], value: unknown): boolean {
  const own = Object.hasOwn(target, key) ? target[key] : undefined;
  const next = rest.length === 0 ? value : (own ?? {});
  if (rest.length > 0 && (!isRecord(next) || !put(next, rest, value))) return false;
  // Not by assignment, which for `__proto__` would do something else.
  Object.defineProperty(target, key, { value: next, enumerable: true, configurable: true, writable: true });
  return true;
}

/** Text as helm's --set takes it: truth, whole numbers and null are no strings. */
function scalar(text: string): unknown {
  return /^(?:true|false|null|0|-?[1-9]\d{0,14})$/.test(text) ? (JSON.parse(text) as unknown) : text;
}
