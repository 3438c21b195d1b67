import { lstatSync, readFileSync, realpathSync, statSync, type Stats } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { problem, type Finding } from "../base/finding.ts";
import { isFinding } from "../stream/problem.ts";
import { readFolder } from "./read-folder.ts";
import { MIB, type Environment, type Operator } from "./operator.ts";

/** The source folder, the repository around it, and how much of it may still be read. */
export interface Repository {
  /** Real path that nothing may lead out of. */
  root: string;
  /** Real path of the source folder. */
  folder: string;
  limits: Pick<Operator, "bytes" | "files">;
  spent: { bytes: number; files: number };
}

/** A file or folder that is there, inside of the repository. */
export interface Place {
  /** As named or walked, links and all. */
  path: string;
  /** From the source folder on, as the person who wrote it knows it. */
  name: string;
  real: string;
  isFolder: boolean;
  size: number;
}

/**
 * The repository around a folder. Argo CD runs plugins in the application's folder and names its path in
 * ARGOCD_APP_SOURCE_PATH (argo-cd: reposerver/repository, runConfigManagementPluginSidecars); elsewhere the nearest folder with `.git` is the root.
 */
export function openRepository(folder: string, env: Environment, operator: Operator): Repository | Finding {
  let real;
  try {
    real = realpathSync(folder);
    if (!statSync(real).isDirectory()) return problem(`${folder} is not a folder`, "name the folder of the source");
  } catch (error) {
    return problem(`the folder ${folder} cannot be read: ${codeOf(error)}`, "name the folder of the source");
  }
  const root = rootByArgoCd(real, env["ARGOCD_APP_SOURCE_PATH"]) ?? rootByGit(real) ?? real;
  return { root, folder: real, limits: operator, spent: { bytes: 0, files: 0 } };
}

function rootByArgoCd(folder: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const below = path.split("/").filter((name) => name !== "" && name !== ".");
  const names = folder.split(sep);
  if (below.includes("..")) return folder;
  // With the annotation manifest-generate-paths a part of the repository arrives, and the path's end in it. A path with no
  // end that is the folder's says nothing, and the folder itself is the safe answer.
  const lengths = below.map((_, at) => below.length - at);
  const length = lengths.find((most) => names.slice(-most).join("/") === below.slice(-most).join("/"));
  return length === undefined ? folder : names.slice(0, -length).join(sep) || sep;
}

/** The nearest folder with `.git`, from a folder up; undefined where there is none. */
export function rootByGit(folder: string): string | undefined {
  for (let here = folder; ; here = join(here, "..")) {
    if (lstatSync(join(here, ".git"), { throwIfNoEntry: false })) return here;
    if (here === join(here, "..")) return undefined;
  }
}

/**
 * What a path leads to, links followed; undefined when there is nothing. What lies outside of the repository and what is
 * neither file nor folder is an error (argo-cd: CVE-2022-24904, CVE-2022-31036). Each look is counted.
 */
export function lookAt({ root, folder, limits, spent }: Repository, path: string): Place | Finding | undefined {
  const name = relative(folder, path) || ".";
  let real;
  let stats: Stats;
  try {
    real = realpathSync(path);
    stats = statSync(real);
  } catch (error) {
    const code = codeOf(error);
    if (isLink(path)) {
      return problem(`a symbolic link that leads nowhere (${code})`, "remove it, or commit what it points to", name);
    }
    return code === "ENOENT" || code === "ENOTDIR" ? undefined : problem(`cannot be read: ${code}`, "rename it", name);
  }
  if (!isInside(root, real)) {
    const how = isLink(path) ? "a symbolic link that leads out of the repository" : "lies outside of the repository";
    return problem(how, "commit a copy of what is needed there", name);
  }
  if (!stats.isFile() && !stats.isDirectory()) {
    return problem("is neither a file nor a folder", "remove it from the repository", name);
  }
  spent.files += 1;
  if (spent.files > limits.files) {
    return problem(
      `the source has more than ${limits.files} files and folders`,
      "make it smaller, or let the operator raise INTERCEPT_BACKENDS_MAX_FILES",
    );
  }
  return { path, name, real, isFolder: stats.isDirectory(), size: stats.size };
}

/** Counts bytes that are going to be read of a file, here or by a renderer; an error when they are too many. */
export function countBytes({ limits, spent }: Repository, { name, size }: Place): Finding | undefined {
  spent.bytes += size;
  if (spent.bytes <= limits.bytes) return undefined;
  return problem(
    `with this file the source is larger than ${limits.bytes / MIB} MiB`,
    "make it smaller, or let the operator raise INTERCEPT_BACKENDS_MAX_MEGABYTES",
    name,
  );
}

/** The bytes of a file, counted; an error when they are too many. */
export function readInside(repository: Repository, place: Place): Uint8Array | Finding {
  return countBytes(repository, place) ?? readFileSync(place.real);
}

/** Which files and folders a walk is about, by their names; the others are neither counted nor judged. */
export interface Wanted {
  file(name: string): boolean;
  folder(name: string): boolean;
}

/**
 * All wanted files below a folder, in the order of their paths. Folders that are links inside of the repository
 * are followed, one that leads back to where it stands is an error. The first problem ends the walk.
 */
export function walk(repository: Repository, wanted: Wanted, from = repository.folder): Place[] | Finding {
  const files: Place[] = [];
  const visit = (folder: string, above: readonly string[]): Finding | undefined => {
    for (const { dirent: entry, notUtf8 } of readFolder(folder)) {
      const path = join(folder, entry.name);
      const name = relative(repository.folder, path);
      const isWantedFile = !entry.isDirectory() && wanted.file(name);
      const isWantedFolder = (entry.isDirectory() || entry.isSymbolicLink()) && wanted.folder(name);
      if (!isWantedFile && !isWantedFolder) continue;
      if (notUtf8) return problem(NOT_UTF8, "rename it", join(dirname(name), notUtf8.shown));
      const place = lookAt(repository, path);
      if (place === undefined) continue;
      if (isFinding(place)) return place;
      if (!place.isFolder && isWantedFile) files.push(place);
      if (!place.isFolder || !isWantedFolder) continue;
      if (above.some((folderAbove) => folderAbove === place.real || folderAbove.startsWith(place.real + sep))) {
        return problem("a symbolic link that leads back to a folder above it", "remove it", name);
      }
      const broken = visit(path, [...above, place.real]);
      if (broken) return broken;
    }
    return undefined;
  };
  return visit(from, [from]) ?? files;
}

/** What is wrong with a name that `readFolder` marks. */
export const NOT_UTF8 = "its name is not UTF-8, so that it cannot be opened by it";

/** True for a path in a folder, or the folder itself; both real. */
export function isInside(root: string, real: string): boolean {
  const path = relative(root, real);
  return path !== ".." && !path.startsWith(`..${sep}`) && !path.startsWith("/");
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/** The system's word for a failure (`ENOENT`), which names no path outside of the repository. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | null)?.code ?? String(error);
}
