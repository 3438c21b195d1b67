import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { problem, type Finding } from "../base/finding.ts";
import { notText } from "../base/not-text.ts";
import { byteOrderMark } from "../stream/lines.ts";
import type { NamedFile } from "../stream/parts.ts";
import { isFinding } from "../stream/problem.ts";
import { matchesGlob } from "./glob.ts";
import type { Own } from "./parameters.ts";
import { readFolder } from "./read-folder.ts";
import { readInside, walk, type Place, type Repository } from "./repository.ts";
import type { Rendering } from "./run-renderer.ts";

/** What Argo CD looks at in a directory (argo-cd: reposerver/repository, manifestFile). */
const MANIFEST_FILE = /\.(?:ya?ml|json|jsonnet)$/;

/** A file that holds this is left out, wherever it stands in it (argo-cd: reposerver/repository, skipFileRenderingMarker). */
const SKIP_MARKER = "+argocd:skip-file-rendering";

/** The words by which Argo CD tells a manifest from other YAML (argo-cd: reposerver/repository, getObjsFromYAMLOrJSON). */
const WORDS = [/apiVersion"?\s*:/, /kind"?\s*:/, /metadata"?\s*:/];

/**
 * The manifests of the source folder as Argo CD takes them from a directory, as one stream in the order of their paths: those of
 * sub-folders only with `directory.recurse`, and without hidden folders, node_modules and marked files.
 */
export function renderDirectory(repository: Repository, own: Own): Rendering {
  const { "directory.include": include = [], "directory.exclude": exclude = [] } = own;
  const isExcluded = (name: string): boolean => exclude.some((glob) => matchesGlob(name, glob));
  const recurses = own["directory.recurse"] === "true";
  const places = walk(repository, {
    file: (name) =>
      MANIFEST_FILE.test(name) &&
      (include.length === 0 || include.some((glob) => matchesGlob(name, glob))) &&
      !isExcluded(name),
    folder: (name) => recurses && !isNoSource(baseName(name)) && !isExcluded(name),
  });
  if (isFinding(places)) return [places];
  const files: NamedFile[] = [];
  for (const place of places) {
    const bytes = textOf(repository, place);
    if (bytes && isFinding(bytes)) return [bytes];
    if (bytes) files.push({ path: place.name, bytes });
  }
  const folders = recurses ? [] : subFoldersWithManifests(repository.folder, isExcluded);
  return { files, name: "the source", areSources: true, warnings: folders.length > 0 ? [leftOut(folders)] : [] };
}

/**
 * A file as it may stand in the middle of a stream: without its byte-order mark, and JSON without tabs, which separate
 * there and which Argo CD's YAML reader refuses; within strings JSON has none (RFC 8259, 7). Undefined for a file that Argo CD
 * leaves out.
 */
function textOf(repository: Repository, place: Place): Uint8Array | Finding | undefined {
  const bytes = readInside(repository, place);
  if (isFinding(bytes)) return bytes;
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(SKIP_MARKER)) return undefined;
  const isHidden = baseName(place.name).startsWith(".");
  if (isHidden && !looksLikeManifest(bytes)) return undefined;
  if (place.name.endsWith(".jsonnet")) {
    const remedy = "commit what it makes, or leave it out with the parameter directory.exclude";
    return problem("is Jsonnet, which Argo CD would run and this plugin does not", remedy, place.name);
  }
  const broken = notText(bytes);
  if (broken) return problem(broken.cause, broken.remedy, place.name);
  const text = bytes.subarray(byteOrderMark(bytes));
  if (!place.name.endsWith(".json")) return text;
  try {
    JSON.parse(Buffer.from(text).toString("utf8"));
  } catch {
    return problem("is not JSON", "correct it there, or rename it", place.name);
  }
  return text.includes(0x09) ? Buffer.from(text.map((byte) => (byte === 0x09 ? 0x20 : byte))) : text;
}

/** Folders of tools, in which nobody keeps what is to be deployed. */
function isNoSource(folder: string): boolean {
  return folder.startsWith(".") || folder === "node_modules";
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function looksLikeManifest(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString("latin1");
  return WORDS.every((word) => word.test(text)) && !text.includes(SKIP_MARKER);
}

/** Most files and folders that are looked at for the sake of a warning. */
const MOST_LOOKS = 1000;

/** The sub-folders that hold a file like a manifest, at any depth; no link is followed. */
function subFoldersWithManifests(folder: string, isExcluded: (name: string) => boolean): string[] {
  let looks = 0;
  const holdsSome = (name: string): boolean =>
    readFolder(join(folder, name)).some(({ dirent, notUtf8 }) => {
      looks += 1;
      const inner = join(name, dirent.name);
      if (looks > MOST_LOOKS || notUtf8 || isExcluded(inner)) return false;
      if (dirent.isDirectory()) return !isNoSource(dirent.name) && holdsSome(inner);
      return dirent.isFile() && MANIFEST_FILE.test(inner) && looksLikeManifest(startOf(join(folder, inner)));
    });
  return readFolder(folder)
    .filter(({ dirent }) => dirent.isDirectory() && !isNoSource(dirent.name) && !isExcluded(dirent.name))
    .filter(({ dirent, notUtf8 }) => !notUtf8 && holdsSome(dirent.name))
    .map(({ dirent }) => dirent.name);
}

/** The first 64 KiB of a file. */
function startOf(path: string): Uint8Array {
  const start = Buffer.alloc(64 * 1024);
  const descriptor = openSync(path, "r");
  try {
    return start.subarray(0, readSync(descriptor, start));
  } finally {
    closeSync(descriptor);
  }
}

function leftOut(folders: readonly string[]): Finding {
  const named = `${folders.slice(0, 5).join(", ")}${folders.length > 5 ? " and more" : ""}`;
  const cause = `${folders.length === 1 ? "the sub-folder" : "the sub-folders"} ${named} with manifests ${folders.length === 1 ? "is" : "are"} left out, as in a directory of Argo CD`;
  return { severity: "warning", cause, remedy: "set the parameter directory.recurse to true if they are meant" };
}
