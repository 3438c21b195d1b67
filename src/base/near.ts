/** The value of an enumeration nearest to what was written, or undefined where none is near. */
export function nearestValue(written: string, values: readonly string[]): string | undefined {
  const candidates = values.map((value) => ({ value, distance: nearDistance(written, value) }));
  candidates.sort((one, other) => one.distance - other.distance);
  return candidates[0] && candidates[0].distance < Infinity ? candidates[0].value : undefined;
}

/** The edit distance without regard to case, or Infinity if more than about a third of the letters differ. */
export function nearDistance(written: string, existing: string): number {
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
