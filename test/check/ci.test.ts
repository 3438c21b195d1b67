import { spawnSync } from "node:child_process";
import { lstatSync, readFileSync, renameSync, symlinkSync, writeFileSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { folderWith, root } from "../folders.ts";
import { program, runProgram } from "../program.ts";
import { AGENT, kptExample, pipeline } from "./manifests.ts";

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

  test("as the hook of a real repository, keeps a commit back until it is right", () => {
    const folder = folderWith(kptExample("telemetry/"));
    spawnSync("git", ["init", "--quiet"], { cwd: folder });
    writeFileSync(join(folder, ".git/hooks/pre-commit"), `#!/bin/sh\nexec ${command}\n`, { mode: 0o755 });
    const commit = "git add . && git -c user.name=a -c user.email=a@example.com commit --quiet --message change";
    expect(shell(folder, commit).status).toBe(1);
    expect(shell(folder, `${command} | git apply`).status).toBe(0);
    expect(shell(folder, `${commit} && git log --format=%s`)).toEqual({ status: 0, out: "change\n" });
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
  const runs = steps.flatMap(({ run }) => run ?? []);
  const command = runs.filter((run) => run.startsWith("intercept-backends ")).join("\n");

  test("installs the package that npm makes of this version, and fails with the commands that GitHub shows", () => {
    const folder = folderWith({ ...kptExample("telemetry/"), "ci/.keep": "", "prefix/.keep": "" });
    const packed = spawnSync("npm", ["pack", "--ignore-scripts", "--pack-destination", join(folder, "ci")], {
      cwd: root,
      encoding: "utf8",
    });
    expect(packed.status, packed.stderr).toBe(0);
    renameSync(join(folder, "ci", packed.stdout.trim()), join(folder, "ci/intercept-backends.tgz"));

    const prefix = join(folder, "prefix");
    const { status, out } = shell(folder, `PATH="${prefix}/bin:$PATH"\n${runs.join("\n")}`, {
      ...env,
      npm_config_prefix: prefix,
      npm_config_prefer_offline: "true",
    });
    expect(status).toBe(1);
    expect(out).toMatch(/^::error file=telemetry\/metric-agent\.yaml,line=23,/m);
    expect(lstatSync(join(prefix, "bin/intercept-backends")).isSymbolicLink()).toBe(true);
    // The executable for one kind of machine lies beside it in dist once it has been built, and is a hundred times its size.
    const shipped = readdirSync(join(prefix, "lib/node_modules/intercept-backends/dist")).toSorted();
    expect(shipped).toEqual([
      "intercept-backends.licenses.txt",
      "intercept-backends.mjs",
      "kpt-func.mjs",
      "program",
      "types",
    ]);
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

/** The jobs of other systems: what they run, and where. */
interface GitLab {
  "intercept-backends": { variables: Record<string, string>; script: string[] };
}
interface ArgoWorkflow {
  spec: {
    arguments: { parameters: { name: string; value: string }[] };
    templates: { container: { command: string[]; args: string[] } }[];
  };
}

function jobOfGitLab(): { command: string; variables: Record<string, string> } {
  const { variables, script } = (read(".gitlab-ci.yml") as GitLab)["intercept-backends"];
  return { command: script.filter((line) => !line.startsWith("npm install ")).join("\n"), variables };
}

function templateOfArgo(): { command: string; variables: Record<string, string> } {
  const { spec } = read("argo-workflow.yaml") as ArgoWorkflow;
  const { command = [], args = [] } = spec.templates[0]?.container ?? {};
  const folder = spec.arguments.parameters.find(({ name }) => name === "folder")?.value ?? "";
  const words = [...command, ...args].map((word) => word.replace("{{workflow.parameters.folder}}", folder));
  return { command: words.join(" ").replace("/usr/local/bin/", ""), variables: {} };
}

describe.each([
  ["the job of GitLab", jobOfGitLab],
  ["the template of Argo Workflows", templateOfArgo],
])("%s", (_, job) => {
  test("fails with a diff, and passes once that is applied", () => {
    const { command, variables } = job();
    const folder = folderWith(kptExample("telemetry/"));
    const { status, out } = shell(folder, command, variables);
    expect(status).toBe(1);
    expect(spawnSync("git", ["apply"], { cwd: folder, input: out }).status).toBe(0);
    expect(shell(folder, command, variables)).toEqual({ status: 0, out: "" });
  });
});
