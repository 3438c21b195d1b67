import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, root } from "../folders.ts";
import { kptOnPath, kustomize4, onEach, shell, titleOf } from "./host.ts";

const quickstart = "node scripts/quickstart.mjs";

onEach([kustomize4], (host) => {
  test("npm run quickstart shows what kustomize changes, without colours where there is no terminal", () => {
    const { status, stdout, stderr } = shell(host, `${quickstart} kustomize`, clone());
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("\n+        traffic.sidecar.istio.io/includeOutboundPorts: 4317,4318,9090\n");
    expect(stdout).toContain("kustomize 4.5.4 built examples/kustomize/overlay");
    expect(stdout).not.toContain("\u001B");
  });

  test("npm run quickstart says in a sentence that no host can render an example", () => {
    const command = `PATH='${onlyNode()}' ${quickstart} kpt`;
    const { status, stdout, stderr } = shell(host, command, clone());
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^quickstart: no host could render an example\. kpt: it is not on PATH .*\n$/m);
  });
});

onEach([kptOnPath], (host) => {
  test("npm run quickstart shows what kpt changes", () => {
    const { status, stdout, stderr } = shell(host, quickstart, clone());
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('\n+        traffic.sidecar.istio.io/includeOutboundPorts: "443,4317,9090"\n');
    expect(stdout).toContain(`${titleOf(host)} rendered a copy of examples/kpt`);
  });
});

/** The parts of the project that it is built from, so that no other test sees the program being written. */
function clone(): string {
  const folder = freshFolder();
  for (const part of ["examples", "package.json", "scripts", "src", "tsconfig.json"]) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** A PATH with no host on it. */
function onlyNode(): string {
  const folder = freshFolder();
  symlinkSync(process.execPath, join(folder, "node"));
  return folder;
}
