import type { Finding } from "./finding.ts";

/** The identity of a resource as a KRM `resourceRef` names it (functions-spec.md, `results[].resourceRef`). */
export interface ResourceRef {
  apiVersion: string;
  kind: string;
  name: string;
  /** Absent for a cluster-scoped resource, or where the manifest leaves the namespace to the host. */
  namespace?: string;
}

/** The file that an item came from, from the host's `path` and `index` annotations (functions-spec.md). */
export interface SourceFile {
  /** Relative to the package or the working directory, with forward slashes. */
  path: string;
  /** Position of the document in a file of several, from 0. */
  index?: number;
}

/**
 * What the text of a resource must hold for it to matter: one word, or all of several and something like a pattern. It is
 * tried on the text as it is written, so a pattern must not count on one style of YAML or JSON.
 */
export type Mention = string | { all: readonly string[]; like?: RegExp };

/**
 * One resource of the stream as plain data: what the rules read. Its text is the business of `stream` and `yaml`.
 * Nothing of `object` has been validated but that it is a map.
 */
export interface Manifest {
  ref: ResourceRef;
  /** Names that the resource had before kustomize renamed it (`internal.config.kubernetes.io/previousNames`), oldest first. */
  previousNames: readonly string[];
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  /** Absent without a host annotation, as in a stream written by hand. */
  file?: SourceFile;
  /** The file of the call that it was read from, where there are several. */
  origin?: string;
  /** Where its text has a key twice: an error for every reader that relies on the manifest. */
  repeatedKey?: Finding;
  object: Readonly<Record<string, unknown>>;
}

/** True for a resource that is kept from the cluster, so that nothing in it reaches the agent (functions-spec.md, local-config). */
export function isLocalConfig({ annotations }: Manifest): boolean {
  return annotations["config.kubernetes.io/local-config"] === "true";
}
