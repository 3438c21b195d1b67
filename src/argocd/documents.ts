import { apiVersion, kind } from "../config/constants.ts";
import type { Finding } from "../base/finding.ts";
import { findDocuments } from "../stream/find-documents.ts";
import { readManifest } from "../stream/read-manifest.ts";
import { lineBreaksIn, lineNumbers } from "../stream/line-numbers.ts";
import { isFinding, readPart } from "../stream/read-part.ts";
import type { Item, Stream } from "../stream/stream.ts";
import { changePart, writeStream } from "../stream/write-stream.ts";
import type { Replacements } from "../stream/write-stream.ts";
import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { inMap, remove } from "../yaml/edit/change.ts";
import type { Change } from "../yaml/edit/change.ts";

/** Annotations of hosts, with which they address each other; in a cluster they would be compared and mean nothing. */
const HOST_PREFIXES = ["config.kubernetes.io/", "internal.config.kubernetes.io/"];

const KUSTOMIZATION = "Kustomization";

const LOCAL_CONFIG = "config.kubernetes.io/local-config";

/** What a rendered stream holds besides the resources of the cluster. */
export interface Sorted {
  bytes: Uint8Array;
  /** The InterceptBackends items, in order. */
  configs: Manifest[];
  /** The number of resources that are left. */
  resources: number;
  /** Where lines were taken out: the first one, from 1, and how many. */
  gaps: { line: number; count: number }[];
  findings: Finding[];
}

/**
 * Takes out of a stream what is not for the cluster: InterceptBackends, items with
 * `config.kubernetes.io/local-config: "true"` (functions-spec.md; Argo CD would apply them), and documents without content.
 * What is no resource and lists of what the function has to see are errors, because Argo CD would take the lists apart
 * behind it (argo-cd: util/kube, SplitYAML and reposerver/repository, flatten of `items`).
 */
export function sortOut(bytes: Uint8Array): Sorted {
  const stream = findDocuments(bytes);
  const lineOf = lineNumbers(bytes);
  const sorted: Sorted = { bytes, configs: [], resources: 0, gaps: [], findings: [] };
  const out: [number, { end: number; text: string }][] = [];
  for (const item of stream.items) {
    const verdict = judge(stream, item);
    if (verdict === "resource") {
      sorted.resources += 1;
      continue;
    }
    const line = lineOf(item.start);
    out.push([item.start, { end: item.end, text: "" }]);
    sorted.gaps.push({ line, count: lineBreaksIn(bytes.subarray(item.start, item.end)) });
    if (verdict === "not for the cluster") continue;
    if ("severity" in verdict) sorted.findings.push({ position: { line, column: 1 }, ...verdict });
    else sorted.configs.push(verdict);
  }
  return { ...sorted, bytes: Buffer.concat(writeStream(stream, new Map(out))) };
}

/** What an item is; a finding without a position is about where it starts. */
function judge(stream: Stream, item: Item): "resource" | "not for the cluster" | Manifest | Finding {
  const text = regionOf(stream, item);
  const isPlain =
    item.kind !== undefined && !["", kind, KUSTOMIZATION].includes(item.kind) && !item.kind.endsWith("List");
  if (isPlain && !text.includes(LOCAL_CONFIG)) return "resource";
  const read = readPart(stream, item);
  if (isFinding(read)) return read;
  if (read.value === null || read.value === undefined) return "not for the cluster";
  const manifest = readManifest(read.value);
  if (manifest === undefined || manifest.ref.kind === "" || manifest.ref.apiVersion === "") {
    return notAResource();
  }
  if (manifest.ref.kind === kind && manifest.ref.apiVersion.split("/")[0] === apiVersion.split("/")[0]) return manifest;
  if (manifest.annotations[LOCAL_CONFIG] === "true") return "not for the cluster";
  if (manifest.ref.kind === KUSTOMIZATION && manifest.ref.apiVersion.startsWith("kustomize.")) {
    return notAResource("a Kustomization");
  }
  return hiddenList(manifest) ?? "resource";
}

function notAResource(what = "a document without apiVersion and kind"): Finding {
  return {
    severity: "error",
    cause: `${what} is no resource of the cluster`,
    remedy: "leave its file out with the parameter directory.exclude, or make it a resource",
  };
}

function hiddenList({ ref, object }: Manifest): Finding | undefined {
  const items = Array.isArray(object["items"]) ? (object["items"] as unknown[]) : [];
  if (ref.kind !== "ResourceList" && ref.kind !== "MetricPipelineList" && !items.some(isSeen)) return undefined;
  return {
    severity: "error",
    cause: "the function does not see what stands in a list",
    remedy: "write each resource as a document of its own, with --- between them",
    resource: ref,
  };
}

function isSeen(item: unknown): boolean {
  return isRecord(item) && ["MetricPipeline", "DaemonSet", kind].includes(String(item["kind"]));
}

/**
 * Takes the hosts' annotations off the resources that carry some; the text of all others stays. An error for a resource
 * whose text cannot be edited that way.
 */
export function stripAnnotations(bytes: Uint8Array): { output: Uint8Array[]; findings: Finding[] } {
  const stream = findDocuments(bytes);
  const replacements = new Map<number, { end: number; text: string }>();
  const findings: Finding[] = [];
  for (const item of stream.items) {
    if (!regionOf(stream, item).includes(HOST_PREFIXES[0] ?? "")) continue;
    const read = readPart(stream, item);
    const manifest = isFinding(read) ? undefined : readManifest(read.value);
    if (isFinding(read) || manifest === undefined) continue;
    const change = withoutHostAnnotations(manifest);
    if (change === undefined) continue;
    const changed: Replacements | undefined = changePart(stream, item, change);
    if (changed === undefined) findings.push(notEditable(manifest));
    else for (const [start, replacement] of changed) replacements.set(start, replacement);
  }
  return { output: writeStream(stream, replacements), findings };
}

function withoutHostAnnotations({ object }: Manifest): Change | undefined {
  const metadata = isRecord(object["metadata"]) ? object["metadata"] : {};
  const annotations = isRecord(metadata["annotations"]) ? metadata["annotations"] : {};
  const keys = Object.keys(annotations);
  const hosts = keys.filter((key) => HOST_PREFIXES.some((prefix) => key.startsWith(prefix)));
  if (hosts.length === 0) return undefined;
  const change = hosts.length === keys.length ? remove : inMap(hosts.map((key) => [key, remove]));
  return inMap([["metadata", inMap([["annotations", change]])]]);
}

function notEditable({ ref }: Manifest): Finding {
  return {
    severity: "error",
    cause: "the annotations config.kubernetes.io/… cannot be taken off without touching more than is needed",
    remedy: "remove them, or write its metadata in plain block style, without anchors, tags or merge keys",
    resource: ref,
  };
}

function regionOf({ bytes }: Stream, { start, end }: Item): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
}
