import { isRecord } from "../base/record.ts";
import { openManifests } from "../stream/open-stream.ts";
import { isFinding } from "../stream/problem.ts";
import { readPlain } from "../yaml/parse.ts";
import { failWords } from "./chart-words.ts";

/** A file that a renderer was given, under the name by which its author knows it. */
export interface GivenFile {
  name: string;
  bytes: Uint8Array;
}

/** Why a renderer failed, as far as it may be shown, and what to do where that is known. */
export interface Reason {
  words: string;
  remedy?: string;
}

/**
 * The sentences of renderers that are shown, with what may stand in them: `{id}` a resource, `{name}` a name or the path of a
 * field, `{line}` digits, `{yaml}` a sentence of the YAML reader. A name is shown only if it is the name of something in the
 * files, and nothing else that a renderer says is: it quotes whole patches, literals and values, which may be those of a
 * Secret (kustomize: kusttarget.go, configureBuiltinPlugin; kv.go; helm: `fail`).
 */
const SENTENCES = [
  "may not add resource with an already registered id: {id}",
  "no matches for Id {id}",
  "failed to find unique target for patch {id}",
  "nothing selected by {id}",
  "multiple matches for selector {id}",
  "fieldPath `{name}` is missing for replacement source {id}",
  'unable to find field "{name}" in replacement target',
  "unable to find or create field",
  "yaml: line {line}: {yaml}",
  "yaml: {yaml}",
  "missing metadata.name",
  "missing kind",
  "missing Resource metadata",
  "kustomization.yaml is empty",
  "must specify one of patch and path",
  "patch and path can't be set at the same time",
  "unable to parse SM or JSON patch",
  "illegally qualifies as both an SM and JSON patch",
  "must specify a target for JSON patch",
  "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field",
  'operation does not apply: doc is missing path: "{name}"',
  "operation does not apply: doc is missing path: {name}",
  "operation does not apply",
  "testing value {name} failed",
  "invalid literal source",
  "a configmap must have a name",
  "illegally repeats the key",
  "does not exist; cannot merge or replace",
  "exists; must merge or replace",
  "expected kind != 'Component'",
  "expected kind 'Component'",
  "cycle detected",
  "cannot be mapped to a field in the set of known resources",
  "field specified in var",
  "already encountered",
  "the specified OpenAPI version is not built in",
  "mapping key",
  "namespace transformation produces ID conflict",
  "not a transformer",
  "not a generator",
  "conflicting fieldspecs",
  "empty item at",
  "valuesMerge must be one of",
  "json: cannot unmarshal",
  "json: unknown field",
  // From here on, helm's.
  "Chart.yaml file is missing",
  "chart requires kubeVersion",
  "chart metadata is required",
  "validation: chart.metadata.name is required",
  "cannot load values.yaml",
  "wrong number of args for {name}",
  'function "{name}" not defined',
  "nil pointer evaluating interface {}.{name}",
  "can't evaluate field {name} in type",
  "map has no entry for key",
  "no template",
  "wrong type for value",
  "incompatible types for comparison",
  "unclosed action",
  "unexpected",
  "file not found",
  "status code",
  "no such host",
  "connection refused",
] as const;

/** What go-yaml says of a text that it cannot read, as far as it holds nothing of the text (go-yaml: scannerc.go, parserc.go). */
const YAML = [
  "did not find expected",
  "could not find expected",
  "mapping values are not allowed in this context",
  "found character that cannot start any token",
  "found a tab character that violates indentation",
  "found unexpected end of stream",
  "found unknown escape character",
  "found undefined tag handle",
  "block sequence entries are not allowed in this context",
  "block collection entries are not allowed in this context",
  "control characters are not allowed",
  "invalid leading UTF-8 octet",
  "unknown anchor",
  "document contains excessive aliasing",
  "anchor contains itself",
];

const FORMS: Readonly<Record<string, string>> = {
  id: `(?<id>[A-Z]\\w*\\.\\S*?/[^\\s'";]+)`,
  name: `(?<name>[^\\s'"\`:;]+)`,
  line: "(?<line>\\d+)",
  yaml: `(?<yaml>${YAML.join("|")})`,
};

