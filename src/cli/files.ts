import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { NamedFile } from "../stream/join-documents.ts";
import { readStdin, STANDARD_INPUT } from "./streams.ts";
import { UsageError } from "./usage-error.ts";

/** The files of a call, standard input where it names none; throws UsageError for one that cannot be read. */
export function readPaths(paths: readonly string[]): NamedFile[] {
  if (paths.length === 0) return [{ path: STANDARD_INPUT, bytes: readStdin() }];
  try {
    return readFiles(paths, readStdin);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The YAML and JSON files of a folder and of those in it, but for hidden ones, by name; for anything else the path itself. */
export function filesOf(path: string): string[] {
  if (path === "-" || !statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.name.startsWith(".") || entry.name === "node_modules") return [];
      const inner = join(path, entry.name);
      if (entry.isDirectory()) return filesOf(inner);
      return /\.(?:ya?ml|json)$/.test(entry.name) ? [inner] : [];
    });
}

/** Several files, or folders of them, by their names; `-` is what `readInput` gives. */
export function readFiles(paths: readonly string[], readInput: () => Uint8Array): NamedFile[] {
  return paths
    .flatMap(filesOf)
    .map((path) =>
      path === "-" ? { path: "standard input", bytes: readInput() } : { path, bytes: readFileSync(path) },
    );
}
