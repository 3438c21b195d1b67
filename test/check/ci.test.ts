import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { program, runProgram } from "../program.ts";
import { AGENT, folderWith, kptExample, pipeline, root } from "./folder.ts";

const example = join(root, "examples/ci");

interface Hook {
  language: string;
  entry: string;
  args: string[];
  files: string;
  pass_filenames: boolean;
}

interface Workflow {
  jobs: { check: { env: Record<string, string>; steps: { uses?: string; run?: string }[] } };
}

function read(name: string): unknown {
  return parse(readFileSync(join(example, name), "utf8"));
}

const [hook] = (read(".pre-commit-config.yaml") as { repos: { hooks: Hook[] }[] }).repos.flatMap(({ hooks }) => hooks);
const { env, steps } = (read(".github/workflows/intercept-backends.yaml") as Workflow).jobs.check;

let path: string;

beforeAll(() => {
  const folder = folderWith({});
  symlinkSync(program, join(folder, "intercept-backends"));
  path = [folder, process.env["PATH"]].join(delimiter);
});

/** Runs a command as a shell does, with the program on the PATH. */
function shell(
  cwd: string,
  command: string,
  more: Record<string, string> = {},
): { status: number | null; out: string } {
  const { status, stdout } = spawnSync("bash", ["-e", "-c", command], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...more, PATH: path },
  });
  return { status, out: stdout };
}

describe("the pre-commit hook", () => {
  const command = [hook?.entry, ...(hook?.args ?? [])].join(" ");

  test("fails with a diff, and passes once that is applied", () => {
    const folder = folderWith(kptExample("telemetry/"));
    const { status, out } = shell(folder, command);
    expect(status).toBe(1);
    expect(spawnSync("git", ["apply"], { cwd: folder, input: out }).status).toBe(0);
    expect(shell(folder, command)).toEqual({ status: 0, out: "" });
  });

  test("runs for the files that it reads, and gets no names of changed ones", () => {
    expect(hook?.pass_filenames).toBe(false);
    const files = new RegExp(hook?.files ?? "");
    expect(["telemetry/a.yaml", "telemetry/b/c.json", "docs/a.yaml"].map((name) => files.test(name))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("the workflow", () => {
  const command = steps.flatMap(({ run }) => (run?.startsWith("intercept-backends ") ? [run] : [])).join("\n");

  test("fails with the commands that GitHub shows, and installs this version", () => {
    const { status, out } = shell(folderWith(kptExample("telemetry/")), command, env);
    expect(status).toBe(1);
    expect(out).toMatch(/^::error file=telemetry\/metric-agent\.yaml,line=23,/);
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    expect(steps.some(({ run }) => run?.endsWith(` intercept-backends@${version}`))).toBe(true);
  });

  test("pins its actions", () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used).not.toEqual([]);
    for (const uses of used) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d/);
  });

  test("prints for a new MetricPipeline what the README shows", () => {
    const before = folderWith({ "agent.yaml": AGENT, "one.yaml": pipeline("one", 4317) });
    const written = runProgram(["agent.yaml", "one.yaml"], "", before).stdout.toString();
    const folder = folderWith({
      "telemetry/metric-agent.yaml": written,
      "telemetry/two.yaml": pipeline("two", 9090),
    });
    const { out } = shell(folder, command, env);
    const readme = readFileSync(join(example, "README.md"), "utf8");
    expect(out).toBe(/^```text\n([^]*?)^```/m.exec(readme)?.[1]);
  });
});
