import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { agent as namedAgent, config as configFor, pipeline as tieredPipeline, portsIn } from "../argocd/manifests.ts";
import { folderWith, root } from "../folders.ts";
import { runProgram } from "../program.ts";
import { AGENT, kptExample, pipeline } from "./manifests.ts";

/** Runs check in a folder. */
function check(folder: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = runProgram(["check", ...args], "", folder);
  return { status, stdout: stdout.toString(), stderr };
}

/** Applies a diff, and returns what the applying program said where it failed. */
function apply(folder: string, command: string, args: readonly string[], diff: string | Uint8Array): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, input: diff, encoding: "utf8" });
  return status === 0 ? "" : `${stdout}${stderr}`;
}

describe("the kpt example", () => {
  test("fails with the diff that its README shows", () => {
    const { status, stdout, stderr } = check(join(root, "examples/kpt"), ".");
    const readme = readFileSync(join(root, "examples/kpt/README.md"), "utf8");
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toBe(/^```diff\n([^]*?)^```/m.exec(readme)?.[1]);
  });

  test("passes once it is rendered", () => {
    const folder = folderWith(kptExample("telemetry/"));
    const { stdout } = check(folder, "telemetry");
    expect(apply(folder, "git", ["apply"], stdout)).toBe("");
    expect(check(folder, "telemetry")).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("is checked with the function config of the call, if there is one", () => {
    const { "fn-config.yaml": config = "", ...files } = kptExample();
    const folder = folderWith({ ...files, "settings/config": config });
    const { status, stdout } = check(folder, "--function-config", "settings/config", ".");
    expect(status).toBe(1);
    expect(stdout).toContain('+        traffic.sidecar.istio.io/excludeInboundPorts: "8888"\n');
  });
});

test("every kustomize example is checked as it stands", () => {
  const { status, stdout, stderr } = check(root, "--source", "directory", "examples/kustomize/base");
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^examples\/kustomize\/base\/metric-pipelines\.yaml:\d+:\d+: MetricPipeline\/external: /);
  expect(check(root, "--source", "directory", "examples/argocd/metrics").stdout).toContain(
    "--- a/examples/argocd/metrics/metric-agent.yaml\n",
  );
});

const SECRET = "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {token: hidden}}\n";
const DONE = rewritten(AGENT);

/** The DaemonSet as the function writes it for the port 4317. */
function rewritten(agent: string): string {
  const folder = folderWith({ "agent.yaml": agent, "pipeline.yaml": pipeline("one", 4317) });
  const { stdout } = runProgram(["agent.yaml", "pipeline.yaml"], "", folder);
  return stdout.toString().split("---\n")[0] ?? "";
}

describe("the diff is what the function would write", () => {
  const crlf = AGENT.replaceAll("\n", "\r\n");
  const file = "name with space.yaml";
  const flow = `{"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "telemetry-metric-agent"},
"spec": {"template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "collector"}]}}}}`;
  const stale = DONE.replace('"4317"', '"1,2"').replace('        sidecar.istio.io/inject: "true"\n', "");
  test.each([
    ["at its end, without a last line break", { [file]: AGENT.trimEnd() }],
    ["with a byte-order mark", { [file]: `\ufeff${AGENT}` }],
    ["with Windows line breaks", { [file]: crlf }],
    ["with other lines there before", { [file]: stale }],
    ["with other lines there before and no last line break", { [file]: stale.trimEnd() }],
    ["as JSON without a last line break", { [file]: flow }],
    ["between Secrets", { [file]: `${SECRET}---\n${AGENT}---\n${SECRET}` }],
    ["behind a Secret, with a comment between", { [file]: `${SECRET}--- # next\n${AGENT.trimEnd()}` }],
    ["beside bytes that are no UTF-8", { [file]: Buffer.from(`${AGENT}---\n# \xff\xfe\nkind: Other\n`, "latin1") }],
  ])("%s", (_, files) => {
    // With others before and behind, and alone: the file must become the same.
    const folder = folderWith({ "a.yaml": pipeline("one", 4317), ...files, "z/b.json": '{"kind": "Other"}' });
    const { status, stdout } = runProgram(["check", "."], "", folder);
    expect({ status, diff: stdout.length > 0 }).toEqual({ status: 1, diff: true });
    expect(stdout.toString("latin1")).not.toContain("hidden");

    const before = readFileSync(join(folder, file));
    expect(apply(folder, "patch", ["-p1", "--fuzz=0", "--batch", "--binary"], stdout)).toBe("");
    const patched = readFileSync(join(folder, file));
    writeFileSync(join(folder, file), before);
    expect(apply(folder, "git", ["apply", "--whitespace=nowarn", "-"], stdout)).toBe("");
    expect(readFileSync(join(folder, file)).equals(patched)).toBe(true);

    const joined = runProgram([file, "a.yaml"], before, folder).stdout.toString("latin1");
    const own = patched.toString("latin1");
    expect(joined).toBe(`${own}${own.endsWith("\n") ? "" : "\n"}---\n${pipeline("one", 4317)}`);
    expect(check(folder, ".")).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});

describe("the names of files", () => {
  test("are relative to the present folder, and whole outside of it", () => {
    const folder = folderWith({ "in/agent.yaml": AGENT, "pipeline.yaml": pipeline("one", 4317) });
    const names = (cwd: string, ...args: string[]): string[] => check(join(folder, cwd), ...args).stdout.split("\n");
    expect(names(".", "./in/../in/agent.yaml", "pipeline.yaml")[0]).toBe("--- a/in/agent.yaml");
    expect(names(".", join(folder, "in"), "pipeline.yaml")[0]).toBe("--- a/in/agent.yaml");
    expect(names("in", "..")[0]).toBe("--- a/agent.yaml");
    expect(check(root, folder).stdout.split("\n")[0]).toBe(`--- a${folder}/in/agent.yaml`);
  });

  test("are quoted as Git quotes them", () => {
    const name = 'a "quoted"\\\tname.yaml';
    const folder = folderWith({ [name]: AGENT, "pipeline.yaml": pipeline("one", 4317) });
    const { stdout } = check(folder, ".");
    expect(stdout.split("\n")[0]).toBe('--- "a/a \\"quoted\\"\\\\\\011name.yaml"');
    expect(apply(folder, "git", ["apply"], stdout)).toBe("");
    expect(readFileSync(join(folder, name), "utf8")).toBe(DONE);
  });
});

test("a stream from standard input is checked without results of the run", () => {
  const folder = folderWith({ "a.yaml": DONE, "b.yaml": pipeline("one", 4317) });
  const files = ["a.yaml", "b.yaml"].map((name) => readFileSync(join(folder, name), "utf8"));
  const items = files.map((text) => `- ${text.trimEnd().replaceAll("\n", "\n  ")}\n`).join("");
  const list = `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${items}`;
  const ran = runProgram(["check", "-"], list);
  expect({ status: ran.status, stdout: ran.stdout.toString(), stderr: ran.stderr }).toEqual({
    status: 0,
    stdout: "",
    stderr: "",
  });
  const stale = runProgram(["check", "-"], list.replace("4317", "1"));
  expect(stale.status).toBe(1);
  expect(stale.stdout.toString()).not.toContain("results");
});

describe("each function config among the files decides for its own agent", () => {
  const [front, back] = [namedAgent("front"), namedAgent("back")];
  const others = {
    "configs.yaml": `${configFor("front", "one")}---\n${configFor("back", "two")}`,
    "pipelines.yaml": `${tieredPipeline("one", 4317)}---\n${tieredPipeline("two", 4318)}`,
  };

  test.each([
    ["in files of their own", { "front.yaml": front, "back.yaml": back }],
    ["in one file", { "agents.yaml": `${back}---\n${front}` }],
    ["in a list", { "list.yaml": listOf(front, back) }],
  ])("%s", (_, agents) => {
    const folder = folderWith({ ...agents, ...others });
    const { status, stdout, stderr } = check(folder, ".");
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(apply(folder, "git", ["apply"], stdout)).toBe("");
    const written = Object.keys(agents).map((name) => readFileSync(join(folder, name), "utf8"));
    const ofFront = Object.keys(agents).includes("agents.yaml") ? ["4318", "4317"] : ["4317", "4318"];
    expect(portsIn(written.join(""))).toEqual(ofFront);
    expect(check(folder, ".")).toEqual({ status: 0, stdout: "", stderr: "" });
    const output = runProgram(readdirSync(folder), "", folder).stdout.toString();
    for (const text of written) expect(output).toContain(text);
  });
});

/** Manifests as a List in block style. */
function listOf(...manifests: string[]): string {
  const items = manifests.map((text) => `- ${text.trimEnd().replaceAll("\n", "\n  ")}\n`);
  return `apiVersion: v1\nkind: List\nitems:\n${items.join("")}`;
}

function configNamed(name: string): string {
  return `apiVersion: intercept-backends.dev/v1alpha1\nkind: InterceptBackends\nmetadata: {name: ${name}}\n`;
}

describe("nothing can be decided", () => {
  test.each([
    [
      "with two function configs for one agent",
      { "a.yaml": `${configNamed("one")}---\n${configNamed("two")}` },
      /^agent\.yaml:1:1: DaemonSet\/.*: the InterceptBackends one and two are both for this DaemonSet/,
    ],
    [
      "with a function config that is no YAML",
      { "a.yaml": `${configNamed("one")}x: "\\q"\n` },
      /^a\.yaml:4:5: .*not YAML/,
    ],
    [
      "with an unknown key",
      { "a.yaml": `${configNamed("one")}spec: {agnt: {}}\n` },
      /^a\.yaml:4:8: InterceptBackends\/one: spec\.agnt: /,
    ],
    [
      "with two agents of one name, in files that are named",
      { "a.yaml": AGENT },
      /several DaemonSets match .*: kyma-system\/telemetry-metric-agent \(a\.yaml\), kyma-system\/telemetry-metric-agent \(.*\.yaml\); keep one of them, or leave the other's file out of the input/,
    ],
    [
      "with two agents of two namespaces",
      { "a.yaml": AGENT.replace("kyma-system", "other") },
      /: kyma-system\/telemetry-metric-agent \(.*\.yaml\), other\/|: other\/telemetry-metric-agent \(a\.yaml\), .*; single one out with agent\.name/,
    ],
  ])("%s", (_, files, said) => {
    const folder = folderWith({ ...files, "agent.yaml": AGENT, "pipeline.yaml": pipeline("one", 4317) });
    const { status, stdout, stderr } = check(folder, ".");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(said);
  });

  test("with an error in the function config of the call", () => {
    const folder = folderWith({
      "agent.yaml": AGENT,
      broken: "kind: [\n",
      wrong: `${configNamed("one")}spec: {agnt: {}}\n`,
    });
    expect(check(folder, "--function-config", "broken", "agent.yaml")).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^broken:2:1: the function config is not YAML/) as string,
    });
    expect(check(folder, "--function-config", "wrong", "agent.yaml")).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^wrong:4:8: InterceptBackends\/one: spec\.agnt: /) as string,
    });
  });

  test.each([
    ["a format that there is not", ["--format", "table", "."], "--format is diff, github, sarif, not table"],
    ["a file that there is not", ["none.yaml"], "none.yaml"],
    ["a function config that there is not", ["--function-config", "none", "."], "none"],
  ])("and the call is refused with %s", (_, args, said) => {
    const { status, stdout, stderr } = check(folderWith({ "agent.yaml": AGENT }), ...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(said);
    expect(stderr).toMatch(/[;,] .*see intercept-backends (?:check )?--help\n$/);
  });
});
