import { readdirSync } from "node:fs";
import type { Dirent } from "node:fs";
import { join, sep } from "node:path";
import type { Finding } from "../base/finding.ts";
import { problem } from "./problem.ts";
import { lookAt, shown } from "./repository.ts";
import type { Place, Repository } from "./repository.ts";

/** A file below the source folder. */
export interface FoundFile extends Place {
  /** As walked, links and all. */
  path: string;
}

/** Which files and folders a walk is about; the others are neither counted nor judged. */
export interface Wanted {
  file(path: string): boolean;
  folder(path: string): boolean;
}

/**
 * All wanted files below a folder, in the order of their paths. Folders that are links inside of the repository are
 * followed, one that leads back to where it stands is an error. The first problem ends the walk.
 */
export function walk(repository: Repository, folder: string, wanted: Wanted): FoundFile[] | Finding {
  const files: FoundFile[] = [];
  const visit = (path: string, above: readonly string[]): Finding | undefined => {
    for (const entry of readdirSync(path, { withFileTypes: true }).toSorted(byName)) {
      const here = join(path, entry.name);
      if (!mayBeWanted(entry, here, wanted)) continue;
      const place = lookAt(repository, here);
      if (place === "missing") continue;
      if ("severity" in place) return place;
      if (!place.isFolder) {
        if (wanted.file(here)) files.push({ ...place, path: here });
      } else if (wanted.folder(here)) {
        if (above.some((folderAbove) => folderAbove === place.real || folderAbove.startsWith(place.real + sep))) {
          return problem("a symbolic link that leads back to a folder above it", "remove it", shown(repository, here));
        }
        const broken = visit(here, [...above, place.real]);
        if (broken) return broken;
      }
    }
    return undefined;
  };
  return visit(folder, [folder]) ?? files;
}

function mayBeWanted(entry: Dirent, path: string, wanted: Wanted): boolean {
  if (entry.isDirectory()) return wanted.folder(path);
  return wanted.file(path) || (entry.isSymbolicLink() && wanted.folder(path));
}

function byName(one: Dirent, other: Dirent): number {
  return one.name < other.name ? -1 : 1;
}
