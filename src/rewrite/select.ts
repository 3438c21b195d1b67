import type { Mention } from "../base/manifest.ts";
import type { Selected } from "../stream/stream.ts";

/** Hands out the manifests of some kinds; with `mentioning` it may leave out those that hold none of these. */
export interface Select {
  (kinds: readonly string[], mentioning?: readonly Mention[]): Selected;
  /** The kinds of all items, each once, "" for an item that has none. */
  kindsInStream?: () => readonly string[];
}

/** The manifests that hold one of the names; none where there is no name. */
export function mentioned(select: Select, kinds: readonly string[], names: readonly Mention[]): Selected {
  return names.length === 0 ? { manifests: [], findings: [] } : select(kinds, [...new Set(names)]);
}
