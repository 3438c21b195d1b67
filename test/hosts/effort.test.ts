import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { program } from "../program.ts";
import { commandsIn, copyOf } from "./example.ts";
import type { Example } from "./example.ts";
import { kptNewest, kptOnPath, kustomize4, kustomize5, onEach, succeed } from "./host.ts";
import type { Host } from "./host.ts";

const [render = ""] = commandsIn("kpt", "kpt fn");
const [build = ""] = commandsIn("kustomize", "kustomize build");

/** Runs a command with the function behind a script that asks it for `--verbose`; gives the lines that it says then. */
function effortOf(host: Host, command: string, { cwd }: Example): string[] {
  const folder = join(cwd, "verbose");
  const file = join(cwd, "said");
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, "");
  const script = join(folder, "intercept-backends");
  writeFileSync(script, `#!/bin/sh\nexec "${resolve(program)}" --verbose 2>>"${file}"\n`);
  chmodSync(script, 0o755);
  succeed(host, `PATH="${folder}:$PATH" ${command}`, cwd);
  return readFileSync(file, "utf8").trimEnd().split("\n");
}

/** What is said where so many texts needed the package `yaml`: the one in which the proof of a change reads the agent. */
const fast = (texts: 0 | 1): unknown =>
  expect.stringMatching(
    `^read \\d+ items by lines; \\d regions were parsed, ${texts} texts needed the full YAML parser$`,
  ) as unknown;

// The slow ways give the same bytes, so that nobody would see them come back but by the time that they take.
onEach([kptOnPath, kptNewest], (kpt) => {
  test("a render takes the fast ways, the first and every later one", () => {
    const example = copyOf("kpt");
    expect(effortOf(kpt, render, example)).toEqual([fast(1)]);
    expect(effortOf(kpt, render, example)).toEqual([fast(0)]);
  });
});

onEach([kustomize4, kustomize5], (kustomize) => {
  test("a build takes the fast ways", () => {
    expect(effortOf(kustomize, build, copyOf("kustomize"))).toEqual([fast(1)]);
  });
});
