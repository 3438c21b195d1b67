import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { FileError, UsageError } from "./errors.ts";

/** A Git repository, and where in it the call was made. */
export interface Checkout {
  /** Its folder, with all links followed. */
  top: string;
  /** The current folder, from there on. */
  prefix: string;
}

/** The repository around the current folder; throws FileError where there is none. */
export function openCheckout(): Checkout {
  const top = realpathSync(git(["rev-parse", "--show-toplevel"]).trim());
  return { top, prefix: relative(top, realpathSync(process.cwd())) };
}

/** True for the name of a commit. */
export function isRevision(name: string): boolean {
  return run(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]).status === 0;
}

/**
 * Does something in a copy of a revision, in the same folder as the call; the copy is gone afterwards. Neither the working
 * tree nor the index of the repository is touched. Undefined where the revision does not have the path.
 */
export async function inRevision<Result>(
  revision: string,
  { top, prefix }: Checkout,
  path: string,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  if (!isRevision(revision)) throw new UsageError(`${revision} is no revision of this repository`, "diff");
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "intercept-backends-"));
  const here = process.cwd();
  try {
    const tree = join(folder, "tree");
    const index = { GIT_INDEX_FILE: join(folder, "index") };
    git(["-C", top, "read-tree", revision], index);
    git(
      ["-C", top, "-c", "core.hooksPath=/dev/null", "checkout-index", "--all", "--quiet", `--prefix=${tree}/`],
      index,
    );
    if (!existsSync(join(tree, prefix, path))) return undefined;
    // Marks the end of the repository, beyond which a kustomization reads nothing.
    writeFileSync(join(tree, ".git"), "");
    process.chdir(join(tree, prefix));
    return await work();
  } finally {
    process.chdir(here);
    rmSync(folder, { recursive: true, force: true });
  }
}

function git(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr, error } = run(args, env);
  if (error) throw new FileError("git", "cannot be started; install it, and see that it is on PATH");
  if (status === 0) return stdout;
  const [first = `it ends with status ${status}`] = stderr.trim().split("\n");
  throw new FileError("git", `${first.replace(/^fatal: /, "")}; call it in a repository that has the revisions`);
}

function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ReturnType<typeof spawnSync> & { stdout: string; stderr: string } {
  return spawnSync("git", [...args], { encoding: "utf8", env: { ...process.env, ...env }, maxBuffer: 1024 ** 3 });
}
