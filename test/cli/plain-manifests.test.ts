import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { AGENT, pipeline } from "../check/manifests.ts";
import { folderWith } from "../folders.ts";
import { runProgram } from "../program.ts";

const PIPELINE = pipeline("one", 4317);
const WITHOUT_PORT = PIPELINE.replace(":4317", "");
const MANIFESTS = `${AGENT}---\n${PIPELINE}`;

function listOf(...items: string[]): string {
  const lines = items.map((text) => `- ${text.trimEnd().replaceAll("\n", "\n  ")}\n`);
  return `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${lines.join("")}`;
}

/** Runs over a text as a named file, as standard input with a name, and as a host does. */
function runOver(text: string, options: readonly string[], env: Record<string, string> = {}) {
  const folder = folderWith({ "input.yaml": text, "broken.yaml": "kind: [\n", "wrong.yaml": "kind: Wrong\n" });
  const calls: [readonly string[], string][] = [
    [[...options, "input.yaml"], ""],
    [[...options, "-"], text],
    [options, text],
  ];
  const [named, piped, host] = calls.map(([args, input]) => runProgram(args, input, folder, env));
  return { named, piped, host };
}

describe("with an error", () => {
  test("plain manifests are not printed, so that nothing unprotected is piped on", () => {
    const { named, piped, host } = runOver(`${AGENT}---\n${WITHOUT_PORT}`, []);
    for (const ran of [named, piped]) {
      expect(ran).toMatchObject({
        status: 1,
        stdout: Buffer.from(""),
        stderr: expect.stringContaining("no port") as string,
      });
    }
    // A host sends no plain manifests, and loses nothing of what it sent.
    expect(host).toMatchObject({ status: 1, stdout: Buffer.from(`${AGENT}---\n${WITHOUT_PORT}`) });
  });

  test("text that is no YAML is not printed either", () => {
    const { named, piped } = runOver(`${MANIFESTS}---\nkind: DaemonSet\nspec: [\n`, []);
    for (const ran of [named, piped]) expect(ran).toMatchObject({ status: 1, stdout: Buffer.from("") });
  });

  test("a ResourceList is printed with the results", () => {
    const list = listOf(AGENT, WITHOUT_PORT);
    for (const ran of Object.values(runOver(list, []))) {
      expect(ran?.status).toBe(1);
      expect(ran?.stdout.toString().startsWith(`${list}results:\n`)).toBe(true);
    }
  });
});

describe.each(["broken.yaml", "wrong.yaml"])("with an error in the function config %s", (config) => {
  test("plain manifests are not printed", () => {
    const { named, piped } = runOver(MANIFESTS, ["--function-config", config]);
    for (const ran of [named, piped]) {
      expect(ran).toMatchObject({
        status: 1,
        stdout: Buffer.from(""),
        stderr: expect.stringContaining(config) as string,
      });
    }
  });

  test("a ResourceList is printed", () => {
    const list = listOf(AGENT, PIPELINE);
    for (const ran of Object.values(runOver(list, ["--function-config", config]))) {
      expect(ran).toMatchObject({ status: 1, stderr: expect.stringContaining(config) as string });
      expect(ran?.stdout.toString().startsWith(list)).toBe(true);
    }
  });
});

// The fault is put into the process by an option of Node's, and by one of the executable's engine.
describe("with a bug", () => {
  const fault = "globalThis.TextDecoder = class { constructor() { throw new Error('boom') } }";
  const file = join(folderWith({ "fault.mjs": fault }), "fault.mjs");
  const env = { NODE_OPTIONS: `--import=${pathToFileURL(file).href}`, BUN_OPTIONS: `--preload=${file}` };
  const stderr =
    "bug: boom; nothing was changed; please report it as an issue of the intercept-backends repository, " +
    "with the input and the output of --verbose\n";

  test("plain manifests are not printed", () => {
    const { named, piped } = runOver(MANIFESTS, [], env);
    for (const ran of [named, piped]) expect(ran).toEqual({ status: 3, stdout: Buffer.from(""), stderr });
  });

  test("a ResourceList is printed as it is", () => {
    const list = listOf(AGENT, PIPELINE);
    for (const ran of Object.values(runOver(list, [], env))) {
      expect(ran).toEqual({ status: 3, stdout: Buffer.from(list), stderr });
    }
  });
});
