import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kustomize } from "../argocd/plugin.ts";
import { AGENT, pipeline } from "../check/manifests.ts";
import { folderWith, freshFolder } from "../folders.ts";
import { program, runProgram } from "../program.ts";

const folder = folderWith({
  "overlay/all.yaml": `${AGENT}---\n${pipeline("one", 4317)}`,
  "overlay/kustomization.yaml": "resources: [all.yaml]\n",
});

/** kustomize, after a while. */
function slowly(seconds: number): NodeJS.ProcessEnv {
  const file = join(freshFolder(), "kustomize");
  writeFileSync(file, `#!/bin/sh\nsleep ${seconds}\nexec '${kustomize}' "$@"\n`);
  chmodSync(file, 0o755);
  return { INTERCEPT_BACKENDS_KUSTOMIZE: file };
}

/** What a person sees on a terminal of 60 columns. */
function onTerminal(command: string, env: NodeJS.ProcessEnv): string {
  const start = program.endsWith(".mjs") ? `'${process.execPath}' '${program}'` : `'${program}'`;
  const line = `stty cols 60; ${start} ${command}`;
  const { stdout } = spawnSync("script", ["-qec", line, "/dev/null"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...env, TERM: "xterm", NO_COLOR: "1" },
  });
  return stdout.replaceAll("\r\n", "\n");
}

test("work that takes longer than a second says so on a terminal, and takes it back", () => {
  const seen = onTerminal("explain overlay", slowly(3));
  expect(seen).toContain("\r\u001b[Krendering overlay with kustomize");
  // The last that is said of it is cleared before the result.
  expect(seen).toMatch(/\r\u001b\[K(?:(?!\u001b).)*Flows of kyma-system\/telemetry-metric-agent/s);
});

test("nothing is said of it elsewhere", () => {
  const { status, stderr } = runProgram(["explain", "overlay"], "", folder, slowly(3));
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("tables and help fit the terminal", () => {
  for (const command of ["explain overlay --source directory", "help", "check --help"]) {
    const lines = onTerminal(command, {}).split("\n");
    expect(lines.length).toBeGreaterThan(5);
    // Lines of the shell, which a person copies, stay whole.
    const wide = lines.filter(
      (line) => line.length > 60 && !/^ {2}(?:\S.*)?(?:intercept-backends|kustomize|kpt)/.test(line),
    );
    expect(wide).toEqual([]);
  }
});
