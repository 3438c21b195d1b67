import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import { problem, type Finding } from "../base/finding.ts";
import { isFinding } from "../stream/problem.ts";
import { matchesGlob } from "./glob.ts";
import { MIB } from "./operator.ts";
import { codeOf, lookAt, readInside, walk, type Place, type Repository } from "./repository.ts";

/** A file of a chart with its bytes. */
export interface ChartFile {
  place: Place;
  bytes: Uint8Array;
}

/**
 * All files of the chart in a folder, counted; an error where helm would read something else by them: links out of the
 * repository, and references of a schema to other files or addresses. helm follows both.
 */
export function readChart(repository: Repository, folder: string): ChartFile[] | Finding {
  const ignored = ignoredNames(repository, folder);
  const isRead = (name: string, isFolder: boolean): boolean =>
    !isIgnored(ignored, relative(folder, join(repository.folder, name)), isFolder);
  const places = walk(
    repository,
    { file: (name) => isRead(name, false), folder: (name) => isRead(name, true) },
    folder,
  );
  if (isFinding(places)) return places;
  const files: ChartFile[] = [];
  for (const place of places) {
    const bytes = readInside(repository, place);
    if (isFinding(bytes)) return bytes;
    const broken = checkFile(repository, place, bytes);
    if (broken) return broken;
    files.push({ place, bytes });
  }
  return files;
}

/**
 * The names that helm leaves out (helm: pkg/ignore/rules.go), as far as it is certain: a pattern in a form that is not known
 * here only leaves fewer files out, and helm goes by the same file itself. An exception turns its rules around.
 */
function ignoredNames(repository: Repository, folder: string): string[] {
  const place = lookAt(repository, join(folder, ".helmignore"));
  if (place === undefined || isFinding(place) || place.isFolder) return [];
  const bytes = readInside(repository, place);
  const text = isFinding(bytes)
    ? ""
    : Buffer.from(bytes)
        .toString("utf8")
        .replace(/^\ufeff/, "");
  const rules = text.split("\n").map((line) => line.trim());
  if (rules.some((rule) => rule.startsWith("!"))) return [];
  return rules.filter((rule) => /^(?!\.\/)[^#[\]{}\\]+$/.test(rule) && !rule.includes("**"));
}

function isIgnored(rules: readonly string[], name: string, isFolder: boolean): boolean {
  return rules.some((rule) => {
    const isForFolders = rule.endsWith("/");
    return (isFolder || !isForFolders) && matchesGlob(name, isForFolders ? rule.slice(0, -1) : rule);
  });
}

function checkFile(repository: Repository, { name, real }: Place, bytes: Uint8Array): Finding | undefined {
  if (name.endsWith("values.schema.json")) return checkSchema(Buffer.from(bytes).toString("utf8"), name);
  if (!name.endsWith(".tgz")) return undefined;
  const remedy = "unpack it, and commit the chart as a folder";
  try {
    const { limits, spent } = repository;
    const most = limits.bytes - spent.bytes;
    if (most <= 0) return problem(`unpacks to more than the ${limits.bytes / MIB} MiB that are left`, remedy, name);
    const unpacked = gunzipSync(readFileSync(real), { maxOutputLength: most });
    spent.bytes += unpacked.length;
    // Files start at multiples of the size of a block (tar: POSIX.1-2017, pax).
    for (let at = 0; at < unpacked.length; at += 512) {
      if (unpacked.readUInt16BE(at) === 0x1f8b) return problem("holds another archive", remedy, name);
    }
    return unpacked.includes("values.schema.json") ? checkSchema(unpacked.toString("utf8"), name) : undefined;
  } catch (error) {
    const cause = codeOf(error) === "ERR_BUFFER_TOO_LARGE" ? "is too large when it is unpacked" : "is no gzip archive";
    return problem(cause, remedy, name);
  }
}

/** A text that Go's reader of JSON takes for this word, in quotes: each letter may be escaped. */
function quoted(word: string): string {
  const letters = Array.from(word, (letter) => {
    const hex = letter.charCodeAt(0).toString(16).padStart(4, "0");
    return `(?:${letter === "$" ? "\\$" : letter}|\\\\u${hex}|\\\\u${hex.toUpperCase()})`;
  });
  return `"${letters.join("")}"`;
}

const REFERENCE = ["$ref", "$dynamicRef", "$recursiveRef", "$schema"].map(
  (word) => [word, new RegExp(`${quoted(word)}\\s*:\\s*("(?:[^"\\\\]|\\\\.)*")`, "g")] as const,
);

/** The dialects that helm knows without loading them (santhosh-tekuri/jsonschema: draft.go). */
const DIALECT = /^https?:\/\/json-schema\.org\/(?:draft-0[467]\/|draft\/20(?:19-09|20-12)\/)?schema#?$/;

function checkSchema(text: string, name: string): Finding | undefined {
  for (const [word, pattern] of REFERENCE) {
    for (const [, value = ""] of text.matchAll(pattern)) {
      if (isHarmless(word, value)) continue;
      const cause = `${word} refers to something outside of the schema, which helm would read or fetch`;
      return problem(cause, "write the definitions into the schema, and refer to them with #/", name);
    }
  }
  return undefined;
}

function isHarmless(word: string, value: string): boolean {
  try {
    const address = JSON.parse(value) as string;
    return word === "$schema" ? DIALECT.test(address) : address.startsWith("#");
  } catch {
    return false;
  }
}
