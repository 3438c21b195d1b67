import { chmodSync, copyFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UsageError, withFile } from "./errors.ts";
import { isExecutable } from "./executable.ts";
import { OK } from "./streams.ts";

/**
 * `intercept-backends install DIR`: copies the executable into a folder, for an init container without a shell. A program that
 * runs from there meanwhile is replaced, not overwritten. Returns the exit status.
 */
export function installCall(folder: string): number {
  if (!isExecutable()) throw new UsageError("only the executable installs itself, not the script for Node", "install");
  const target = join(folder, "intercept-backends");
  const fresh = `${target}.${process.pid}`;
  withFile(target, () => {
    try {
      copyFileSync(process.execPath, fresh);
      chmodSync(fresh, 0o755);
      renameSync(fresh, target);
    } finally {
      rmSync(fresh, { force: true });
    }
  });
  return OK;
}
