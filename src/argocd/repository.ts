import { lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Finding } from "../base/finding.ts";
import type { Environment, Operator } from "./operator.ts";
import { problem } from "./problem.ts";

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

function rootByGit(folder: string): string | undefined {
  for (let here = folder; ; here = join(here, "..")) {
    if (lstatSync(join(here, ".git"), { throwIfNoEntry: false })) return here;
    if (here === join(here, "..")) return undefined;
  }
}

/** How a path is shown: from the source folder on, as the person who wrote it knows it. */
export function shown({ folder }: Repository, path: string): string {
  return relative(folder, path) || ".";
}

/**
 * What a path leads to, links followed; "missing" when there is nothing. What lies outside of the repository and what is
 * neither file nor folder is an error (argo-cd: CVE-2022-24904, CVE-2022-31036). Each look is counted.
 */
export function lookAt(repository: Repository, path: string): Place | "missing" | Finding {
  const name = shown(repository, path);
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
    return code === "ENOENT" || code === "ENOTDIR" ? "missing" : problem(`cannot be read: ${code}`, "rename it", name);
  }
  if (!isInside(repository.root, real)) {
    const how = isLink(path) ? "a symbolic link that leads out of the repository" : "lies outside of the repository";
    return problem(how, "commit a copy of what is needed there", name);
  }
  if (!stats.isFile() && !stats.isDirectory()) {
    return problem("is neither a file nor a folder", "remove it from the repository", name);
  }
  const tooMuch = count(repository, "files", 1);
  if (tooMuch) return tooMuch;
  return { real, isFolder: stats.isDirectory(), size: stats.size };
}

/** Counts bytes that are going to be read of a file, here or by a renderer; an error when they are too many. */
export function countBytes(repository: Repository, { size }: Place, path: string): Finding | undefined {
  const tooMuch = count(repository, "bytes", size);
  return tooMuch && { ...tooMuch, file: { path: shown(repository, path) } };
}

/** The bytes of a file, counted; an error when they are too many. */
export function readInside(repository: Repository, place: Place, path: string): Uint8Array | Finding {
  return countBytes(repository, place, path) ?? readFileSync(place.real);
}

function count({ limits, spent }: Repository, what: "bytes" | "files", amount: number): Finding | undefined {
  spent[what] += amount;
  if (spent[what] <= limits[what]) return undefined;
  return what === "files"
    ? problem(
        `the source has more than ${limits.files} files and folders`,
        "make it smaller, or let the operator raise INTERCEPT_BACKENDS_MAX_FILES",
      )
    : problem(
        `with this file the source is larger than ${limits.bytes / 1024 / 1024} MiB`,
        "make it smaller, or let the operator raise INTERCEPT_BACKENDS_MAX_MEGABYTES",
      );
}

function isInside(root: string, real: string): boolean {
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
