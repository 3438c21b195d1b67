import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kustomize } from "../argocd/plugin.ts";
import { replaceFiles } from "../../src/cli/replace-files.ts";
import { AGENT, pipeline } from "../check/manifests.ts";
import { folderWith, type Files } from "../folders.ts";
import { runProgram, type Ran } from "../program.ts";

const ONE = pipeline("one", 4317);
const SECRET = "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {token: hidden}}\n";

function fix(folder: string, ...args: string[]): Ran {
  return runProgram(["fix", ...args], "", folder, { INTERCEPT_BACKENDS_KUSTOMIZE: kustomize });
}

function named(name: string): string {
  return AGENT.replace("telemetry-metric-agent", name);
}

function config(name: string): string {
  return `apiVersion: intercept-backends.dev/v1alpha1\nkind: InterceptBackends\nmetadata: {name: ${name}}\nspec: {agent: {name: ${name}}}\n`;
}

function textOf(folder: string, name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

/** What the function writes to standard output for these files. */
function written(files: Files): string {
  return runProgram(Object.keys(files), "", folderWith(files)).stdout.toString();
}

describe("fix writes into the files what the function would write", () => {
  test("byte for byte, and says what it did", () => {
    const agent = `# kept\n${AGENT}# kept as well\n`;
    const folder = folderWith({ "deep/agent.yaml": agent, "one.yaml": ONE, "other.yaml": SECRET });
    expect(fix(folder)).toMatchObject({ status: 0, stderr: "" });
    expect(textOf(folder, "deep/agent.yaml")).toBe(written({ "agent.yaml": agent, "one.yaml": ONE }).split("---\n")[0]);
    expect([textOf(folder, "one.yaml"), textOf(folder, "other.yaml")]).toEqual([ONE, SECRET]);
    expect(readdirSync(join(folder, "deep"))).toEqual(["agent.yaml"]);
  });

  test("what check asks for: after it, check has nothing to say", () => {
    const folder = folderWith({ "agent.yaml": AGENT, "one.yaml": ONE });
    const diff = runProgram(["check", "."], "", folder);
    expect(diff.status).toBe(1);
    const { stdout } = fix(folder, ".");
    const added = diff.stdout.toString().match(/^\+(?!\+)/gm)?.length ?? 0;
    expect(stdout.toString()).toBe(
      `agent.yaml: DaemonSet/kyma-system/telemetry-metric-agent: ${added} lines added, 0 removed\n1 file changed, 2 read\n`,
    );
    expect(runProgram(["check", "."], "", folder)).toMatchObject({ status: 0, stderr: "" });
    expect(fix(folder, ".").stdout.toString()).toBe("nothing to change, 2 read\n");
  });

  test.each<[string, string]>([
    ["Windows line breaks", AGENT.replaceAll("\n", "\r\n")],
    ["a byte-order mark", `\ufeff${AGENT}`],
    ["no last line break", AGENT.trimEnd()],
    ["another resource in the file", `${SECRET}---\n${AGENT}---\n${ONE.replace("one", "two")}`],
  ])("in a file with %s", (_, agent) => {
    const folder = folderWith({ "agent.yaml": agent, "one.yaml": ONE });
    expect(fix(folder, "agent.yaml", "one.yaml").status).toBe(0);
    expect(written({ "agent.yaml": agent, "one.yaml": ONE }).startsWith(textOf(folder, "agent.yaml"))).toBe(true);
    expect(textOf(folder, "agent.yaml")).toContain('includeOutboundPorts: "4317');
  });

  test("in a ResourceList, without results", () => {
    const list = `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${[AGENT, ONE]
      .map((text) => `- ${text.trimEnd().replaceAll("\n", "\n  ")}\n`)
      .join("")}`;
    const folder = folderWith({ "list.yaml": list });
    expect(fix(folder, "list.yaml").status).toBe(0);
    expect(textOf(folder, "list.yaml")).toContain('includeOutboundPorts: "4317"');
    expect(textOf(folder, "list.yaml")).not.toContain("results:");
  });

  test("for two agents in two files and one", () => {
    const folder = folderWith({
      "a.yaml": `${named("one")}---\n${named("two")}`,
      "b.yaml": named("three"),
      "c.yaml": [config("one"), config("two"), config("three"), ONE].join("---\n"),
    });
    expect(fix(folder).stdout.toString()).toMatch(
      /^a\.yaml: .*\/one: .*\na\.yaml: .*\/two: .*\nb\.yaml: .*\n2 files changed/,
    );
    expect(textOf(folder, "a.yaml").match(/includeOutboundPorts: "4317"/g)).toHaveLength(2);
    expect(textOf(folder, "b.yaml")).toContain('includeOutboundPorts: "4317"');
  });
});

describe("fix changes nothing", () => {
  test.each<[string, Files, string[], number, RegExp]>([
    [
      "after an error",
      { "agent.yaml": AGENT, "one.yaml": pipeline("one", 0) },
      ["."],
      1,
      /^one\.yaml:\d+:\d+: MetricPipeline\/one: /,
    ],
    [
      "for a file that is not there",
      { "agent.yaml": AGENT },
      ["agent.yaml", "none.yaml"],
      2,
      /^none\.yaml: there is no/,
    ],
    ["on standard input", { "agent.yaml": AGENT }, ["-"], 2, /^fix writes files, and standard input is none; see/],
    [
      "in a kustomization",
      { "agent.yaml": AGENT, "one.yaml": ONE, "kustomization.yaml": "resources: [agent.yaml, one.yaml]\n" },
      ["."],
      1,
      /^kustomization\.yaml: the agent is rendered from this.*; name the files that hold it/,
    ],
  ])("%s", (_, files, args, status, said) => {
    const folder = folderWith(files);
    const ran = fix(folder, ...args);
    expect({ ...ran, stdout: ran.stdout.toString() }).toEqual({
      status,
      stdout: "",
      stderr: expect.stringMatching(said) as string,
    });
    for (const [name, text] of Object.entries(files)) expect(textOf(folder, name)).toBe(text);
    expect(readdirSync(folder).toSorted()).toEqual(Object.keys(files).toSorted());
  });

  test("to the files of a kustomization but those that are named", () => {
    const folder = folderWith({ "agent.yaml": AGENT, "one.yaml": ONE, "kustomization.yaml": "resources: [x]\n" });
    expect(fix(folder, "agent.yaml", "one.yaml").status).toBe(0);
    expect(textOf(folder, "agent.yaml")).toContain('includeOutboundPorts: "4317"');
  });
});

test("mode and links stay, and no other file is left where one cannot be written", () => {
  const folder = folderWith({ "real/agent.yaml": AGENT, "one.yaml": ONE });
  chmodSync(join(folder, "real/agent.yaml"), 0o640);
  symlinkSync("real/agent.yaml", join(folder, "agent.yaml"));
  expect(fix(folder, "agent.yaml", "one.yaml").status).toBe(0);
  expect(lstatSync(join(folder, "agent.yaml")).isSymbolicLink()).toBe(true);
  expect(statSync(join(folder, "real/agent.yaml")).mode & 0o7777).toBe(0o640);
  expect(textOf(folder, "real/agent.yaml")).toContain('includeOutboundPorts: "4317"');
});

test("where one of two files is no longer what was read, neither is changed", () => {
  const folder = folderWith({ "a.yaml": "a", "b.yaml": "changed" });
  const [one, other] = ["a.yaml", "b.yaml"].map((name) => join(folder, name)) as [string, string];
  const before = Buffer.from("a");
  const after = Buffer.from("new");
  expect(() => replaceFiles([one, other].map((path) => ({ path, before, after })))).toThrow(
    `${other}: was changed while this was running; run it again`,
  );
  expect([textOf(folder, "a.yaml"), textOf(folder, "b.yaml")]).toEqual(["a", "changed"]);
  expect(readdirSync(folder).toSorted()).toEqual(["a.yaml", "b.yaml"]);
});

test("a file whose name is as long as the system takes is written, too", () => {
  const long = `${"b".repeat(250)}.yaml`;
  const folder = folderWith({ [long]: `${AGENT}---\n${ONE}` });
  expect(fix(folder)).toMatchObject({ status: 0, stderr: "" });
  expect(textOf(folder, long)).toContain('includeOutboundPorts: "4317"');
});
