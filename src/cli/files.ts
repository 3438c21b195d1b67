import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { NamedFile } from "../stream/parts.ts";
import { withFile } from "./errors.ts";
import { readFile } from "./streams.ts";

/** Several files, or folders of them, by their names; standard input where there are none. */
export function readFiles(paths: readonly string[]): NamedFile[] {
  return (paths.length === 0 ? ["-"] : paths.flatMap(filesOf)).map(readFile);
}

/** The YAML and JSON files of a folder and of those in it, but for hidden ones, by name; for anything else the path itself. */
function filesOf(path: string): string[] {
  if (path === "-" || !withFile(path, () => statSync(path)).isDirectory()) return [path];
  return withFile(path, () => readdirSync(path, { withFileTypes: true }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.name.startsWith(".") || entry.name === "node_modules") return [];
      const inner = join(path, entry.name);
      if (entry.isDirectory()) return filesOf(inner);
      return /\.(?:ya?ml|json)$/.test(entry.name) ? [inner] : [];
    });
}
