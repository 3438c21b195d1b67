import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Finding } from "../base/finding.ts";
import { isRecord } from "../base/record.ts";
import type { Environment } from "./operator.ts";
import { problem } from "./problem.ts";
import { readYaml } from "./read-yaml-file.ts";
import type { Rendering } from "./render.ts";
import { countBytes, lookAt } from "./repository.ts";
import type { Place, Repository } from "./repository.ts";
import { runRenderer } from "./run-renderer.ts";
import { secretsByName, secretValues } from "./secret-values.ts";
import type { Surroundings } from "./run-renderer.ts";
import { walk } from "./walk.ts";

/** What an Application says about a chart. */
export interface ChartSettings {
  releaseName?: string;
  /** Relative to the chart, or with a leading `/` to the repository, as for Argo CD's own Helm sources. */
  valueFiles: readonly string[];
  /** YAML text. */
  values?: string;
  /** Single values by their dotted paths; what they are goes before `values`, and that before the files. */
  parameters: Readonly<Record<string, string>>;
}

/** Helm's own folders, so that neither its plugins nor its repositories are those of whoever calls. */
const NO_HELM_HOME = "/nonexistent/helm";

/**
 * Renders the chart in the source folder as Argo CD would (argo-cd: reposerver/repository, helmTemplate): CRDs too, and
 * nothing looked up in a cluster. helm follows links when it reads a chart, so the whole chart is looked through before.
 * All words from an Application stand behind `=` or `--`, so that none can be a flag.
 */
export async function renderChart(
  repository: Repository,
  settings: ChartSettings,
  surroundings: Surroundings,
): Promise<Rendering> {
  const files = walk(repository, repository.folder, { file: () => true, folder: () => true });
  if (!Array.isArray(files)) return { findings: [files] };
  for (const file of files) {
    const tooMuch = countBytes(repository, file, file.path);
    if (tooMuch) return { findings: [tooMuch] };
  }
  const release = releaseArguments(surroundings.env, settings.releaseName ?? nameOf(repository, surroundings.env));
  const valueFiles = settings.valueFiles.map((name) => valueFile(repository, name));
  const values = valuesOf(settings);
  const findings = [...release, ...valueFiles, values].filter(
    (part): part is Finding => typeof part === "object" && "severity" in part,
  );
  if (findings.length > 0 || "severity" in values) return { findings };
  const given = valueFiles.filter((place): place is Place => "real" in place);

  const last = Object.keys(values.value).length === 0 ? [] : ["--values=-"];
  const rendered = await runRenderer(
    {
      program: "helm",
      args: ["template", "--include-crds", ...given.map(valuesFlag), ...last, ...(release as string[]), "."],
      cwd: repository.folder,
      env: {
        HELM_CACHE_HOME: NO_HELM_HOME,
        HELM_CONFIG_HOME: NO_HELM_HOME,
        HELM_DATA_HOME: NO_HELM_HOME,
        KUBECONFIG: `${NO_HELM_HOME}/kubeconfig`,
      },
      input: JSON.stringify(values.value),
      network: false,
      secrets: () => [
        ...[...files, ...given].flatMap(({ real }) => secretsIn(readFileSync(real))),
        ...secretsByName(values.value),
      ],
    },
    surroundings,
  );
  return rendered instanceof Uint8Array
    ? { bytes: rendered, name: "helm template", files: [] }
    : { findings: [rendered] };
}

/** helm takes the flag's value for a line of CSV (spf13/pflag: string_slice.go). */
function valuesFlag({ real }: Place): string {
  return `--values="${real.replaceAll('"', '""')}"`;
}

/** Values of a file in a chart: those of Secrets, and those whose names say that they are to be kept. */
function secretsIn(bytes: Uint8Array): string[] {
  const read = readYaml(Buffer.from(bytes).toString("utf8"));
  return [...secretValues(bytes), ...("value" in read ? secretsByName(read.value) : [])];
}

/** Argo CD's name for the release; of an Application in another namespace it is what follows the `_`. */
function nameOf(repository: Repository, env: Environment): string {
  const application = env["ARGOCD_APP_NAME"];
  if (application !== undefined && application !== "") return application.slice(application.indexOf("_") + 1);
  return (
    basename(repository.folder)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "") || "release"
  );
}

/** Flags and the release's name, each held against what it may look like. */
function releaseArguments(env: Environment, name: string): (string | Finding)[] {
  const flag = (option: string, variable: string, shape: RegExp): (string | Finding)[] => {
    const value = env[variable] ?? "";
    if (value === "") return [];
    return [
      shape.test(value)
        ? `--${option}=${value}`
        : problem(`${variable} is ${JSON.stringify(value)}, which helm would not take`, "see what sets it"),
    ];
  };
  const release = /^[a-z0-9]([-a-z0-9.]{0,51}[a-z0-9])?$/.test(name)
    ? name
    : problem(
        `${JSON.stringify(name)} cannot be the name of a Helm release`,
        "set the parameter helm.releaseName to at most 53 lower-case letters, digits and dashes",
      );
  return [
    ...flag("namespace", "ARGOCD_APP_NAMESPACE", /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
    ...flag("kube-version", "KUBE_VERSION", /^v?\d+\.\d+(\.\d+)?([-+][\w.+-]*)?$/),
    ...flag("api-versions", "KUBE_API_VERSIONS", /^[\w./,-]+$/),
    "--",
    release,
  ];
}

function valueFile(repository: Repository, name: string): Place | Finding {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) {
    return problem(`the value file ${JSON.stringify(name)} is remote`, "commit it to the repository");
  }
  const path = name.startsWith("/") ? join(repository.root, name) : join(repository.folder, name);
  const place = lookAt(repository, path);
  if (place === "missing" || ("isFolder" in place && place.isFolder)) {
    return problem(
      `there is no value file ${JSON.stringify(name)}`,
      "correct helm.valueFiles: paths count from the chart, with a leading / from the repository",
    );
  }
  if ("severity" in place) return place;
  return countBytes(repository, place, path) ?? place;
}

function valuesOf({ values, parameters }: ChartSettings): { value: Record<string, unknown> } | Finding {
  const read = readYaml(values ?? "");
  if ("cause" in read) return problem(`the parameter helm.values ${read.cause}`, "mend it in the Application");
  const value = read.value ?? {};
  if (!isRecord(value)) return problem("the parameter helm.values is no YAML map", "write key: value");
  for (const [path, text] of Object.entries(parameters)) {
    // A dot behind a backslash belongs to the key, as for helm's --set.
    const keys = (path.match(/(?:\\.|[^.\\])+/g) ?? []).map((key) => key.replace(/\\(.)/g, "$1"));
    const broken = keys.length === 0 || /[[\]]/.test(path) || !put(value, keys, scalar(text));
    if (broken) {
      return problem(
        `the parameter helm.parameters cannot set ${JSON.stringify(path)}`,
        "write dotted keys of maps there, and lists in helm.values",
      );
    }
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
