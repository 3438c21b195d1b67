import type { ErrorCode } from "yaml";

/**
 * What a syntax error means, in words of our own: those of the parser quote the text, which may be a Secret's. The codes
 * are those of the package `yaml`.
 */
const MEANINGS: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: "an alias has an anchor or a tag",
  BAD_ALIAS: "an alias or anchor has no valid name",
  BAD_COLLECTION_TYPE: "a tag does not fit what it stands before",
  BAD_DIRECTIVE: "a directive is malformed",
  BAD_DQ_ESCAPE: "a double-quoted text has an escape that does not exist",
  BAD_INDENT: "a line is not indented as far as it must be, or a bracket before it is not closed",
  BAD_PROP_ORDER: "an anchor or tag stands in the wrong place",
  BAD_SCALAR_START: "a text starts with a character that needs quotes",
  BLOCK_AS_IMPLICIT_KEY: "a nested map or list stands on the line of its key",
  BLOCK_IN_FLOW: "a block stands inside of braces or brackets",
  DUPLICATE_KEY: "a map has the same key twice",
  IMPOSSIBLE: "the text cannot be parsed",
  KEY_OVER_1024_CHARS: "a key is longer than 1024 characters",
  MISSING_CHAR: "a quote, colon, comma or closing bracket is missing",
  MULTILINE_IMPLICIT_KEY: "a key goes over several lines",
  MULTIPLE_ANCHORS: "a node has two anchors",
  MULTIPLE_DOCS: "there are several documents",
  MULTIPLE_TAGS: "a node has two tags",
  NON_STRING_KEY: "a key is not a text",
  RESOURCE_EXHAUSTION: "it is nested too deeply",
  TAB_AS_INDENT: "a tab is used for indentation",
  TAG_RESOLVE_FAILED: "a tag is not known",
  UNEXPECTED_TOKEN: "something stands where it cannot",
};

/** A syntax error in words that hold nothing of the text. */
export function describeSyntaxError(code: ErrorCode): { message: string; isSeveralDocuments: boolean } {
  return { message: MEANINGS[code], isSeveralDocuments: code === "MULTIPLE_DOCS" };
}
