import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generate } from "../../src/argocd/generate.ts";
import { freshFolder } from "../folders.ts";
import { agent, pipeline } from "./manifests.ts";
import { repository } from "./plugin.ts";

const isPossible = spawnSync("/usr/bin/unshare", ["--user", "--map-current-user", "--net", "--", "true"]).status === 0;
if (!isPossible) console.warn("MISSING: user namespaces, so that a renderer without loopback is not tried");

let connections = 0;
const listener = createServer((socket) => {
  connections += 1;
  socket.end();
});

beforeAll(() => new Promise<void>((done) => listener.listen(0, "127.0.0.1", done)));
afterAll(() => new Promise<void>((done) => listener.close(() => done())));

/** A kustomize that connects to the listener before it prints the resources. */
function curious(): string {
  const file = join(freshFolder(), "kustomize");
  const { port } = listener.address() as AddressInfo;
  const script = `
    const print = () => process.stdout.write(require("fs").readFileSync("agent.yaml") + "---\\n" + require("fs").readFileSync("pipeline.yaml"));
    require("net").connect(${port}, "127.0.0.1").on("close", print).on("error", () => {});`;
  writeFileSync(file, `#!${process.execPath}\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

test.skipIf(!isPossible)(
  "a renderer reaches nothing on loopback, unless the operator lets it use the network",
  async () => {
    const folder = repository({
      "agent.yaml": agent(),
      "pipeline.yaml": pipeline(),
      "kustomization.yaml": "resources: [agent.yaml, pipeline.yaml]\n",
    });
    const env = {
      PATH: process.env["PATH"],
      ARGOCD_APP_NAME: "a",
      ARGOCD_APP_SOURCE_PATH: ".",
      INTERCEPT_BACKENDS_KUSTOMIZE: curious(),
    };
    const { lines, failed } = await generate(folder, env);
    expect({ lines, failed, connections }).toEqual({ lines: [], failed: false, connections: 0 });
    const open = await generate(folder, { ...env, INTERCEPT_BACKENDS_ALLOW_REMOTE_BASES: "true" });
    expect({ failed: open.failed, connections }).toEqual({ failed: false, connections: 1 });
  },
);