const PATTERNS = SENTENCES.map((sentence) => {
  const pattern = sentence
    .split(/(\{\w+\})/)
    .map((part) => FORMS[part.slice(1, -1)] ?? part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("");
  return { sentence, pattern: new RegExp(pattern) };
});

/** What may be shown of what a renderer said on standard error; undefined where that is nothing. */
export function reasonOf(stderr: string, files: readonly GivenFile[]): Reason | undefined {
  // What helm's charts lack is a list of their names (helm: pkg/action/action.go, CheckDependencies).
  if (/found in Chart\.yaml, but missing in charts\/ directory/.test(stderr)) {
    const words = "dependencies of Chart.yaml are missing in its charts folder";
    return { words, remedy: "vendor it with helm dependency build, and commit what that writes" };
  }
  const broken = /values don't meet the specifications of the schema/.test(stderr);
  if (broken) return { words: `values are not what values.schema.json asks for${valuesAt(stderr)}` };
  const template = templateOf(stderr, files);
  const words =
    (template && failWords(stderr, template.text, template.position)) ?? sentenceIn(stderr, files, template?.text);
  const place = template?.place ?? fileOf(stderr, files);
  if (words === undefined && place === undefined) return undefined;
  return { words: [place, words].filter((part) => part !== undefined).join(": ") };
}

function sentenceIn(stderr: string, files: readonly GivenFile[], template: string | undefined): string | undefined {
  for (const { sentence, pattern } of PATTERNS) {
    const groups = pattern.exec(stderr);
    if (groups === null) continue;
    const { id, name, line, yaml } = groups.groups ?? {};
    const isKnown = (word: string): boolean =>
      template === undefined ? namesIn(files).has(word) : new RegExp(`\\b${escaped(word)}\\b`).test(template);
    const shown: Record<string, string | undefined> = { id: id && idOf(id, isKnown), line, yaml };
    if (name !== undefined) shown["name"] = isKnown(name) ? name : "…";
    return sentence.replace(/\{(\w+)\}/g, (whole, key: string) => shown[key] ?? whole);
  }
  return undefined;
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** `ConfigMap.v1.[noGrp]/words.[noNs]` as `ConfigMap/words` (kyaml: resid). */
function idOf(id: string, isKnown: (word: string) => boolean): string {
  const slash = id.lastIndexOf("/");
  const kind = id.slice(0, id.indexOf("."));
  const name = id.slice(slash + 1, id.lastIndexOf("."));
  return `${isKnown(kind) ? kind : "…"}/${isKnown(name) ? name : "…"}`;
}

/** The places in the values that a schema refuses: their keys, never what stands there. */
function valuesAt(stderr: string): string {
  const places = [...stderr.matchAll(/^\s*- at '((?:\/[\w.-]{1,60})+)': /gm)].map(([, path = ""]) => path);
  return places.length === 0 ? "" : `, at ${[...new Set(places)].slice(0, 10).join(", ")}`;
}

/** The template that helm says has failed, and where: 3 in one line, 4 with the place alone in the first one. */
function templateOf(
  stderr: string,
  files: readonly GivenFile[],
): { text: string; place: string; position: number } | undefined {
  const found =
    /(?:at \(|template: |error on |parse error at \(|^Error: (?=[\w./ -]+:\d+:\d+\n))([\w./ -]+?)(?::(\d+))?(?::\d+)?[):\s]/.exec(
      stderr,
    );
  const [, path = "", line] = found ?? [];
  // The first part is the name of the chart.
  const file = nameEnding(files, path.slice(path.indexOf("/") + 1));
  if (!found || file === undefined) return undefined;
  const place = line === undefined ? file.name : `${file.name}:${line}`;
  return { text: Buffer.from(file.bytes).toString("utf8"), place, position: Number(line ?? 0) };
}

/** The file that kustomize says has failed. */
function fileOf(stderr: string, files: readonly GivenFile[]): string | undefined {
  const named = [...stderr.matchAll(/(?:resources from '|in File: |from \[path: ")([^'"\n]+?)(?=['"\n]|$)/g)].at(
    -1,
  )?.[1];
  return named === undefined ? undefined : nameEnding(files, named.replace(/^(?:\.\.?\/)+/, ""))?.name;
}

function nameEnding(files: readonly GivenFile[], path: string): GivenFile | undefined {
  return path === "" ? undefined : files.find(({ name }) => name === path || name.endsWith(`/${path}`));
}

const NAMING = new Set(["apiVersion", "kind", "name", "namespace", "path", "fieldPath", "fieldPaths", "fieldpath"]);

/** What files call things: names, kinds and paths of fields. What stands below the data of a Secret or ConfigMap is none. */
function namesIn(files: readonly GivenFile[]): Set<string> {
  const names = new Set<string>();
  const collect = (value: unknown, key: string): void => {
    if (typeof value === "string") {
      if (NAMING.has(key)) names.add(value);
      if (key === "patch") collectText(value);
    } else if (Array.isArray(value)) for (const element of value) collect(element, key);
    else if (isRecord(value)) {
      for (const [inner, below] of Object.entries(value)) {
        if (inner !== "data" && inner !== "stringData" && inner !== "literals") collect(below, inner);
      }
    }
  };
  const collectText = (text: string): void => {
    const read = readPlain(text);
    if ("value" in read) collect(read.value, "");
  };
  for (const { name, bytes } of files) {
    if (!/\.(?:ya?ml|json)$|Kustomization$/i.test(name)) continue;
    const stream = openManifests([{ path: name, bytes }]);
    if (isFinding(stream)) continue;
    for (const { object } of stream.select(stream.kinds).manifests) collect(object, "");
    collectText(Buffer.from(bytes).toString("utf8"));
  }
  return names;
}
