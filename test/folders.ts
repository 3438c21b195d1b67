import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project. */
export const root = fileURLToPath(new URL("..", import.meta.url));

let workshop: string | undefined;
let folders = 0;

/** Removes all folders of this file's tests; a setup file calls it after them. */
export function removeFolders(): void {
  if (workshop !== undefined) rmSync(workshop, { recursive: true, force: true });
  workshop = undefined;
}

/** The path of a folder that is there, empty, and gone after the tests of this file. */
export function freshFolder(): string {
  workshop ??= mkdtempSync(join(realpathSync(tmpdir()), "intercept-backends-"));
  folders += 1;
  const folder = join(workshop, String(folders));
  mkdirSync(folder);
  return folder;
}

/** Files by their paths in a folder. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A fresh folder with these files. */
export function folderWith(files: Files): string {
  const folder = freshFolder();
  writeFiles(folder, files);
  return folder;
}

/** Writes files below a folder, and the folders that they stand in. */
export function writeFiles(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
