/** One step of a field's path: a dot and a name, a position in brackets, or a key in brackets and quotes. */
const STEP = /\.?([\w-]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;

/**
 * A path in the form of `Field.path`, taken apart into keys and positions; as far as it can be read, since it only leads to
 * a place to point at.
 */
export function stepsOf(path: string): (string | number)[] {
  const steps: (string | number)[] = [];
  const step = new RegExp(STEP);
  for (let found = step.exec(path); found !== null; found = step.exec(path)) {
    const [, name, position, quoted] = found;
    if (position !== undefined) steps.push(Number(position));
    else steps.push(quoted === undefined ? (name ?? "") : (JSON.parse(quoted) as string));
  }
  return steps;
}
