import { relative } from "node:path";
import type { Finding } from "../base/finding.ts";
import { notText } from "../base/not-text.ts";
import { joinDocuments } from "../stream/join-documents.ts";
import type { NamedFile } from "../stream/join-documents.ts";
import { byteOrderMark } from "../stream/lines.ts";
import { matchesGlob } from "./glob.ts";
import { problem } from "./problem.ts";
import type { Rendering } from "./render.ts";
import { readInside, shown } from "./repository.ts";
import type { Repository } from "./repository.ts";
import { walk } from "./walk.ts";
import type { FoundFile } from "./walk.ts";

/** Which files of a folder are manifests; without `include` all of them are. */
export interface Choice {
  include: readonly string[];
  exclude: readonly string[];
}

const MANIFEST = /\.(?:ya?ml|json)$/i;

/** All manifests below the source folder, in the order of their paths, as one stream; hidden files and folders stay out. */
export function renderDirectory(repository: Repository, { include, exclude }: Choice): Rendering {
  const nameOf = (path: string): string => relative(repository.folder, path);
  const isHidden = (path: string): boolean =>
    nameOf(path)
      .split("/")
      .some((name) => name.startsWith("."));
  const isExcluded = (path: string): boolean => exclude.some((glob) => matchesGlob(nameOf(path), glob));
  const files = walk(repository, repository.folder, {
    file: (path) =>
      MANIFEST.test(path) &&
      !isHidden(path) &&
      (include.length === 0 || include.some((glob) => matchesGlob(nameOf(path), glob))) &&
      !isExcluded(path),
    folder: (path) => !isHidden(path) && !isExcluded(path),
  });
  return Array.isArray(files) ? join(repository, files) : { findings: [files] };
}

function join(repository: Repository, files: readonly FoundFile[]): Rendering {
  const named: NamedFile[] = [];
  for (const file of files) {
    const bytes = textOf(repository, file);
    if (!(bytes instanceof Uint8Array)) return { findings: [bytes] };
    named.push({ path: shown(repository, file.path), bytes });
  }
  return { ...joinDocuments(named), name: "the source" };
}

/**
 * A file as it may stand in the middle of a stream: without its byte-order mark, and JSON without tabs, which separate
 * there and which Argo CD's YAML reader refuses; within strings JSON has none (RFC 8259, 7).
 */
function textOf(repository: Repository, file: FoundFile): Uint8Array | Finding {
  const bytes = readInside(repository, file, file.path);
  if (!(bytes instanceof Uint8Array)) return bytes;
  const name = shown(repository, file.path);
  const broken = notText(bytes);
  if (broken) return problem(broken.cause, broken.remedy, name);
  const text = bytes.subarray(byteOrderMark(bytes));
  if (!/\.json$/i.test(file.path)) return text;
  try {
    JSON.parse(Buffer.from(text).toString("utf8"));
  } catch {
    return problem("is not JSON", "mend it there, or rename it", name);
  }
  return text.includes(0x09) ? Buffer.from(text.map((byte) => (byte === 0x09 ? 0x20 : byte))) : text;
}
