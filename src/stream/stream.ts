import { LF } from "../base/ascii.ts";
import type { Finding } from "../base/finding.ts";
import type { Manifest, Mention, ResourceRef, SourceFile } from "../base/manifest.ts";
import { addTo, isRecord, isSame } from "../base/record.ts";
import { at, inList, inMap, remove, set, type Change } from "../yaml/edit/change.ts";
import { PLAIN_LAYOUT, printPair } from "../yaml/edit/print.ts";
import { isSource, nodeAt, parse, plainOrProblem, withPlainBreaks, type Source } from "../yaml/parse.ts";
import { pairOf, scalarKey } from "../yaml/node.ts";
import { PlainProblem } from "../yaml/plain.ts";
import { byteOrderMark } from "./lines.ts";
import type { Item, ListParts, NamedFile, Part, Region } from "./parts.ts";
import { isFinding } from "./problem.ts";
import { readManifest } from "./read-manifest.ts";
import { Regions, type ByteSpan, type FilePlace, type ReadPart } from "./regions.ts";
import { newResults } from "./result.ts";
import { WordSearch } from "./word-search.ts";

/** Manifests of some kinds, and what was wrong with those that could not be read. */
export interface Selected {
  manifests: readonly Manifest[];
  findings: readonly Finding[];
}

/** The keys of a resource, and of its metadata, that say which one it is. */
const IDENTITY = ["apiVersion", "kind", "items", "metadata", "name", "namespace", "labels", "annotations"];

/** The one program that what is written is for, where it is known. */
export type Reader = "Argo CD";

/** How the resources were found: by the lines of a ResourceList, by a parse of all of it, or as documents. */
export type Way = "lines" | "full parse" | "documents";

/**
 * A ResourceList, or files of manifests: opened by `openStream`, then asked for resources, edited and written. Only what is
 * asked for is decoded and parsed, and what is not edited is written as the bytes that came in.
 */
export class Stream {
  readonly files: readonly NamedFile[];
  readonly way: Way;
  /** What could not be read and may matter to any caller. */
  readonly findings: Finding[] = [];

  readonly #reader: Reader | undefined;
  readonly #regions: Regions;
  readonly #list: ListParts | undefined;
  readonly #items: Item[] = [];
  /** Positions of the items of each kind. */
  readonly #byKind = new Map<string, number[]>();
  readonly #manifests = new Map<Item, Manifest | Finding | undefined>();
  readonly #itemOf = new Map<Manifest, Item>();
  readonly #byRef = new Map<string, Manifest[]>();
  readonly #dropped = new Set<Item>();
  /** How many items of a region have not been dropped. */
  #left: Map<Region, number> | undefined;
  #words: WordSearch | undefined;

  /** `whole` is the parse of the one file, where its parts were found by that. */
  constructor(
    files: readonly NamedFile[],
    way: Way,
    parts: ListParts | readonly Item[],
    { whole, reader }: { whole?: Source; reader?: Reader } = {},
  ) {
    this.files = files;
    this.#reader = reader;
    this.way = way;
    this.#regions = new Regions(files, way === "documents");
    this.#list = "head" in parts ? parts : undefined;
    const items = "head" in parts ? parts.items : parts;
    const root = this.#list?.root ?? items[0];
    if (whole && root) this.#regions.keep(root.region, whole);
    for (const item of items) this.#take(item);
  }

