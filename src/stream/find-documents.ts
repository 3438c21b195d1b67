import { LF, HASH, DASH } from "../base/ascii.ts";
import { BlockLines } from "./block-lines.ts";
import { addKind, doubtOddBreaks } from "./kind-on-line.ts";
import { byteOrderMark, nextLine, oddBreaksIn, skipBlanks } from "./lines.ts";
import type { Item, NamedFile, Region } from "./parts.ts";

/**
 * Finds the documents of a file of manifests as Kubernetes splits them: each line that begins with `---` ends one, whatever
 * the YAML around it, and may hold nothing else but blanks and a comment, with or without a blank before it
 * (k8s.io/apimachinery: pkg/util/yaml, YAMLReader; kyaml: kio, splitDocuments). A byte-order mark may begin each of them. A
 * `---` line before which nothing of a document stands is a part of the next one, so that neither holds there.
 * Returns the offset of a `---` line with something else on it, which both refuse.
 */
export function findDocuments(file: NamedFile): Item[] | number {
  const { bytes } = file;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const items: Item[] = [];
  let lead = markBefore(bytes, 0);
  let content = lead;
  for (let isKept = true; ;) {
    if (startsWithDashes(bytes, content)) {
      if (!isBareSeparator(bytes, content, isKept)) return content;
      content = nextLine(bytes, content);
      if (!isKept) content += markBefore(bytes, content);
      isKept = !isKept;
    }
    if (startsWithDashes(bytes, content)) {
      lead = content;
      continue;
    }
    const separator = text.indexOf("\n---", content);
    const end = separator === -1 ? bytes.length : separator + 1;
    const item = readDocument({ file, lead, start: content, end });
    if (item) items.push(item);
    if (end === bytes.length) {
      // A mark at the start of a document is none of it, and neither is what is on a `---` line.
      doubtOddBreaks(items, oddBreaksIn(bytes));
      return items;
    }
    isKept = false;
    lead = end;
    content = end;
  }
}

/** The length of a byte-order mark at an offset with something after it on its line: of another one Go makes a key. */
function markBefore(bytes: Uint8Array, at: number): number {
  const length = byteOrderMark(bytes, at);
  return (bytes[at + length] ?? 0) > 0x20 ? length : 0;
}

function startsWithDashes(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === DASH && bytes[at + 1] === DASH && bytes[at + 2] === DASH;
}

function isBareSeparator(bytes: Uint8Array, start: number, isKept: boolean): boolean {
  const next = nextLine(bytes, start);
  const end = bytes[next - 1] === LF ? next - 1 : next;
  const rest = skipBlanks(bytes, start + 3, end);
  return rest === end || (bytes[rest] === HASH && (!isKept || rest > start + 3));
}

/** A document; undefined for one of blank lines and comments. */
function readDocument(region: Region): Item | undefined {
  const { bytes } = region.file;
  const lines = new BlockLines(bytes, region.start, region.end);
  let kind: string | undefined = "";
  let keys: number | undefined;
  while (lines.next()) {
    const column = lines.content - lines.start;
    const isElement = keys === column && lines.node > lines.content;
    // A document that is a list.
    if (keys === undefined && lines.node > lines.content) kind = undefined;
    keys ??= column;
    if (column <= keys && !isElement) kind = addKind(kind, lines);
    else if (lines.isOdd) kind = undefined;
    if (lines.inner <= keys || (isElement && lines.isExplicit)) kind = undefined;
    lines.passUsual(keys);
  }
  return keys === undefined ? undefined : { region, path: [], kind };
}
