import type { Node } from "./node.ts";
import { pairOf } from "./node.ts";
import { readAny } from "./read-any.ts";
import { readBlock } from "./fast/read-block.ts";

/** A text and the nodes of its one YAML document. */
export interface Source {
  text: string;
  /** Undefined for a text without any document. */
  root: Node | undefined;
  /** What a node of this source means; see `toPlain`, which tells what it throws. */
  resolve: (node: Node) => unknown;
}

/** Where and why a text is no YAML; line and column from 1, within this text. */
export interface SyntaxProblem {
  message: string;
  /** True when the text is YAML, but more than one document. */
  isSeveralDocuments: boolean;
  line: number;
  column: number;
}

/**
 * Reads a text that holds one YAML 1.2 document, with merge keys as kustomize and kpt know them: by our own reader, and
 * where that gives up, which every error makes it do, by the package `yaml`.
 * The first syntax error is returned, never thrown; duplicate keys are an error, as they are to the hosts.
 */
export function parseSource(text: string): Source | SyntaxProblem {
  return readBlock(text) ?? readAny(text);
}

/** True when a text could be read. */
export function isSource(parsed: Source | SyntaxProblem): parsed is Source {
  return "root" in parsed;
}

/** True for a document that holds no value: nothing at all, comments, or `null`. */
export function isEmptyDocument({ root }: Source): boolean {
  return root === undefined || (root.kind === "scalar" && root.value === null);
}

/** Thrown for a node whose aliases or merge keys have no meaning; `isUnresolved` when an anchor is missing. */
export class AliasProblem extends Error {
  readonly isUnresolved: boolean;

  constructor(message: string) {
    super(message);
    this.isUnresolved = message.startsWith("Unresolved alias");
  }
}

/**
 * A node, or the whole document, as plain data, aliases and merge keys resolved.
 * Throws an AliasProblem for an alias without its anchor, for a merge of something else than maps (yaml.org/type/merge.html)
 * and for aliases that multiply beyond reason.
 */
export function toPlain(source: Source, node: Node | undefined = source.root): unknown {
  try {
    return node === undefined ? null : source.resolve(node);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new AliasProblem(error.message);
  }
}

/** The whole document as plain data, or undefined when its aliases or merge keys have no meaning. */
export function resolvedPlain(source: Source): unknown {
  try {
    return toPlain(source);
  } catch (error) {
    if (error instanceof AliasProblem) return undefined;
    throw error;
  }
}

/** The node at a path of keys and positions, or undefined where the path leads nowhere. */
export function nodeAt(source: Source, path: readonly (string | number)[]): Node | undefined {
  let node = source.root;
  for (const step of path) {
    if (typeof step === "number" && node?.kind === "list") node = node.elements[step]?.node;
    else if (typeof step === "string" && node?.kind === "map") node = pairOf(node, step)?.value;
    else return undefined;
  }
  return node;
}
