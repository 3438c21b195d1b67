import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { folderWith, freshFolder, root } from "../folders.ts";
import { kptExample } from "../check/manifests.ts";

interface Action {
  runs: { steps: { name: string; run: string; env?: Record<string, string> }[] };
}

const { steps } = (parse(readFileSync(join(root, "action.yml"), "utf8")) as Action).runs;

/** What somebody gets who names a commit of this project. */
let project: string;

beforeAll(() => {
  project = freshFolder();
  const parts = [".npmrc", ".pre-commit-hooks.yaml", "LICENSE", "README.md", "package.json", "package-lock.json"];
  for (const part of [...parts, "scripts", "src", "tsconfig.json"]) {
    cpSync(join(root, part), join(project, part), { recursive: true });
  }
});

interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

function run(command: string, cwd: string, env: Record<string, string> = {}): Ran {
  const { status, stdout, stderr } = spawnSync("bash", ["-e", "-o", "pipefail", "-c", command], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, npm_config_prefer_offline: "true", ...env },
  });
  return { status, stdout, stderr };
}

/** Runs a step with `telemetry` as the path, in a workspace. */
function runStep(name: string, workspace: string, env: Record<string, string> = {}): Ran {
  const step = steps.find((one) => one.name === name);
  return run(step?.run ?? "false", workspace, { GITHUB_ACTION_PATH: project, FOLDER: "telemetry", ...env });
}

describe("the action", () => {
  test("builds the program of the commit that is named", () => {
    const { status, stdout, stderr } = runStep("build", freshFolder());
    expect(status, `${stdout}${stderr}`).toBe(0);
  });

  test("has no step but those that are tried here", () => {
    expect(steps.map(({ name }) => name)).toEqual(["build", "check", "comment"]);
  });

  test("fails with the commands that GitHub shows", () => {
    const { status, stdout } = runStep("check", folderWith(kptExample("telemetry/")));
    expect(status).toBe(1);
    expect(stdout).toMatch(/^::error file=telemetry\/metric-agent\.yaml,line=23,/m);
  });

  // GitHub itself is not here: a program by the name gh keeps what it is called with.
  test.each([
    ["a first comment", "", "--silent repos/team/clusters/issues/7/comments -F"],
    ["the same comment again", "12\n13", "--silent --method PATCH repos/team/clusters/issues/comments/12 -F"],
  ])("writes %s", (_, present, call) => {
    const folder = freshFolder();
    const script = `#!/bin/bash
      case "$*" in
        *--paginate*) printf '%s' "$PRESENT" ;;
        *) printf '%s' "$*" >"$CALLS/call"; last=\${!#}; cp "\${last#body=@}" "$CALLS/body" ;;
      esac`;
    writeFileSync(join(folder, "gh"), script);
    chmodSync(join(folder, "gh"), 0o755);
    const { status, stderr } = runStep("comment", folderWith(kptExample("telemetry/")), {
      PATH: [folder, process.env["PATH"]].join(delimiter),
      CALLS: folder,
      PRESENT: present,
      GITHUB_REPOSITORY: "team/clusters",
      PULL_REQUEST: "7",
    });
    expect(status, stderr).toBe(0);
    expect(readFileSync(join(folder, "call"), "utf8")).toContain(`api ${call} body=@`);
    expect(readFileSync(join(folder, "body"), "utf8")).toMatch(
      /^<!-- intercept-backends telemetry -->\n[^]*MetricPipeline\/in-cluster/,
    );
  });
});

const preCommit = run("pre-commit --version", root).status === 0;
if (!preCommit) {
  const remedy = "install pre-commit, of which .ci/run takes Debian's package";
  if (process.env["REQUIRE_HOSTS"] === "1") test("pre-commit is there", () => expect.unreachable(remedy));
  else console.warn(`MISSING HOST: pre-commit; ${remedy}\n  not run: pre-commit runs the hook`);
}

test.skipIf(!preCommit)("pre-commit runs the hook of this repository", () => {
  const git = (cwd: string, command: string): void => {
    const all = `git -c user.name=a -c user.email=a@example.com -c commit.gpgsign=false ${command}`;
    const { status, stderr } = run(all, cwd);
    expect(status, stderr).toBe(0);
  };
  const published = join(freshFolder(), "intercept-backends");
  mkdirSync(published);
  cpSync(project, published, {
    recursive: true,
    filter: (path) => !/\/(?:node_modules|dist)$/.test(path),
  });
  git(published, "init --quiet");
  git(published, "add --all");
  git(published, "commit --quiet --message published");
  const rev = run("git rev-parse HEAD", published).stdout.trim();
  const folder = folderWith({
    ...kptExample("telemetry/"),
    ".pre-commit-config.yaml": `repos:
- repo: ${published}
  rev: ${rev}
  hooks:
  - id: intercept-backends
    args: [telemetry]
`,
  });
  git(folder, "init --quiet");
  git(folder, "add --all");
  const env = { PRE_COMMIT_HOME: freshFolder() };
  const first = run("pre-commit run --all-files", folder, env);
  expect(first.stdout + first.stderr).toContain(
    '+        traffic.sidecar.istio.io/includeOutboundPorts: "443,4317,9090"',
  );
  expect(first.status).toBe(1);
  const { stdout } = run(`node "${join(project, "dist/intercept-backends.mjs")}" check telemetry || true`, folder);
  expect(spawnSync("git", ["apply"], { cwd: folder, input: stdout }).status).toBe(0);
  expect(run("pre-commit run --all-files", folder, env)).toMatchObject({ status: 0 });
  expect(existsSync(join(project, "dist"))).toBe(true);
});
