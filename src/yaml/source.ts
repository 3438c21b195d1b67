import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import type { Document, Node } from "yaml";
import { describeSyntaxError } from "./syntax-errors.ts";

/** A text and its one YAML document, with the source tokens that tell where each node stands. */
export interface Source {
  text: string;
  document: Document;
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
 * Reads a text that holds one YAML 1.2 document, with merge keys as kustomize and kpt know them.
 * The first syntax error is returned, never thrown; duplicate keys are an error, as they are to the hosts.
 */
export function parseSource(text: string): Source | SyntaxProblem {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    keepSourceTokens: true,
    lineCounter: lines,
    // Not "silent", which would take the first of several documents without a word.
    logLevel: "error",
    merge: true,
    prettyErrors: false,
    // The package compares each key with all before it, which takes minutes for a map of some ten thousand.
    uniqueKeys: false,
  });
  const error = document.errors[0] ?? repeatedKey(document);
  if (error === undefined) return { text, document };
  const { line, col } = lines.linePos(error.pos[0]);
  return { ...describeSyntaxError(error.code), line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** The first key that a map has twice (YAML 1.2.2, 3.2.1.1); hosts refuse it. */
function repeatedKey(document: Document): { code: "DUPLICATE_KEY"; pos: [number] } | undefined {
  let at: number | undefined;
  visit(document, {
    Map(_, map) {
      const keys = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (keys.has(key.value)) {
          at = key.range?.[0] ?? 0;
          return visit.BREAK;
        }
        keys.add(key.value);
      }
      return undefined;
    },
  });
  return at === undefined ? undefined : { code: "DUPLICATE_KEY", pos: [at] };
}

/** True when a text could be read. */
export function isSource(parsed: Source | SyntaxProblem): parsed is Source {
  return "document" in parsed;
}

/** True for a document that holds no value: nothing at all, comments, or `null`. */
export function isEmptyDocument(source: Source): boolean {
  const root = source.document.contents;
  return root === null || (isScalar(root) && root.value === null);
}

/** The most that aliases of aliases may multiply a document, so that a few lines cannot fill the memory. */
const MOST_ALIASES = 10_000;

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
export function toPlain(source: Source, node: Node | null = source.document.contents): unknown {
  try {
    return node === null ? null : node.toJS(source.document, { maxAliasCount: MOST_ALIASES });
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
  let node: unknown = source.document.contents;
  for (const step of path) {
    if (typeof step === "number" && isSeq(node)) node = node.get(step, true);
    else if (typeof step === "string" && isMap(node)) node = node.get(step, true);
    else return undefined;
  }
  return node === null ? undefined : (node as Node | undefined);
}
