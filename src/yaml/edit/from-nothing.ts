import type { Change, Value } from "./change.ts";
import { PLAIN_LAYOUT, printFlow, printPairs, isMap } from "./print.ts";

/** The value that a change makes where nothing stands; undefined for a removal, which has nothing to do there. */
export function fromNothing(change: Change): Value | undefined {
  switch (change.kind) {
    case "set":
      return change.value;
    case "remove":
      return undefined;
    case "list":
      return change.append.length === 0 ? undefined : change.append;
    case "document": {
      const value = fromNothing(change.change);
      return value === undefined ? undefined : printDocument(value, change.format);
    }
    case "map": {
      const made = [...change.entries].flatMap(([key, inner]) => {
        const value = fromNothing(inner);
        return value === undefined ? [] : [[key, value] as const];
      });
      return made.length === 0 ? undefined : Object.fromEntries(made);
    }
  }
}

/** A whole document: JSON on one line without a line break, or block YAML that ends with one. */
export function printDocument(value: Value, format: "yaml" | "json"): string {
  if (format === "json") return printFlow(value, "json");
  return isMap(value) ? `${printPairs(value, PLAIN_LAYOUT).join("\n")}\n` : `${printFlow(value, "flow")}\n`;
}
