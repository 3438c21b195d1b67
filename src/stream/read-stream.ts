import type { Finding } from "../base/finding.ts";
import { AliasProblem, isEmptyDocument, isSource, parseSource, toPlain } from "../yaml/source.ts";
import type { Source, SyntaxProblem } from "../yaml/source.ts";
import { findByParse } from "./find-by-parse.ts";
import { findDocuments } from "./find-documents.ts";
import { findFlowSpans } from "./find-flow-spans.ts";
import { findSpans } from "./find-spans.ts";
import { byteOrderMark } from "./lines.ts";
import { aliasProblem, decodeUtf8, isFinding, parsePart, streamProblem } from "./read-part.ts";
import type { Stream } from "./stream.ts";

/** The largest text that goes through a full parse, in bytes: beyond it the parser's memory is out of proportion. */
const FULL_PARSE_LIMIT = 64 * 1024 * 1024;

const API_VERSIONS = ["config.kubernetes.io/v1", "config.kubernetes.io/v1beta1"];

const WRAP = "hand it a ResourceList, for example with `kpt fn source DIR | intercept-backends`";

/** How bytes are to be read. */
export interface Reading {
  /** Asks for the full parse where spans or brackets would do. */
  way?: "full parse";
  /** Takes a plain stream of manifests for what it is; hosts send none, so that from them it is an error. */
  allowManifests?: boolean;
}

/**
 * Reads bytes as a ResourceList (functions-spec.md, versions v1 and v1beta1), or tells in one error why they
 * are none, with line and column where the text is at fault.
 */
export function readStream(bytes: Uint8Array, { way, allowManifests = false }: Reading = {}): Stream | Finding {
  const broken = encodingProblem(bytes);
  if (broken) return broken;
  const found = way === "full parse" ? undefined : (findSpans(bytes) ?? findFlowSpans(bytes));
  if (allowManifests && !isResourceList(bytes, found)) return findDocuments(bytes);
  const stream = found ?? parseWhole(bytes);
  if (!isStream(stream)) return stream;
  return headProblem(stream.head) ?? cutProblem(stream) ?? stream;
}

/** True when the parts of one were found, or when a root key or JSON at the start say that it is one in another shape. */
function isResourceList(bytes: Uint8Array, found: Stream | undefined): boolean {
  if (found) return found.head.get("kind") === "ResourceList";
  const first = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096)).toString("latin1");
  const isRootKey = /^["']?kind["']?[ \t]*:[ \t]*["']?ResourceList\b/m.test(first);
  const isFlow =
    /^(?:\xef\xbb\xbf)?(?:\s|#.*|---(?=\s))*\{/.test(first) && /["']?kind["']?\s*:\s*["']?ResourceList\b/.test(first);
  return isRootKey || isFlow;
}

/** True when the bytes were a ResourceList. */
export function isStream(read: Stream | Finding): read is Stream {
  return "bytes" in read;
}

/** What is wrong with the encoding, as far as the first bytes and the content tell; the specification asks for UTF-8. */
function encodingProblem(bytes: Uint8Array): Finding | undefined {
  if (bytes.length === 0) return streamProblem("the input is empty", WRAP);
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return streamProblem("the input is UTF-16", "save it as UTF-8");
  }
  return undefined;
}

function parseWhole(bytes: Uint8Array): Stream | Finding {
  if (bytes.length > FULL_PARSE_LIMIT) {
    return streamProblem(
      `the input (${Math.round(bytes.length / 1024 / 1024)} MiB) is not laid out as hosts write it, and other shapes are only read up to 64 MiB`,
      "write `items:` as a block list with one `- ` a resource, as kpt and kustomize do, or all of it as JSON",
    );
  }
  const start = byteOrderMark(bytes);
  const text = decodeUtf8(bytes.subarray(start));
  if (typeof text !== "string") return text;
  const source = parseSource(text);
  if (!isSource(source)) return syntaxProblem(source);
  if (isEmptyDocument(source)) return streamProblem("the input holds no YAML value", WRAP);
  const unclear = unclearAliases(source);
  if (unclear) return unclear;
  const found = findByParse(bytes, start, source);
  return typeof found === "string" ? streamProblem(found, WRAP) : found;
}

function unclearAliases(source: Source): Finding | undefined {
  try {
    toPlain(source);
    return undefined;
  } catch (error) {
    if (error instanceof AliasProblem) return aliasProblem(error);
    throw error;
  }
}

function syntaxProblem({ message, isSeveralDocuments, line, column }: SyntaxProblem): Finding {
  if (isSeveralDocuments) {
    return streamProblem(
      "the input holds several YAML documents",
      `a function takes one ResourceList; ${WRAP}`,
      line,
      column,
    );
  }
  return streamProblem(`the input is not YAML: ${message}`, "mend it there, or see what wrote it", line, column);
}

function headProblem(head: ReadonlyMap<string, string>): Finding | undefined {
  const kind = head.get("kind");
  if (kind !== "ResourceList") {
    const is = kind === undefined ? "has no kind" : `is of kind ${kind}`;
    return streamProblem(`the input ${is}, but a function takes a ResourceList`, WRAP);
  }
  const apiVersion = head.get("apiVersion");
  if (apiVersion !== undefined && API_VERSIONS.includes(apiVersion)) return undefined;
  return streamProblem(
    `the ResourceList is of version ${apiVersion ?? "(none)"}`,
    `its apiVersion has to be ${API_VERSIONS.join(" or ")}`,
  );
}

/** A text that does not end with a line break may have been cut off: its last part is then read, whatever it is. */
function cutProblem(stream: Stream): Finding | undefined {
  if (stream.way !== "spans" || stream.bytes.at(-1) === 0x0a) return undefined;
  const parts = [...stream.items, stream.functionConfig, stream.results].filter((part) => part !== undefined);
  const last = parts.find((part) => part.end === stream.bytes.length);
  if (last === undefined) return undefined;
  const source = parsePart(stream, last);
  return isFinding(source) ? { ...source, remedy: "the input seems to be cut off; see what wrote it" } : undefined;
}
