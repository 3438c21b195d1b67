import { join } from "node:path";
import { problem, type Finding } from "../base/finding.ts";
import { isRecord } from "../base/record.ts";
import { valueAt } from "../config/fields.ts";
import { openManifests } from "../stream/open-stream.ts";
import type { NamedFile } from "../stream/parts.ts";
import { decodeUtf8, isFinding } from "../stream/problem.ts";
import { readPlain } from "../yaml/parse.ts";
import type { Environment } from "./operator.ts";

/** The name by which Applications ask for this plugin (plugin.yaml). */
const PLUGIN = "intercept-backends";

/** What else a source may be besides a plugin; Argo CD refuses two of them (argo-cd: types.go, ExplicitType). */
const OTHER_TYPES = ["helm", "kustomize", "directory"];

/** A call as Argo CD would make it for an Application. */
export interface ApplicationCall {
  /** The folder of its source, in the repository. */
  folder: string;
  env: Environment;
}

/**
 * The call that Argo CD makes for the one Application in a file, with the path, name, namespace and parameters that stand there, in a
 * clone of its repository (argo-cd: reposerver/repository, runConfigManagementPluginSidecars; cmpserver/plugin). The results
 * of `argocd appset generate` are a list of Applications. An error where no Application uses the plugin, or several do.
 */
export function callOfApplication(file: NamedFile, repository: string, env: Environment): ApplicationCall | Finding {
  const objects = objectsIn(file);
  if (isFinding(objects)) return { ...objects, file: { path: file.path } };
  const applications = objects.filter((object) => isOfArgoCd(object, "Application"));
  const using = applications.flatMap((application) =>
    sourcesOf(application).flatMap((source) => (usesPlugin(source) ? [{ application, source }] : [])),
  );
  const [only, ...more] = using;
  if (only === undefined) {
    if (applications.length === 0 && objects.some((object) => isOfArgoCd(object, "ApplicationSet"))) {
      const remedy = "give it one of those that `argocd appset generate` makes of it";
      return problem("holds an ApplicationSet and no Application", remedy, file.path);
    }
    if (applications.length === 0) return problem("holds no Application of Argo CD", "name the file of one", file.path);
    const cause = `the Application ${namesOf(applications)} does not name the plugin, so that Argo CD would rewrite nothing`;
    return problem(cause, `set spec.source.plugin.name to ${PLUGIN}`, file.path);
  }
  if (more.length > 0) {
    const cause = `holds several sources that use the plugin: ${namesOf(using.map(({ application }) => application))}`;
    return problem(cause, "leave the one that is meant, or write it into a file of its own", file.path);
  }
  return callOf(only.application, only.source, { path: file.path, repository, env });
}

type Plain = Readonly<Record<string, unknown>>;

function callOf(
  application: Plain,
  source: Plain,
  { path: file, repository, env }: { path: string; repository: string; env: Environment },
): ApplicationCall | Finding {
  const other = OTHER_TYPES.find((type) => isThere(source[type]));
  if (other !== undefined) {
    return problem(`its source has both plugin and ${other}, which Argo CD refuses`, `remove ${other}`, file);
  }
  const { path } = source;
  if (typeof path !== "string" || path === "" || path.startsWith("/") || path.split("/").includes("..")) {
    const cause = "its source has no path that leads from the root of the repository to a folder";
    return problem(cause, "write the folder into spec.source.path, without / before it and without ..", file);
  }
  return {
    folder: join(repository, path),
    env: {
      ...env,
      ARGOCD_APP_NAME: nameOf(application),
      ARGOCD_APP_NAMESPACE: textAt(application, ["spec", "destination", "namespace"]),
      ARGOCD_APP_SOURCE_PATH: path,
      ARGOCD_APP_PARAMETERS: JSON.stringify(valueAt(source, ["plugin", "parameters"]) ?? null),
    },
  };
}

function objectsIn(file: NamedFile): readonly Plain[] | Finding {
  const text = decodeUtf8(file.bytes);
  if (typeof text !== "string") return text;
  const whole = readPlain(text);
  if ("value" in whole && Array.isArray(whole.value)) return whole.value.filter(isRecord);
  const stream = openManifests([file], "Argo CD");
  if (isFinding(stream)) return stream;
  const { manifests, findings } = stream.select(["Application", "ApplicationSet"]);
  const [broken] = [...stream.findings, ...findings];
  return broken ?? manifests.map(({ object }) => object);
}

function isOfArgoCd(object: Plain, kind: string): boolean {
  return object["kind"] === kind && String(object["apiVersion"]).startsWith("argoproj.io/");
}

/** Of `source` and `sources` Argo CD takes the second where both are there (argo-cd: types.go, GetSources). */
function sourcesOf(application: Plain): readonly Plain[] {
  const several = valueAt(application, ["spec", "sources"]);
  const all = Array.isArray(several) && several.length > 0 ? (several as unknown[]) : [];
  return (all.length > 0 ? all : [valueAt(application, ["spec", "source"])]).filter(isRecord);
}

/** A plugin without a name is the one that discovery finds. */
function usesPlugin(source: Plain): boolean {
  const name = valueAt(source, ["plugin", "name"]) ?? "";
  return isRecord(source["plugin"]) && (name === PLUGIN || name === "");
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function namesOf(applications: readonly Plain[]): string {
  return applications.map(nameOf).join(", ");
}

function nameOf(application: Plain): string {
  return textAt(application, ["metadata", "name"]) || "(no name)";
}

function textAt(object: Plain, path: readonly string[]): string {
  const value = valueAt(object, path);
  return typeof value === "string" ? value : "";
}
