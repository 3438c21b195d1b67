import { diffArrays } from "diff";

/** Lines of the old text that become lines of the new one; positions from 0, the ends exclusive. */
export interface LineChange {
  from: number;
  to: number;
  newFrom: number;
  newTo: number;
}

/** The time of a diff grows with the number of differences; texts that differ more are one change. */
const MOST_DIFFERENCES = 2000;

/** The fewest lines to remove and add; lines that are added stand as far down as they can, as Git shows them. */
export function lineChanges(before: readonly string[], after: readonly string[]): LineChange[] {
  const parts = diffArrays([...before], [...after], { maxEditLength: MOST_DIFFERENCES });
  if (parts === undefined) return [middle(before, after)];
  const changes: LineChange[] = [];
  let [from, newFrom] = [0, 0];
  for (const { added, removed, count } of parts) {
    const [to, newTo] = [added ? from : from + count, removed ? newFrom : newFrom + count];
    if (added || removed) {
      const last = changes.at(-1);
      if (last?.to === from && last.newTo === newFrom) Object.assign(last, { to, newTo });
      else changes.push({ from, to, newFrom, newTo });
    }
    [from, newFrom] = [to, newTo];
  }
  return changes;
}

function middle(before: readonly string[], after: readonly string[]): LineChange {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from++;
  let tail = 0;
  while (tail < most - from && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return { from, to: before.length - tail, newFrom: from, newTo: after.length - tail };
}
