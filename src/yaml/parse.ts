import { readBlock } from "./fast/read-block.ts";
import { nodeBelow, type Node } from "./node.ts";
import { readByPackage } from "./package.ts";
import { plainOf, PlainProblem } from "./plain.ts";

/** A text and the nodes of its one YAML document. */
export interface Source {
  text: string;
  /** Undefined for a text without any document. */
  root: Node | undefined;
  /** Where a map has a key for the second time: the last one counts for some Go programs, others refuse it. */
  repeatedKey?: { line: number; column: number };
}

/** Where and why a text is no YAML; line and column from 1, within this text. */
export interface SyntaxProblem {
  message: string;
  /** True when the text is YAML, but more than one document. */
  isSeveralDocuments: boolean;
  /** True when Go programs read the text, and we do not. */
  isReadByGo?: true;
  line: number;
  column: number;
}

/** What YAML 1.1 takes for a line break and YAML 1.2 does not, and a byte-order mark inside a text. */
const ODD_BREAK = /[\u0085\u2028\u2029\ufeff]|\r(?!\n)/;

/**
 * Reads a text that holds one YAML document with the values that Go programs see: by our own reader, and where that gives
 * up, which every error makes it do, by the package `yaml`. The first thing that one of them cannot read, or that Go reads
 * otherwise, is returned, never thrown.
 */
export function parse(text: string): Source | SyntaxProblem {
  const odd = ODD_BREAK.exec(text);
  return odd ? oddBreak(text, odd.index) : (readBlock(text) ?? readByPackage(text));
}

function oddBreak(text: string, offset: number): SyntaxProblem {
  const name = `U+${text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, "0")}`;
  const before = text.slice(0, offset).split("\n");
  const message =
    name === "U+FEFF"
      ? "a byte-order mark stands inside of it"
      : `it holds a ${name}, which Go programs take for a line break`;
  return {
    message,
    isSeveralDocuments: false,
    isReadByGo: true,
    line: before.length,
    column: (before.at(-1) ?? "").length + 1,
  };
}

/** The text with line feeds for all that go-yaml takes for a line break (yaml_parser_scan_to_next_token), without marks. */
export function withPlainBreaks(text: string): string {
  return text.replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, "\n").replaceAll("\ufeff", "");
}

/** True when a text could be read. */
export function isSource(parsed: Source | SyntaxProblem): parsed is Source {
  return "root" in parsed;
}

/** True for a document that holds no value: nothing at all, comments, or `null`. */
export function isEmptyDocument({ root }: Source): boolean {
  return root === undefined || (root.kind === "scalar" && root.value === null);
}

/** A node, or the whole document, as plain data. Throws a PlainProblem; see `plainOf`. */
export function toPlain({ root }: Source, node: Node | undefined = root): unknown {
  return node === undefined ? null : plainOf(node);
}

/** A node, or the whole document, as plain data, or the problem with its aliases, tags or keys; `wordsIn` as of `plainOf`. */
export function plainOrProblem(
  { root }: Source,
  node: Node | undefined = root,
  wordsIn?: string,
): { value: unknown } | PlainProblem {
  try {
    return { value: node === undefined ? null : plainOf(node, wordsIn) };
  } catch (error) {
    if (error instanceof PlainProblem) return error;
    throw error;
  }
}

/** What a YAML text means as plain data, or why it means nothing, with the line where that is one of the text. */
export function readPlain(
  text: string,
): { value: unknown } | { message: string; isReadByGo?: true; line?: number; column?: number } {
  return readAs(text, false);
}

/** The same as go-yaml v3 reads it, to which words such as `on` and `y` are texts (go.yaml.in/yaml/v3: resolve.go). */
export function readPlainV3(text: string): ReturnType<typeof readPlain> {
  return readAs(text, true);
}

function readAs(written: string, wordsAreTexts: boolean): ReturnType<typeof readPlain> {
  const text = written.replace(/^\ufeff/, "");
  const source = parse(text);
  if (!isSource(source)) return source;
  if (source.repeatedKey) return { message: "a map has the same key twice", ...source.repeatedKey };
  return plainOrProblem(source, undefined, wordsAreTexts ? text : undefined);
}

/** The node at a path of keys and positions, or undefined where the path leads nowhere. */
export function nodeAt({ root }: Source, path: readonly (string | number)[]): Node | undefined {
  return nodeBelow(root, path);
}
