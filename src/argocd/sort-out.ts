import { findingAt, problem, withoutRepeats, type Finding } from "../base/finding.ts";
import { isLocalConfig, type Manifest } from "../base/manifest.ts";
import { valueAt } from "../config/fields.ts";
import { configsAmongItems } from "../rewrite/passes.ts";
import type { Stream } from "../stream/stream.ts";
import { inMap, remove, type Change } from "../yaml/edit/change.ts";

/** Annotations of hosts, with which they address each other; in a cluster they would be compared and mean nothing. */
const HOST_PREFIXES = ["config.kubernetes.io/", "internal.config.kubernetes.io/"];

/** What a rendered stream holds besides the resources of the cluster. */
export interface Sorted {
  /** The InterceptBackends, in order. */
  configs: readonly Manifest[];
  /** The number of resources that are left. */
  resources: number;
  findings: readonly Finding[];
}

/**
 * Takes out of a stream what is not for the cluster: InterceptBackends and items with
 * `config.kubernetes.io/local-config: "true"` (functions-spec.md; Argo CD would apply them). What is no resource is an error.
 */
export function sortOut(stream: Stream): Sorted {
  const own = configsAmongItems(stream);
  const configs = own.manifests;
  const local = stream
    .mentioning("config.kubernetes.io/local-config")
    .manifests.filter((manifest) => isLocalConfig(manifest) && !configs.includes(manifest));
  const out = [...configs, ...local];
  const nameless = stream.select([""]);
  const kustomizations = stream
    .select(["Kustomization"])
    .manifests.filter(
      (manifest) => manifest.ref.apiVersion.startsWith("kustomize.config.k8s.io/") && !local.includes(manifest),
    );
  const findings = [
    ...stream.findings,
    ...own.findings,
    ...nameless.findings,
    ...nameless.manifests.map((manifest) => notAResource(stream, manifest, "a document without apiVersion and kind")),
    ...kustomizations.map((manifest) => notAResource(stream, manifest, "a Kustomization")),
    ...out.flatMap((manifest) => (stream.drop(manifest) ? [] : notEditable(manifest))),
  ];
  return {
    configs: configs.map((manifest) => stream.asFunctionConfig(manifest)),
    resources: stream.effort.items - out.length,
    findings: withoutRepeats(findings),
  };
}

function notAResource(stream: Stream, manifest: Manifest, what: string): Finding {
  const place = stream.placeOf(findingAt(manifest, "error", { cause: "" }));
  const cause = `${what} is no resource of the cluster`;
  const remedy = "leave its file out with the parameter directory.exclude, or make it a resource";
  return { ...problem(cause, remedy, place?.path), ...(place && { position: { line: place.line, column: 1 } }) };
}

/**
 * Takes the hosts' annotations off the resources that carry some; the text of all others stays. An error for a resource
 * whose text cannot be edited that way.
 */
export function stripAnnotations(stream: Stream): Finding[] {
  return stream.mentioning(HOST_PREFIXES[0] ?? "").manifests.flatMap((manifest) => {
    const change = withoutHostAnnotations(manifest);
    return change === undefined || stream.edit(manifest, change) ? [] : notEditable(manifest);
  });
}

function withoutHostAnnotations({ object }: Manifest): Change | undefined {
  const keys = Object.keys(valueAt(object, ["metadata", "annotations"]) ?? {});
  const hosts = keys.filter((key) => HOST_PREFIXES.some((prefix) => key.startsWith(prefix)));
  if (hosts.length === 0) return undefined;
  const change = hosts.length === keys.length ? remove : inMap(hosts.map((key) => [key, remove]));
  return inMap([["metadata", inMap([["annotations", change]])]]);
}

function notEditable({ ref }: Manifest): Finding {
  const cause = "the annotations config.kubernetes.io/… cannot be taken off without touching more than is needed";
  const remedy = "remove them, or write its metadata in plain block style, without anchors, tags or merge keys";
  return { ...problem(cause, remedy), resource: ref };
}
