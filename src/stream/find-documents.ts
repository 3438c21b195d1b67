import { byteOrderMark, isBlankOrComment, isDocumentStart, kindOnLine, lineFrom } from "./lines.ts";
import type { Item, Stream } from "./stream.ts";

/**
 * Finds the documents of a plain stream of manifests, as `kustomize build` and `helm template` print it: each document is
 * an item, from its `---` line to the next. Such a stream has no place for a function config or for results.
 */
export function findDocuments(bytes: Uint8Array): Stream {
  const items: Item[] = [];
  let keys: number | undefined;
  let item = newItem(byteOrderMark(bytes));
  for (let at = item.start; at < bytes.length;) {
    const line = lineFrom(bytes, at);
    if (isDocumentStart(bytes, line)) {
      if (keys !== undefined) items.push({ ...item, end: line.start });
      const hasContent = !isBlankOrComment(bytes, { content: line.start + 3, end: line.end });
      item = { ...newItem(line.start), kind: hasContent ? undefined : "" };
      keys = hasContent ? -1 : undefined;
    } else if (!isBlankOrComment(bytes, line)) {
      const column = line.content - line.start;
      keys ??= column;
      const kind = column === keys && item.kind !== undefined ? kindOnLine(bytes, line) : "";
      if (kind !== "") item.kind = kind;
    }
    at = line.end + 1;
  }
  if (keys !== undefined) items.push({ ...item, end: bytes.length });
  return { bytes, way: "documents", head: new Map(), manifests: new Map(), parses: 0, items, resultsAt: "nowhere" };
}

function newItem(start: number): Item {
  return { start, end: start, path: [], kind: "" };
}