  /** How many items there are, those of Lists counted one by one, and how many regions of the text were parsed. */
  get effort(): { items: number; parsed: number } {
    return { items: this.#items.length, parsed: this.#regions.parses };
  }

  /** The distinct kinds of the items, "" for those without one. */
  get kinds(): readonly string[] {
    return [...this.#byKind.keys()];
  }

  /** The manifests of some kinds, in the order of the stream; with `mentioning` those that hold none of it may be left out. */
  select(kinds: readonly string[], mentioning?: readonly Mention[]): Selected {
    const found = mentioning && this.#search(mentioning)?.filter(({ kind = "" }) => kinds.includes(kind));
    return this.#readAll(found ?? this.#ofKinds(kinds));
  }

  /** All manifests that may hold a word. */
  mentioning(word: string): Selected {
    return this.#readAll(this.#search([word]) ?? this.#items);
  }

  /** The function config of a ResourceList; undefined where there is none. */
  functionConfig(): ReadPart | Finding | undefined {
    const part = this.#list?.functionConfig;
    return part && this.#regions.read(part, true);
  }

  /** A manifest read as a function config. */
  asFunctionConfig(manifest: Manifest): Manifest {
    const read = this.#regions.read(this.itemOf(manifest), true);
    return isFinding(read) || !isRecord(read.value) ? manifest : { ...manifest, object: read.value };
  }

  /** The results that came in; undefined where there are none. */
  results(): ReadPart | Finding | undefined {
    const part = this.#list?.results;
    return part && this.#regions.read(part);
  }

  /** What is wrong with the part that the text ends with, whatever it is. */
  problemAtEnd(): Finding | undefined {
    const parts = [...this.#items, this.#list?.functionConfig, this.#list?.results];
    const last = parts.find((part) => part?.region.end === part?.region.file.bytes.length);
    const source = last && this.#regions.sourceOf(last.region);
    return source && isFinding(source) ? source : undefined;
  }

  /** Makes a change of one manifest; false where its text does not allow it without touching more. */
  edit(manifest: Manifest, change: Change): boolean {
    return this.#regions.edit(this.itemOf(manifest), change);
  }

  /** Takes back all edits, and the writing without what was dropped. */
  undo(): void {
    this.#regions.undo();
  }

  /** Takes a manifest out of what is selected and written; false where the text of its List does not allow that. */
  drop(manifest: Manifest): boolean {
    const item = this.itemOf(manifest);
    const { region, path } = item;
    this.#dropped.add(item);
    this.#left ??= this.#items.reduce(countOne, new Map<Region, number>());
    const left = (this.#left.get(region) ?? 0) - 1;
    this.#left.set(region, left);
    if (left === 0) {
      this.#regions.replace(region.file, { start: region.lead, end: region.end }, "");
      return true;
    }
    return this.#regions.edit({ region, path: [] }, at(path, remove));
  }

  /** Appends findings to the results; those that are there already are not repeated. Manifests have no place for them. */
  report(findings: readonly Finding[]): void {
    if (this.#list === undefined) return;
    const known = this.results();
    // Results that cannot be appended to are left alone, and have been reported.
    if (known && (isFinding(known) || !Array.isArray(known.value ?? []))) return;
    const there = (known?.value ?? []) as readonly unknown[];
    const added = newResults(there, findings);
    if (added.length === 0) return;
    const { results, resultsAt, root } = this.#list;
    const [file] = this.files;
    if (results === undefined && resultsAt !== undefined && file) {
      const lineBreak = file.bytes[file.bytes.indexOf(LF) - 1] === 0x0d ? "\r\n" : "\n";
      const margin = " ".repeat(resultsAt.column);
      const lines = printPair("results", added, PLAIN_LAYOUT).map((line) => margin + line + lineBreak);
      this.#regions.insert(file, resultsAt.offset, lines.join(""), root?.region);
      return;
    }
    const change = Array.isArray(known?.value) ? inList(new Map(), added) : set(added);
    const region = (results ?? root)?.region;
    if (region) this.#regions.edit({ region, path: [] }, inMap([["results", change]]) as Change);
  }

  /** The bytes of all files with their edits, in pieces; a `---` line parts two files where neither brings one. */
  write(): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    for (const file of this.files) {
      const [first, ...more] = this.#regions.write(file);
      if (first === undefined) continue;
      const last = pieces.at(-1);
      if (last && last.at(-1) !== LF) pieces.push(Buffer.from("\n"));
      const own = last ? first.subarray(byteOrderMark(first)) : first;
      if (last && !own.subarray(0, 3).every((byte) => byte === 0x2d)) pieces.push(Buffer.from("---\n"));
      pieces.push(own, ...more);
    }
    return pieces;
  }

  /** A file with its edits. */
  writeFile(file: NamedFile): Uint8Array {
    return Buffer.concat(this.#regions.write(file));
  }

  /** Manifests in the order of the stream. */
  inOrder(manifests: readonly Manifest[]): readonly Manifest[] {
    const wanted = new Set(manifests.map((manifest) => this.itemOf(manifest)));
    return this.#readAll(this.#items.filter((item) => wanted.has(item))).manifests;
  }

  /** Where a manifest is. */
  itemOf(manifest: Manifest): Item {
    const item = this.#itemOf.get(manifest);
    if (item === undefined) throw new Error("the manifest is not of this stream");
    return item;
  }

  /**
   * Where the position, the field or the resource of a finding stands; undefined where it is about no single place, or about
   * one of several files. Of two resources of one identity in one file the first is taken.
   */
  placeOf({ position, resource, field, file }: Finding): FilePlace | undefined {
    const [only, ...others] = this.files;
    if (position) {
      const path = file?.path ?? (others.length === 0 ? only?.path : undefined);
      return path === undefined ? undefined : { path, ...position };
    }
    const [first, ...more] = resource ? this.#partsOf(resource, file) : [];
    if (first === undefined || more.some(({ region }) => region.file !== first.region.file)) return undefined;
    return this.#regions.placeOf(first, field?.path);
  }

  /** Where a resource that was read is; the function config first, since a finding about it is not about an item. */
  #partsOf(resource: ResourceRef, file: SourceFile | undefined): Part[] {
    const read = this.functionConfig();
    const config = read && !isFinding(read) ? readManifest(read.value) : undefined;
    const own = this.#list?.functionConfig;
    const candidates = [
      ...(own && config && isSame(config.ref, resource) ? [{ part: own, manifest: config }] : []),
      ...(this.#byRef.get(keyOf(resource)) ?? []).map((manifest) => ({ part: this.itemOf(manifest), manifest })),
    ];
    const ofFile = candidates.filter(({ manifest }) => isSame(manifest.file, file));
    return (ofFile.length > 0 ? ofFile : candidates).map(({ part }) => part);
  }

  /** The bytes of a manifest in its file as it is written now, where nothing before it was edited. */
  spanOf(manifest: Manifest): ByteSpan {
    return this.#regions.spanOf(this.itemOf(manifest));
  }

  /** The items that may hold a mention; undefined where all may, as in a full parse, whose one region is the whole text. */
  #search(mentions: readonly Mention[]): readonly Item[] | undefined {
    return this.way === "full parse" ? undefined : (this.#words ??= new WordSearch(this.#items)).find(mentions);
  }

  #ofKinds(kinds: readonly string[]): readonly Item[] {
    const lists = [...new Set(kinds)].flatMap((kind) => this.#byKind.get(kind) ?? []);
    const positions = kinds.length > 1 ? lists.toSorted((a, b) => a - b) : lists;
    return positions.map((position) => this.#items[position] as Item);
  }

  #readAll(items: readonly Item[]): Selected {
    const manifests: Manifest[] = [];
    const findings: Finding[] = [];
    for (const item of items) {
      const read = this.#dropped.has(item) ? undefined : this.#manifestOf(item);
      if (read === undefined) continue;
      if (isFinding(read)) findings.push(read);
      else manifests.push(read);
    }
    return { manifests, findings };
  }

  /** An item as a manifest, read once; undefined for one that is null. */
  #manifestOf(item: Item): Manifest | Finding | undefined {
    if (!this.#manifests.has(item)) this.#manifests.set(item, this.#readItem(item));
    return this.#manifests.get(item);
  }

  #readItem(item: Item): Manifest | Finding | undefined {
    const read = this.#regions.read(item);
    if (isFinding(read)) return read;
    const manifest = readManifest(
      item.inferred && isRecord(read.value) ? { ...item.inferred, ...read.value } : read.value,
    );
    if (manifest === undefined) {
      item.kind = "";
      if ((read.value ?? null) === null) return undefined;
      return this.#regions.problemAt(
        item,
        "a resource is not a map",
        "write its fields as keys, apiVersion and kind first",
      );
    }
    if (read.repeatedKey && this.#hasTwoIdentities(item)) return read.repeatedKey;
    if (read.repeatedKey) manifest.repeatedKey = { ...read.repeatedKey, resource: manifest.ref };
    if (this.files.length > 1) manifest.origin = item.region.file.path;
    this.#itemOf.set(manifest, item);
    addTo(this.#byRef, keyOf(manifest.ref), manifest);
    return manifest;
  }

  #take(item: Item): void {
    const manifest = item.kind === undefined || item.kind.endsWith("List") ? this.#manifestOf(item) : undefined;
    if (manifest && isFinding(manifest)) {
      item.kind ??= this.#kindBesideOddBreaks(item);
      if (item.kind === undefined) this.findings.push(manifest);
    } else if (manifest) {
      item.kind = manifest.ref.kind;
      const { items } = manifest.object;
      if (Array.isArray(items)) return this.#takeElements(item, manifest, items);
      // argo-cd: reposerver/repository, isNullList.
      const isNullList = items === null && !("spec" in manifest.object) && !("status" in manifest.object);
      if (isNullList && this.#reader === "Argo CD") return;
    }
    item.kind ??= "";
    const position = this.#items.push(item) - 1;
    addTo(this.#byKind, item.kind, position);
  }

  /** As kubectl and Argo CD take apart whatever has items, and kustomize a List alone (k8s.io/apimachinery: unstructured/helpers.go, decodeToList). */
  #takeElements({ region, path }: Item, { ref }: Manifest, elements: readonly unknown[]): void {
    const source = this.#regions.sourceOf(region);
    const node = isFinding(source) ? undefined : nodeAt(source, [...path, "items"]);
    const problem =
      ref.kind === "ResourceList"
        ? ["a ResourceList stands among other resources", "name its file alone, or write its items as documents"]
        : node?.kind !== "list"
          ? ["a list takes its items from an alias or a merge key", "write its items out"]
          : ref.kind.endsWith("List") || this.#reader === "Argo CD"
            ? []
            : ["kubectl takes apart what has items, and kustomize only a List", "make it a List, or rename items"];
    const [cause, remedy = ""] = problem;
    if (cause)
      return void this.findings.push({ ...this.#regions.problemAt({ region, path }, cause, remedy), resource: ref });
    const inferred = { apiVersion: ref.apiVersion, kind: ref.kind.replace(/List$/, "") };
    for (const [position, element] of elements.entries()) {
      const { apiVersion, kind } = isRecord(element) ? element : {};
      const own = typeof kind === "string" ? kind : "";
      const isNameless = isRecord(element) && !own && !apiVersion && this.#reader !== "Argo CD";
      const hasItems = isRecord(element) && Array.isArray(element["items"]);
      const item: Item = { region, path: [...path, "items", position], kind: hasItems ? undefined : own };
      this.#take(isNameless ? { ...item, kind: inferred.kind, inferred } : item);
    }
  }

  /** True where a key is there twice by which some Go programs take the resource for another one than others. */
  #hasTwoIdentities({ region, path }: Item): boolean {
    const source = this.#regions.sourceOf(region);
    const root = isFinding(source) ? undefined : nodeAt(source, path);
    const metadata = root?.kind === "map" ? pairOf(root, "metadata")?.value : undefined;
    return [root, metadata].some((node) => {
      const keys = node?.kind === "map" ? node.pairs.map((pair) => scalarKey(pair)?.value) : [];
      return IDENTITY.some((name) => keys.indexOf(name) !== keys.lastIndexOf(name));
    });
  }

  /**
   * The kind of an item that only odd line breaks keep from being read; whoever asks for its kind gets the problem, and nobody
   * else. Undefined where not even that can be said.
   */
  #kindBesideOddBreaks({ region, path }: Item): string | undefined {
    const text = this.#regions.textOf(region);
    const plain = typeof text === "string" ? withPlainBreaks(text) : text;
    const source = typeof plain === "string" && plain !== text ? parse(plain) : undefined;
    const read = source && isSource(source) && !source.repeatedKey ? plainOrProblem(source) : undefined;
    if (read === undefined || read instanceof PlainProblem) return undefined;
    const isElement = path.length === 1 && Array.isArray(read.value) && read.value.length === 1;
    const root: unknown = isElement ? (read.value as unknown[])[0] : read.value;
    const kind = isRecord(root) && !("items" in root) ? root["kind"] : undefined;
    return typeof kind === "string" && !kind.endsWith("List") ? kind : undefined;
  }
}

function keyOf({ apiVersion, kind, namespace, name }: ResourceRef): string {
  return JSON.stringify([apiVersion, kind, namespace, name]);
}

function countOne(counts: Map<Region, number>, { region }: Item): Map<Region, number> {
  return counts.set(region, (counts.get(region) ?? 0) + 1);
}
