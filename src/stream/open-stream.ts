import { LF } from "../base/ascii.ts";
import type { Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { notText } from "../base/not-text.ts";
import { present } from "../base/record.ts";
import { pairOf, type MapNode } from "../yaml/node.ts";
import { isEmptyDocument, isSource, nodeAt, parse, plainOrProblem, type Source } from "../yaml/parse.ts";
import { PlainProblem } from "../yaml/plain.ts";
import { findDocuments } from "./find-documents.ts";
import { findListParts } from "./find-list-parts.ts";
import { byteOrderMark, lineNumbers } from "./lines.ts";
import type { Item, ListParts, NamedFile, Part } from "./parts.ts";
import { decodeUtf8, isFinding, streamProblem } from "./problem.ts";
import { readManifest } from "./read-manifest.ts";
import { Stream, type Reader } from "./stream.ts";

/** The largest text that goes through a full parse, in bytes: beyond it the parser's memory is out of proportion. */
const FULL_PARSE_LIMIT = 64 * 1024 * 1024;

const API_VERSIONS = ["config.kubernetes.io/v1", "config.kubernetes.io/v1beta1"];

const WRAP = "hand it a ResourceList, for example with `kpt fn source DIR | intercept-backends`";
const ONE = `a function takes one ResourceList; ${WRAP}`;
const CUT = "the input seems to be cut off; check the tool that generated it";

/**
 * Opens a ResourceList (functions-spec.md, versions v1 and v1beta1), or says in one error why the input is none. With
 * `allowManifests` it may be manifests as well, in one file or several; hosts send none, so that from them it is an error.
 */
export function openStream(files: readonly NamedFile[], allowManifests = false): Stream | Finding {
  const [file, ...more] = files;
  if (file === undefined || more.length > 0) return openManifests(files);
  if (file.bytes.length === 0) return streamProblem("the input is empty", WRAP);
  const binary = notText(file.bytes);
  if (binary) return streamProblem(`the input ${binary.cause}`, binary.remedy);
  const list = findListParts(file);
  if (list && (!allowManifests || list.head.get("kind") === "ResourceList")) return openList(file, list);
  const documents = allowManifests ? openManifests(files) : undefined;
  return documents && !isOneResourceList(documents) ? documents : openByParse(file);
}

/**
 * Opens manifests of any number of files; a `---` line that Kubernetes refuses is an error. Programs differ in which objects
 * with `items` they take apart: that is an error too, unless the one that will read them is known.
 */
export function openManifests(files: readonly NamedFile[], reader?: Reader): Stream | Finding {
  const items: Item[] = [];
  for (const file of files) {
    const found = findDocuments(file);
    if (typeof found === "number") {
      const cause =
        "a line that begins with --- goes on with text, which Kubernetes refuses and other readers take for a document";
      const problem = streamProblem(cause, "write the document on a line of its own", lineNumbers(file.bytes)(found));
      return files.length > 1 ? { ...problem, file: { path: file.path } } : problem;
    }
    items.push(...found);
  }
  return new Stream(files, "documents", items, present({ reader }));
}

function isOneResourceList(documents: Stream | Finding): boolean {
  if (isFinding(documents)) return false;
  const [finding, ...more] = documents.findings;
  const kind = finding?.resource?.kind ?? documents.kinds[0];
  return kind === "ResourceList" && more.length === 0 && documents.kinds.length === (finding ? 0 : 1);
}

function openList(file: NamedFile, list: ListParts): Stream | Finding {
  const problem = headProblem(list.head);
  if (problem) return problem;
  const stream = new Stream([file], "lines", list);
  // A text that does not end with a line break may have been cut off.
  const isCut = file.bytes.at(-1) !== LF;
  const finding = isCut ? stream.problemAtEnd() : undefined;
  return finding ? { ...finding, remedy: CUT } : stream;
}

function openByParse(file: NamedFile): Stream | Finding {
  const { bytes } = file;
  if (bytes.length > FULL_PARSE_LIMIT) {
    return streamProblem(
      `the input (${Math.round(bytes.length / 1024 / 1024)} MiB) is not laid out as hosts write it, and other shapes are only read up to 64 MiB`,
      "write `items:` as a block list with one `- ` a resource, as kpt and kustomize do, without aliases from one item to another",
    );
  }
  const start = byteOrderMark(bytes);
  const source = readAsOne(bytes.subarray(start), "the input");
  if (isFinding(source)) return source;
  const separator = /\n---/.exec(source.text)?.index;
  if (separator !== undefined) {
    const cause = "a line that begins with --- is not the first one, so that kustomize takes the input for manifests";
    const line = source.text.slice(0, separator + 1).split("\n").length;
    return streamProblem(cause, `remove that line, or ${WRAP}`, line);
  }
  if (isEmptyDocument(source)) return streamProblem("the input holds no YAML value", WRAP);
  const plain = plainOrProblem(source);
  if (plain instanceof PlainProblem) return streamProblem(plain.message, "write the values out");
  const found = findByParse(file, start, source);
  if (typeof found === "string") return streamProblem(found, WRAP);
  return headProblem(found.head) ?? new Stream([file], "full parse", found, { whole: source });
}

/** A function config from a file of its own; an error with line and column where it is no YAML map. */
export function readConfigFile({ path, bytes }: NamedFile): Manifest | Finding {
  const source = readAsOne(bytes.subarray(byteOrderMark(bytes)), "the function config");
  if (isFinding(source)) return source;
  const plain = plainOrProblem(source, source.root, source.text);
  if (plain instanceof PlainProblem) return streamProblem(plain.message, "write the values out");
  const manifest = readManifest(plain.value);
  if (manifest) return { ...manifest, file: { path } };
  return streamProblem("the function config is not a map", "write an InterceptBackends or a ConfigMap");
}

/** A text of one document, or why it is none; `name` is what an error calls it. */
function readAsOne(bytes: Uint8Array, name: "the input" | "the function config"): Source | Finding {
  const text = decodeUtf8(bytes);
  if (typeof text !== "string") return text;
  const source = parse(text);
  if (!isSource(source)) {
    const { message, isSeveralDocuments, line, column } = source;
    const isInput = name === "the input";
    const ofSeveral = isInput ? ONE : "keep one of them";
    if (isSeveralDocuments) return streamProblem(`${name} holds several YAML documents`, ofSeveral, line, column);
    const check = text.endsWith("\n") ? "fix it at that position, or check the tool that generated it" : CUT;
    const remedy = isInput ? check : "fix it at that position";
    return streamProblem(`${name} is not YAML: ${message}`, remedy, line, column);
  }
  if (!source.repeatedKey) return source;
  const { line, column } = source.repeatedKey;
  return streamProblem(`${name} has the same key twice in one map`, "remove one of them", line, column);
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

/**
 * Finds the parts of a ResourceList of any shape by a parse of the whole text, which starts at a byte offset: flow style,
 * anchors across items. Every part is then the whole text with the path to its node. Returns a sentence that says why when
 * the text is no ResourceList.
 */
export function findByParse(file: NamedFile, start: number, source: Source): ListParts | string {
  const { bytes } = file;
  const { root } = source;
  if (root?.kind !== "map") return "the input is not a map but a ResourceList has to be one";
  const head = new Map<string, string>();
  for (const key of ["apiVersion", "kind"]) {
    const value = pairOf(root, key)?.value;
    if (value?.kind === "scalar" && typeof value.value === "string") head.set(key, value.value);
  }
  const region = { file, start, end: bytes.length, lead: start };
  const part = (path: (string | number)[]): Part => ({ region, path });
  const items = nodeAt(source, ["items"]);
  const isNull = items?.kind === "scalar" && items.value === null;
  if (items !== undefined && items.kind !== "list" && !isNull) return "items is not a list";
  const elements = items?.kind === "list" ? items.elements : [];
  return {
    head,
    root: part([]),
    items: elements.map((_, position) => ({ ...part(["items", position]), kind: undefined })),
    ...(pairOf(root, "functionConfig") && { functionConfig: part(["functionConfig"]) }),
    ...(pairOf(root, "results") && { results: part(["results"]) }),
    resultsAt: resultsPlace(source, root, start),
  };
}

/** As lines at the end, but not after a line that ends the document; before a pair where the last value must not change. */
function resultsPlace({ text }: Source, root: MapNode, start: number): ListParts["resultsAt"] {
  if (root.flow || /^\.\.\.(?:\s|$)/m.test(text)) return undefined;
  if (text.endsWith("\n")) return { offset: start + Buffer.byteLength(text), column: root.column };
  const list = pairOf(root, "items");
  const lineStart = list && list.start - root.column;
  const isFirst = lineStart !== undefined && text.slice(lineStart, list?.start).trim() === "";
  return isFirst ? { offset: start + Buffer.byteLength(text.slice(0, lineStart)), column: root.column } : undefined;
}
