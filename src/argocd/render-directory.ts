import { problem, type Finding } from "../base/finding.ts";
import { notText } from "../base/not-text.ts";
import { byteOrderMark } from "../stream/lines.ts";
import type { NamedFile } from "../stream/parts.ts";
import { isFinding } from "../stream/problem.ts";
import { matchesGlob } from "./glob.ts";
import type { Own } from "./parameters.ts";
import { readInside, walk, type Place, type Repository } from "./repository.ts";
import type { Rendering } from "./run-renderer.ts";

/** All manifests below the source folder, in the order of their paths, as one stream; hidden files and folders stay out. */
export function renderDirectory(repository: Repository, own: Own): Rendering {
  const { "directory.include": include = [], "directory.exclude": exclude = [] } = own;
  const isLeftOut = (name: string): boolean =>
    name.split("/").some((part) => part.startsWith(".")) || exclude.some((glob) => matchesGlob(name, glob));
  const places = walk(repository, {
    file: (name) =>
      /\.(?:ya?ml|json)$/i.test(name) &&
      (include.length === 0 || include.some((glob) => matchesGlob(name, glob))) &&
      !isLeftOut(name),
    folder: (name) => !isLeftOut(name),
  });
  if (!Array.isArray(places)) return [places];
  const files: NamedFile[] = [];
  for (const place of places) {
    const bytes = textOf(repository, place);
    if (isFinding(bytes)) return [bytes];
    files.push({ path: place.name, bytes });
  }
  return { files, name: "the source", areSources: true };
}

/**
 * A file as it may stand in the middle of a stream: without its byte-order mark, and JSON without tabs, which separate
 * there and which Argo CD's YAML reader refuses; within strings JSON has none (RFC 8259, 7).
 */
function textOf(repository: Repository, place: Place): Uint8Array | Finding {
  const bytes = readInside(repository, place);
  if (isFinding(bytes)) return bytes;
  const broken = notText(bytes);
  if (broken) return problem(broken.cause, broken.remedy, place.name);
  const text = bytes.subarray(byteOrderMark(bytes));
  if (!/\.json$/i.test(place.name)) return text;
  try {
    JSON.parse(Buffer.from(text).toString("utf8"));
  } catch {
    return problem("is not JSON", "correct it there, or rename it", place.name);
  }
  return text.includes(0x09) ? Buffer.from(text.map((byte) => (byte === 0x09 ? 0x20 : byte))) : text;
}
