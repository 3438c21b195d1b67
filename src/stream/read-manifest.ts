import type { Manifest, ResourceRef, SourceFile } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";

/** Where hosts keep the file that a resource came from, and which of its documents it is; the older spelling second. */
const PATH_ANNOTATIONS = ["internal.config.kubernetes.io/path", "config.kubernetes.io/path"] as const;
const INDEX_ANNOTATIONS = ["internal.config.kubernetes.io/index", "config.kubernetes.io/index"] as const;

/** Where kustomize keeps the names a resource had before prefixes and suffixes, oldest first, separated by commas. */
const PREVIOUS_NAMES_ANNOTATION = "internal.config.kubernetes.io/previousNames";

/** A resource's plain data as a Manifest; undefined for what is no map. Missing fields of its identity become "". */
export function readManifest(value: unknown): Manifest | undefined {
  if (!isRecord(value)) return undefined;
  const metadata = isRecord(value["metadata"]) ? value["metadata"] : {};
  const annotations = strings(metadata["annotations"]);
  const previous = annotations[PREVIOUS_NAMES_ANNOTATION];
  const ref: ResourceRef = {
    apiVersion: text(value["apiVersion"]),
    kind: text(value["kind"]),
    name: text(metadata["name"]),
  };
  if (typeof metadata["namespace"] === "string") ref.namespace = metadata["namespace"];
  const manifest: Manifest = {
    ref,
    previousNames: previous === undefined ? [] : previous.split(",").filter((name) => name !== ""),
    labels: strings(metadata["labels"]),
    annotations,
    object: value,
  };
  const file = sourceFile(annotations);
  if (file) manifest.file = file;
  return manifest;
}

function sourceFile(annotations: Readonly<Record<string, string>>): SourceFile | undefined {
  const path = firstOf(annotations, PATH_ANNOTATIONS);
  if (path === undefined) return undefined;
  const index = firstOf(annotations, INDEX_ANNOTATIONS);
  return index !== undefined && /^\d+$/.test(index) ? { path, index: Number(index) } : { path };
}

function firstOf(
  annotations: Readonly<Record<string, string>>,
  [name, legacy]: readonly [string, string],
): string | undefined {
  return annotations[name] ?? annotations[legacy];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Labels and annotations; a number or boolean without its quotes reads as the text in the file. */
function strings(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  const scalars = Object.entries(value).filter(([, inner]) => ["string", "number", "boolean"].includes(typeof inner));
  return Object.fromEntries(scalars.map(([key, inner]) => [key, String(inner)]));
}
