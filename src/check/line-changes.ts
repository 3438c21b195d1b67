/** Lines of the old text that become lines of the new one; positions from 0, the ends behind the last. */
export interface LineChange {
  from: number;
  to: number;
  newFrom: number;
  newTo: number;
}

/** Beyond so many differing lines the middle is told as one change: what is then left to align is noise. */
const MOST_DIFFERENCES = 2000;

/**
 * The lines of bytes, each with its line break, one character a byte, so that what is no UTF-8 survives; only the last
 * may lack its break.
 */
export function linesOf(bytes: Uint8Array): string[] {
  return (
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      .toString("latin1")
      .match(/[^\n]*\n|[^\n]+$/g) ?? []
  );
}

/**
 * The fewest lines to take out and put in (E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986). Lines that
 * are put in stand as far down as they can, as Git shows them.
 */
export function lineChanges(before: readonly string[], after: readonly string[]): LineChange[] {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < most - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const kept = keptLines(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  const pairs = kept.map(([old, fresh]) => [old + head, fresh + head] as const);
  const ends = [...pairs, [before.length - tail, after.length - tail] as const];
  const changes: LineChange[] = [];
  let [from, newFrom] = [head, head];
  for (const [to, newTo] of ends) {
    if (to > from || newTo > newFrom) changes.push({ from, to, newFrom, newTo });
    [from, newFrom] = [to + 1, newTo + 1];
  }
  return changes.map((change, position) => slideDown(change, changes[position + 1], before, after));
}

/** Pairs of positions of lines that stay, in order. */
function keptLines(before: readonly string[], after: readonly string[]): [number, number][] {
  const trace: Map<number, number>[] = [];
  let furthest = new Map([[1, 0]]);
  const most = Math.min(before.length + after.length, MOST_DIFFERENCES);
  for (let differences = 0; differences <= most; differences++) {
    trace.push(furthest);
    const next = new Map<number, number>();
    for (let diagonal = -differences; diagonal <= differences; diagonal += 2) {
      let x = startOn(furthest, diagonal, differences);
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x++;
      next.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return wayBack(trace, before.length, after.length);
    }
    furthest = next;
  }
  return [];
}

function startOn(furthest: ReadonlyMap<number, number>, diagonal: number, differences: number): number {
  const below = furthest.get(diagonal - 1) ?? -1;
  const above = furthest.get(diagonal + 1) ?? -1;
  const isInsertion = diagonal === -differences || (diagonal !== differences && below < above);
  return isInsertion ? above : below + 1;
}

function wayBack(trace: readonly ReadonlyMap<number, number>[], length: number, newLength: number): [number, number][] {
  const kept: [number, number][] = [];
  let [x, y] = [length, newLength];
  for (let differences = trace.length - 1; differences >= 0; differences--) {
    const furthest = trace[differences] ?? new Map<number, number>();
    const diagonal = x - y;
    const start = startOn(furthest, diagonal, differences);
    while (x > start) {
      x--;
      y--;
      kept.push([x, y]);
    }
    if (differences === 0) break;
    const below = furthest.get(diagonal - 1) ?? -1;
    const above = furthest.get(diagonal + 1) ?? -1;
    if (diagonal === -differences || (diagonal !== differences && below < above)) y--;
    else x--;
  }
  return kept.toReversed();
}

/** Lines that are only put in, or only taken out, may stand a line lower where the first equals the one behind them. */
function slideDown(
  change: LineChange,
  next: LineChange | undefined,
  before: readonly string[],
  after: readonly string[],
): LineChange {
  let { from, to, newFrom, newTo } = change;
  if (from < to && newFrom < newTo) return change;
  const lines = from === to ? after : before;
  const end = next?.from ?? before.length;
  while (to + 1 < end && lines[from === to ? newFrom : from] === lines[from === to ? newTo : to]) {
    from++;
    to++;
    newFrom++;
    newTo++;
  }
  return { from, to, newFrom, newTo };
}
