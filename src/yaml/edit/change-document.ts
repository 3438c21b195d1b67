import type { Change } from "./change.ts";
import { applyEdits, type Edit } from "./edit.ts";
import { expandAliases } from "./expand-aliases.ts";
import { printDocument, fromNothing } from "./print.ts";
import { isCollection, membersOf, type Node } from "../node.ts";
import { planEdits } from "./plan-edits.ts";
import { isEmptyDocument, isSource, nodeAt, parse, type Source } from "../parse.ts";

/**
 * The text with a change made at one node, and nothing else touched. Throws where the path leads nowhere or the change
 * does not fit the node, because the planner of the change has looked at the value before.
 */
export function editSource(source: Source, path: readonly (string | number)[], change: Change, json = false): string {
  let current = source;
  let node = nodeOf(current, path);
  for (let edits = expandAliases(current, node, change); edits.length > 0;) {
    current = reread(applyEdits(current.text, edits));
    node = nodeOf(current, path);
    edits = expandAliases(current, node, change);
  }
  const edits = planEdits(current.text, node, change, json ? "json" : "block", changeDocument);
  return applyEdits(current.text, keepLastValue(current, edits));
}

/**
 * The text of a document that is in a string, with a change made inside; an empty one is written anew.
 * The text has been read without error before. Throws when it cannot be.
 */
export function changeDocument(text: string, format: "yaml" | "json", change: Change): string {
  const source = reread(text);
  if (!isEmptyDocument(source)) return editSource(source, [], change, format === "json");
  const value = fromNothing(change);
  return value === undefined ? text : keepComments(text, printDocument(value, format));
}

/** A document that holds nothing but comments keeps them, above what is written. */
function keepComments(text: string, printed: string): string {
  return text.includes("#") ? `${text.trimEnd()}\n${printed}` : printed;
}

function reread(text: string): Source {
  const source = parse(text);
  if (!isSource(source)) throw new Error(`edited text cannot be read: ${source.message}`);
  return source;
}

function nodeOf(source: Source, path: readonly (string | number)[]): Node {
  const node = nodeAt(source, path);
  if (node === undefined) throw new Error(`nothing stands at ${path.join("/")}`);
  return node;
}

/**
 * The edits, and one more where a text without a line break at its end ends with a block scalar and lines are added after
 * it: the scalar would gain a line break, so that its header says `-` from then on (YAML 1.2.2, 8.1.1.2).
 */
function keepLastValue({ text, root }: Source, edits: readonly Edit[]): readonly Edit[] {
  if (text.endsWith("\n") || !edits.some(({ end, text: added }) => end === text.length && added.includes("\n"))) {
    return edits;
  }
  const last = root && lastOf(root);
  if (last?.kind !== "scalar" || last.end !== text.length) return edits;
  const header = /^[|>]\d?/.exec(text.slice(last.start, last.start + 2))?.[0];
  const start = last.start + (header?.length ?? 0);
  if (header === undefined || text[start] === "-") return edits;
  return [...edits, { start, end: text[start] === "+" ? start + 1 : start, text: "-" }];
}

function lastOf(node: Node): Node | undefined {
  if (!isCollection(node) || node.flow) return node;
  const member = membersOf(node).at(-1);
  const inner = member && ("node" in member ? member.node : member.value);
  return inner && lastOf(inner);
}
