import type { Node } from "./node.ts";

/** What a node means as plain data, for nodes without aliases and merge keys, whose keys are strings. */
export function plainOf(node: Node): unknown {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "list":
      return node.elements.map((element) => plainOf(element.node));
    case "map": {
      const plain: Record<string, unknown> = {};
      for (const { key, value } of node.pairs) {
        const name = key.kind === "scalar" ? String(key.value) : "";
        const inner = value === undefined ? null : plainOf(value);
        // Assigned, this one key would set what the object inherits from.
        if (name === "__proto__")
          Object.defineProperty(plain, name, { value: inner, writable: true, enumerable: true, configurable: true });
        else plain[name] = inner;
      }
      return plain;
    }
    case "alias":
      throw new Error("an alias means nothing without its anchor");
  }
}
