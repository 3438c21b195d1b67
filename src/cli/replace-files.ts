import {
  closeSync,
  constants,
  accessSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { FileError, withFile } from "./errors.ts";

/** A file, what was read of it, and what it is to hold. */
export interface NewContent {
  path: string;
  before: Uint8Array;
  after: Uint8Array;
}

/**
 * Gives files new contents: each is written beside its place and moved there, so that no reader sees a part of it, and none
 * is moved before all are written. Mode and owner stay, links stay links. Throws FileError where the system refuses, and
 * where a file is no longer what was read.
 */
export function replaceFiles(replacements: readonly NewContent[]): void {
  const fresh: { from: string; to: string; path: string }[] = [];
  try {
    for (const { path, before, after } of replacements) {
      withFile(path, () => {
        const to = realpathSync(path);
        accessSync(to, constants.W_OK);
        // As short as it can be: the name of the file may be as long as the system takes.
        const from = join(dirname(to), `.intercept-backends.${process.pid}.${fresh.length}`);
        fresh.push({ from, to, path });
        writeBeside(from, to, after);
        if (!readFileSync(to).equals(before))
          throw new FileError(path, "was changed while this was running; run it again");
      });
    }
    for (const { from, to, path } of fresh) withFile(path, () => renameSync(from, to));
  } finally {
    for (const { from } of fresh) rmSync(from, { force: true });
  }
}

function writeBeside(from: string, to: string, content: Uint8Array): void {
  const { mode, uid, gid } = statSync(to);
  const file = openSync(from, "wx", 0o600);
  try {
    for (let done = 0; done < content.length;) done += writeSync(file, content, done);
    const own = statSync(from);
    if (own.uid !== uid || own.gid !== gid) fchownSync(file, uid, gid);
    fchmodSync(file, mode & 0o7777);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
