import { spawnSync } from "node:child_process";
import { closeSync, cpSync, openSync, readFileSync, readSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { freshFolder, root } from "../folders.ts";

interface Job {
  steps: { name?: string; run?: string }[];
}

const workflow = parse(readFileSync(join(root, ".github/workflows/release.yaml"), "utf8")) as {
  jobs: Record<"executables" | "start", Job>;
};
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

/** Runs a step of the release workflow in a folder. */
function runStep(job: "executables" | "start", name: string, cwd: string, env: Record<string, string> = {}): void {
  const run = workflow.jobs[job].steps.find((step) => step.name === name)?.run;
  expect(run, name).toBeDefined();
  const { status, stdout, stderr } = spawnSync("bash", ["-e", "-o", "pipefail", "-c", run ?? ""], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  expect(status, `${stdout}${stderr}`).toBe(0);
}

/** The first bytes of each kind of program: ELF and its machine, Mach-O and its CPU, and DOS, with which those of Windows start. */
const HEADS: Record<string, RegExp> = {
  "intercept-backends-linux-x64": /^7f454c460201.{24}3e00/,
  "intercept-backends-linux-arm64": /^7f454c460201.{24}b700/,
  "intercept-backends-darwin-x64": /^cffaedfe07000001/,
  "intercept-backends-darwin-arm64": /^cffaedfe0c000001/,
  "intercept-backends-windows-x64.exe": /^4d5a/,
};

function headOf(file: string): string {
  const descriptor = openSync(file, "r");
  const head = Buffer.alloc(20);
  readSync(descriptor, head);
  closeSync(descriptor);
  return head.toString("hex");
}

test("the release compiles five executables with checksums, and the one for this machine starts", () => {
  const here = freshFolder();
  for (const part of ["examples", "package.json", "scripts", "src", "tsconfig.json"]) {
    cpSync(join(root, part), join(here, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(here, "node_modules"));
  runStep("executables", "compile", here);
  runStep("executables", "checksums", join(here, "dist"));
  for (const [name, head] of Object.entries(HEADS)) expect(headOf(join(here, "dist", name)), name).toMatch(head);
  const sums = readFileSync(join(here, "dist/SHA256SUMS"), "utf8").trimEnd().split("\n");
  expect(sums.map((line) => line.split(/ [ *]/)[1])).toEqual(Object.keys(HEADS).toSorted());
  if (process.platform !== "linux") return;
  const env = { FILE: `dist/intercept-backends-linux-${process.arch}`, VERSION: version };
  runStep("start", "start", here, env);
});
