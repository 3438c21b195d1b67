/** The known name that an unknown one was probably meant to be. */

/** The names nearest to one that does not exist, where names have no levels. */
export function nearestNames(written: string, names: readonly string[]): string[] {
  const paths = names.map((name) => [name]);
  return nearestKeys(written, [], paths).flat();
}

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
  return candidates.filter(({ distance }) => distance === least && least < Infinity).map(({ path }) => path);
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

/** The edit distance without regard to case, or Infinity if more than about a third of the letters differ. */
function nearDistance(written: string, existing: string): number {
  // The distance takes time by the product of both lengths, and no key is that long.
  if (written.length > 100 || existing === "") return Infinity;
  const distance = editDistance(written.toLowerCase(), existing.toLowerCase());
  return distance <= Math.floor(Math.max(written.length, existing.length) / 3) ? distance : Infinity;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
export function editDistance(one: string, other: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwap = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current[column] = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwap ? (beforePrevious[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[other.length] ?? 0;
}
