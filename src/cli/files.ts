import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { matchesGlob } from "../argocd/glob.ts";
import { readFolder } from "../argocd/read-folder.ts";
import { NOT_UTF8 } from "../argocd/repository.ts";
import { FileError, withFile } from "./errors.ts";
import { readIgnoreFile, type IsIgnored } from "./krmignore.ts";

/** Which files of a folder count, by patterns on their paths in it. */
export interface Selection {
  include: readonly string[];
  exclude: readonly string[];
}

/** A folder of the walk: what `.krmignore` says of its paths, which count from `ignoreBase`. */
interface Folder {
  path: string;
  /** From the folder that was named, with a final slash; empty for that one. */
  name: string;
  isIgnored: IsIgnored;
  ignoreBase: string;
  isChart: boolean;
}

export function isFolder(path: string): boolean {
  return withFile(path, () => statSync(path)).isDirectory();
}

/**
 * The YAML and JSON files of a folder and of those in it, by name. Hidden ones, `node_modules`, what `.krmignore` names and
 * the templates of charts, which are not YAML yet, are left out.
 */
export function filesIn(path: string, selection: Selection): string[] {
  return filesOf(folderAt(path, ""), selection);
}

function filesOf(folder: Folder, selection: Selection): string[] {
  const refuseIfBroken = (notUtf8: { shown: string } | undefined): void => {
    if (notUtf8) throw new FileError(join(folder.path, notUtf8.shown), `${NOT_UTF8}; rename it`);
  };
  return withFile(folder.path, () => readFolder(folder.path)).flatMap(({ dirent: entry, notUtf8 }) => {
    const path = join(folder.path, entry.name);
    const name = folder.name + entry.name;
    if (entry.name.startsWith(".") || selection.exclude.some((pattern) => matchesGlob(name, pattern))) return [];
    if (folder.isIgnored(name.slice(folder.ignoreBase.length), entry.isDirectory())) return [];
    if (entry.isDirectory()) {
      if (entry.name === "node_modules" || (folder.isChart && entry.name === "templates")) return [];
      refuseIfBroken(notUtf8);
      return filesOf(folderAt(path, `${name}/`, folder), selection);
    }
    const isIncluded =
      selection.include.length === 0 || selection.include.some((pattern) => matchesGlob(name, pattern));
    if (!isIncluded || !/\.(?:ya?ml|json)$/.test(entry.name)) return [];
    refuseIfBroken(notUtf8);
    return [path];
  });
}

/** kpt looks for a `.krmignore` in the folder that it is called with and in each package below, and only there. */
function folderAt(path: string, name: string, parent?: Folder): Folder {
  const isChart = existsSync(join(path, "Chart.yaml"));
  if (parent && !existsSync(join(path, "Kptfile"))) return { ...parent, path, name, isChart };
  const file = join(path, ".krmignore");
  const text = existsSync(file) ? withFile(file, () => readFileSync(file, "utf8")) : "";
  return { path, name, isChart, isIgnored: readIgnoreFile(text), ignoreBase: name };
}
