import { nearDistance } from "../base/near.ts";

/** What somebody probably meant who wrote a key or value that does not exist. */

/**
 * The existing keys nearest to an unknown one: same level first, then a key of another level with that name or a dotted
 * spelling of its path. All that are equally near, in the order of `known`; none where nothing is near.
 */
export function nearestKeys(
  written: string,
  level: readonly string[],
  known: readonly (readonly string[])[],
): (readonly string[])[] {
  const candidates = known.map((path) => ({ path, distance: distanceToPath(written, level, path) }));
  const least = Math.min(...candidates.map(({ distance }) => distance));
  if (least === Infinity) return [];
  return candidates.filter(({ distance }) => distance === least).map(({ path }) => path);
}

/** The names nearest to one that does not exist, where names have no levels. */
export function nearestNames(written: string, names: readonly string[]): string[] {
  return nearestKeys(
    written,
    [],
    names.map((name) => [name]),
  ).flat();
}

function distanceToPath(written: string, level: readonly string[], path: readonly string[]): number {
  const isSibling = path.length === level.length + 1 && level.every((key, index) => path[index] === key);
  const byName = nearDistance(written, path.at(-1) ?? "") + (isSibling ? 0 : 0.5);
  // Dotted spellings are tried from each level, so that `spec.agent.name`, `agent.name` and `spec.agnt.name` are all found.
  const dotted = written.includes(".")
    ? path.map((_, start) => nearDistance(written, path.slice(start).join(".")))
    : [];
  return Math.min(byName, ...dotted);
}
