import type { Node } from "../yaml/node.ts";
import { pairOf } from "../yaml/node.ts";
import type { Source } from "../yaml/source.ts";
import { nodeAt } from "../yaml/source.ts";
import type { Item, Part, Stream } from "./stream.ts";

/**
 * Finds the parts of a ResourceList of any shape by a parse of the whole text: flow style, anchors across items.
 * Every part is then the whole text with the path to its node. Returns a sentence that says why when the text is no
 * ResourceList.
 */
export function findByParse(bytes: Uint8Array, start: number, source: Source): Stream | string {
  const { root } = source;
  if (root?.kind !== "map") return "the input is not a map but a ResourceList has to be one";
  const head = new Map<string, string>();
  for (const key of ["apiVersion", "kind"]) {
    const value = pairOf(root, key)?.value;
    if (value?.kind === "scalar" && typeof value.value === "string") head.set(key, value.value);
  }
  const part = (path: (string | number)[]): Part => ({ start, end: bytes.length, path });
  const stream: Stream = {
    bytes,
    way: "full parse",
    items: [],
    head,
    whole: source,
    manifests: new Map(),
    parses: 1,
    resultsAt: "root",
  };
  const items = nodeAt(source, ["items"]);
  if (items?.kind === "list") {
    stream.items = items.elements.map(({ node }, position): Item => ({
      ...part(["items", position]),
      kind: kindOf(node),
    }));
  } else if (items !== undefined && !isNull(items)) {
    return "items is not a list";
  }
  // Behind a line that says `...` the document has ended.
  const canAppend = source.text.endsWith("\n") && !/^(?:---|\.\.\.)(?:\s|$)/m.test(source.text);
  if (!root.flow && root.column === 0 && canAppend) stream.resultsAt = { offset: bytes.length };
  if (pairOf(root, "functionConfig")) stream.functionConfig = part(["functionConfig"]);
  if (pairOf(root, "results")) stream.results = part(["results"]);
  return stream;
}

function kindOf(node: Node): string | undefined {
  if (node.kind !== "map") return node.kind === "scalar" ? "" : undefined;
  const kind = pairOf(node, "kind")?.value;
  return kind?.kind === "scalar" && typeof kind.value === "string" ? kind.value : undefined;
}

function isNull(node: Node): boolean {
  return node.kind === "scalar" && node.value === null;
}
