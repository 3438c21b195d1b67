import { isMap, isScalar, isSeq } from "yaml";
import type { Node } from "yaml";
import { columnOf } from "../yaml/place.ts";
import type { Source } from "../yaml/source.ts";
import { nodeAt } from "../yaml/source.ts";
import type { Item, Part, Stream } from "./stream.ts";

/**
 * Finds the parts of a ResourceList of any shape by a parse of the whole text: flow style, anchors across items.
 * Every part is then the whole text with the path to its node. Returns a sentence that says why when the text is no
 * ResourceList.
 */
export function findByParse(bytes: Uint8Array, start: number, source: Source): Stream | string {
  const root = source.document.contents;
  if (!isMap(root)) return "the input is not a map but a ResourceList has to be one";
  const head = new Map<string, string>();
  for (const key of ["apiVersion", "kind"]) {
    const value = root.get(key);
    if (typeof value === "string") head.set(key, value);
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
  if (isSeq(items)) {
    stream.items = items.items.map((node, position): Item => ({ ...part(["items", position]), kind: kindOf(node) }));
  } else if (items !== undefined && !isNull(items)) {
    return "items is not a list";
  }
  // Behind a line that says `...` the document has ended.
  const canAppend = source.text.endsWith("\n") && !/^(?:---|\.\.\.)(?:\s|$)/m.test(source.text);
  if (root.flow !== true && columnOf(root) === 0 && canAppend) stream.resultsAt = { offset: bytes.length };
  if (root.has("functionConfig")) stream.functionConfig = part(["functionConfig"]);
  if (root.has("results")) stream.results = part(["results"]);
  return stream;
}

function kindOf(node: unknown): string | undefined {
  if (!isMap(node)) return isScalar(node) ? "" : undefined;
  const kind = node.get("kind");
  return typeof kind === "string" ? kind : undefined;
}

function isNull(node: Node): boolean {
  return isScalar(node) && node.value === null;
}
