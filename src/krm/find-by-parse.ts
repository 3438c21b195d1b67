import { isMap, isScalar, isSeq } from "yaml";
import type { Node } from "yaml";
import { columnOf } from "../yaml/place.ts";
import type { Source } from "../yaml/source.ts";
import { nodeAt } from "../yaml/source.ts";
import type { Item, Part, Stream } from "./stream.ts";

/**
 * Finds the parts of a ResourceList of any shape by a parse of the whole text: flow style, JSON, anchors across items.
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
  if (root.flow !== true && columnOf(root) === 0 && /^(?!\.\.\.).*\n$/m.test(lastLine(source.text))) {
    stream.resultsAt = bytes.length;
  }
  if (root.has("functionConfig")) stream.functionConfig = part(["functionConfig"]);
  if (root.has("results")) stream.results = part(["results"]);
  return stream;
}

function kindOf(node: unknown): string | undefined {
  if (!isMap(node)) return isScalar(node) ? "" : undefined;
  const kind = node.get("kind");
  return typeof kind === "string" ? kind : undefined;
}

/** The last line with its line break; one that says `...` has ended the document. */
function lastLine(text: string): string {
  return text.slice(text.lastIndexOf("\n", text.length - 2) + 1);
}

function isNull(node: Node): boolean {
  return isScalar(node) && node.value === null;
}
