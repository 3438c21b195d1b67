import type { Change, Value } from "./change.ts";
import { changeDocument } from "./change-document.ts";
import { isList, isMap } from "./print.ts";

/**
 * The value with a change made, as a new object; undefined when the change removes it.
 * Keys keep their order and new ones come last. Throws where a change expects a list and finds something else,
 * because the planner of the change has looked at the value before.
 */
export function applyChange(value: Value | undefined, change: Change): Value | undefined {
  switch (change.kind) {
    case "set":
      return change.value;
    case "remove":
      return undefined;
    case "map":
      return applyToMap(value, change.entries);
    case "list":
      return applyToList(value, change.at, change.append);
    case "document":
      return changeDocument(documentIn(value), change.format, change.change);
  }
}

function documentIn(value: Value | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "string") throw new Error("a document must stand in a string");
  return value;
}

function applyToMap(value: Value | undefined, entries: ReadonlyMap<string, Change>): Value {
  const result = new Map(isMap(value) ? Object.entries(value) : []);
  for (const [key, change] of entries) {
    const changed = applyChange(result.get(key), change);
    if (changed === undefined) result.delete(key);
    else result.set(key, changed);
  }
  return Object.fromEntries(result);
}

function applyToList(value: Value | undefined, at: ReadonlyMap<number, Change>, append: readonly Value[]): Value {
  if (value !== undefined && value !== null && !isList(value)) throw new Error("a list change needs a list");
  const kept = (isList(value) ? value : []).flatMap((element, position) => {
    const change = at.get(position);
    const changed = change === undefined ? element : applyChange(element, change);
    return changed === undefined ? [] : [changed];
  });
  return [...kept, ...append];
}
