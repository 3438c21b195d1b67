/** Plain data as YAML and JSON share it. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/**
 * What is to become of one node, as data: the same change is carried out on text (`planEdits`) and on plain
 * objects (`applyChange`), so that the two can be held against each other.
 *
 * - `set`: the node has this value afterwards, whatever stood there.
 * - `remove`: the node's key, or its place in the list, is gone afterwards.
 * - `map`: each entry's change is made below the key; a key that is not there is appended in the order given.
 * - `list`: the changes at positions that are there (from 0), then new elements at the end.
 * - `document`: the node is a string that holds a YAML or JSON document, and the change is made inside of it.
 */
export type Change =
  | { readonly kind: "set"; readonly value: Value }
  | { readonly kind: "remove" }
  | { readonly kind: "map"; readonly entries: ReadonlyMap<string, Change> }
  | { readonly kind: "list"; readonly at: ReadonlyMap<number, Change>; readonly append: readonly Value[] }
  | { readonly kind: "document"; readonly format: "yaml" | "json"; readonly change: Change };

/** The change that gives a node this value. */
export function set(value: Value): Change {
  return { kind: "set", value };
}

/** The change that takes a node away. */
export const remove: Change = { kind: "remove" };

/** The change below some keys of a map; pairs whose change is undefined are left out. */
export function inMap(entries: Iterable<readonly [string, Change | undefined]>): Change | undefined {
  const wanted = new Map<string, Change>();
  for (const [key, change] of entries) {
    if (change !== undefined) wanted.set(key, change);
  }
  return wanted.size === 0 ? undefined : { kind: "map", entries: wanted };
}

/** The change at some positions of a list and at its end; undefined when nothing is to be done. */
export function inList(places: ReadonlyMap<number, Change>, append: readonly Value[] = []): Change | undefined {
  return places.size === 0 && append.length === 0 ? undefined : { kind: "list", at: places, append };
}

/** The change inside of a string that holds a document of its own. */
export function inDocument(format: "yaml" | "json", change: Change | undefined): Change | undefined {
  return change === undefined ? undefined : { kind: "document", format, change };
}

/** A change as seen from further up: at a path of keys and positions below the node it is made at. */
export function at(path: readonly (string | number)[], change: Change): Change {
  const [step, ...rest] = path;
  if (step === undefined) return change;
  const inner = at(rest, change);
  return typeof step === "number"
    ? { kind: "list", at: new Map([[step, inner]]), append: [] }
    : { kind: "map", entries: new Map([[step, inner]]) };
}

/** Two changes of one node as one. Throws when both decide the same value, which is a bug in their planner. */
export function merge(first: Change, second: Change): Change {
  if (first.kind === "map" && second.kind === "map") {
    return { kind: "map", entries: mergeEach(first.entries, second.entries) };
  }
  if (first.kind === "list" && second.kind === "list") {
    return { kind: "list", at: mergeEach(first.at, second.at), append: [...first.append, ...second.append] };
  }
  throw new Error(`a ${first.kind} and a ${second.kind} of the same node`);
}

function mergeEach<Key>(first: ReadonlyMap<Key, Change>, second: ReadonlyMap<Key, Change>): Map<Key, Change> {
  const merged = new Map(first);
  for (const [key, change] of second) {
    const other = merged.get(key);
    merged.set(key, other === undefined ? change : merge(other, change));
  }
  return merged;
}
