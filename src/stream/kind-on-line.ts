import { type Item } from "./parts.ts";
import type { BlockLines } from "./block-lines.ts";

const KEY = /^(["']?)([A-Za-z0-9_./][A-Za-z0-9_./-]*)\1$/;
/** A word in quotes or not, and a comment. */
const WORD = /^[ \t]*(["']?)([A-Za-z][A-Za-z0-9]*)\1[ \t\r]*(?:[ \t]#[^\n]*)?$/;

/** What YAML 1.1 takes for something else than a word. */
const NO_WORD = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/** Longer keys and kinds are left to the parser. */
const LONGEST = 200;

/**
 * What a line at the column of a resource's keys says of its kind: the kind, "" for another key, and undefined where it is
 * not written as hosts write it, so that it may be any key.
 */
function kindOnLine(line: BlockLines): string | undefined {
  const { node, colon, end } = line;
  if (line.isOdd || colon === -1 || colon - node > LONGEST) return undefined;
  const key = KEY.exec(line.slice(node, colon))?.[2];
  // What has items is a list of resources to kubectl and Argo CD, whatever its kind (apimachinery: unstructured/helpers.go).
  if (key === undefined || key === "items") return undefined;
  if (key !== "kind") return "";
  const word = end - colon > LONGEST ? undefined : WORD.exec(line.slice(colon + 1, end))?.[2];
  return word === undefined || NO_WORD.test(word) || line.goesOn() ? undefined : word;
}

/**
 * What the lines of one resource say of its kind, with another one at the column of its keys: of two kinds the last one counts
 * for some programs, and others refuse both.
 */
export function addKind(before: string | undefined, line: BlockLines): string | undefined {
  const kind = before === undefined ? undefined : kindOnLine(line);
  return kind === undefined || before === "" ? kind : kind === "" ? before : undefined;
}

/**
 * Has a parser find the kind of each item of a file, in its order, that holds an odd line break or a byte-order mark, by
 * their byte offsets, since what follows on the line may be another key. False where one is outside of all items.
 */
export function doubtOddBreaks(items: readonly Item[], offsets: readonly number[]): boolean {
  let position = 0;
  let areInside = true;
  for (const offset of offsets) {
    while ((items[position]?.region.end ?? Infinity) <= offset) position++;
    const item = items[position];
    if (item && item.region.start <= offset) item.kind = undefined;
    else areInside = false;
  }
  return areInside;
}
