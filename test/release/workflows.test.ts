import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { freshFolder, root, writeFiles } from "../folders.ts";

interface Step {
  name?: string;
  uses?: string;
  run?: string;
}

interface Workflow {
  jobs: Record<string, { steps?: Step[] }>;
}

const folder = join(root, ".github/workflows");
const texts = readdirSync(folder).map((name): [string, string] => [name, readFileSync(join(folder, name), "utf8")]);
const steps = texts.flatMap(([file, text]) =>
  Object.entries((parse(text) as Workflow).jobs).flatMap(([job, { steps: own = [] }]) =>
    own.map(({ name, uses, run }) => ({ id: `${file.replace(".yaml", "")}: ${job}: ${name ?? run ?? ""}`, uses, run })),
  ),
);

/** What cannot run here, and where it is tried instead. */
const ELSEWHERE: Record<string, string> = {
  'ci: everything: sudo env "PATH=$PATH" .ci/run': "it runs this test",
  "ci: node: npm ci": "the first step of .ci/run",
  "ci: node: npm test": "what .ci/run calls next",
  "release: executables: npm ci": "the first step of .ci/run",
  "release: executables: compile": "test/release/executables.test.ts",
  "release: executables: checksums": "test/release/executables.test.ts",
  "release: start: start": "test/release/executables.test.ts",
  "release: npm: npm ci": "the first step of .ci/run",
  "release: npm: publish": "needs the registry; test/hosts/install.test.ts packs and installs",
  "release: sign: join": "needs the registry",
  "release: sign: sign the image": "needs the registry",
  "release: sign: sign the executables": "needs Sigstore",
  "release: release: release": "needs GitHub",
};

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const CONTEXT = {
  GITHUB_SERVER_URL: "https://git.example.com",
  GITHUB_REPOSITORY: "Some-Team/tool",
  GITHUB_OUTPUT: "output",
};

/** The parts of the project that the steps read. */
function clone(): string {
  const here = freshFolder();
  for (const part of ["package.json", "CHANGELOG.md", "scripts", ".ci"]) {
    cpSync(join(root, part), join(here, part), { recursive: true });
  }
  return here;
}

/** Runs a step as GitHub's runner does; gives its status, what it said of an error, and what it wrote to a file. */
function runStep(id: string, cwd: string, env: Record<string, string>, file: string): [number | null, string, string] {
  const run = steps.find((step) => step.id === id)?.run;
  expect(run, id).toBeDefined();
  const { status, stderr } = spawnSync("bash", ["-e", "-o", "pipefail", "-c", run ?? ""], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...CONTEXT, ...env },
  });
  return [status, stderr, readFileSync(join(cwd, file), "utf8")];
}

/** Steps that are tried below. */
const TRIED = {
  version: "release: version: version of package.json, which the tag has to name",
  notes: "release: version: notes",
  image: "release: version: image",
  repository: "release: executables: repository",
  repositoryOfNpm: "release: npm: repository",
  digest: "release: image: note the digest",
  subjects: 'ci: subjects: .ci/commit-subjects "$BASE"',
};

describe("each step that is a command is tried here, or it is said where", () => {
  test.each(steps.filter(({ run }) => run !== undefined).map(({ id }) => [id]))("%s", (id) => {
    expect([...Object.values(TRIED), ...Object.keys(ELSEWHERE)]).toContain(id);
  });
});

test("no workflow names an owner or a registry, and each action has a version", () => {
  for (const [file, text] of texts) {
    expect(text, file).not.toMatch(/ghcr\.io|docker\.io|quay\.io|registry\.npmjs|registry-url/);
    expect(text, file).not.toMatch(/github\.com\//);
  }
  for (const uses of steps.flatMap((step) => step.uses ?? [])) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
});

describe("the version", () => {
  test("is the one in package.json, which the tag has to name", () => {
    const tag = { GITHUB_REF_NAME: `v${version}` };
    expect(runStep(TRIED.version, clone(), tag, "output")).toEqual([0, "", `version=${version}\n`]);
  });

  test("of a tag that is another one stops the release", () => {
    const [status, stderr, output] = runStep(TRIED.version, clone(), { GITHUB_REF_NAME: "v99.0.0" }, "output");
    expect([status, output]).toEqual([1, ""]);
    expect(stderr).toContain(`tag it v${version}`);
  });

  test("stands in package.json and package-lock.json alone", () => {
    const git = ["grep", "-lE", `(intercept-backends-|VERSION=)v?${version.replaceAll(".", "\\.")}`, "--", ":!test"];
    expect(spawnSync("git", git, { cwd: root, encoding: "utf8" }).stdout).toBe("");
  });
});

describe("the notes", () => {
  test("are what the changelog says of the version", () => {
    const here = clone();
    const changelog = `# Changelog\n\n## Unreleased\n\nlater\n\n## ${version} - 2026-11-27\n\n### Added\n\n- That.\n\n## 0.0.1\n\nold\n`;
    writeFileSync(join(here, "CHANGELOG.md"), changelog);
    expect(runStep(TRIED.notes, here, {}, "notes.md")).toEqual([0, "", "### Added\n\n- That.\n"]);
  });

  test("that are missing stop the release", () => {
    const here = clone();
    writeFileSync(join(here, "CHANGELOG.md"), "# Changelog\n\n## Unreleased\n\n- That.\n");
    const [status, stderr] = runStep(TRIED.notes, here, {}, "notes.md");
    expect(status).toBe(1);
    expect(stderr).toContain(`CHANGELOG.md says nothing of ${version}`);
  });
});

test("the image is named by registry and repository, in lower case", () => {
  const here = clone();
  writeFiles(here, { output: "" });
  expect(runStep(TRIED.image, here, { REGISTRY: "registry.example.com" }, "output")).toEqual([
    0,
    "",
    "image=registry.example.com/some-team/tool\n",
  ]);
  const [status, stderr] = runStep(TRIED.image, here, { REGISTRY: "" }, "output");
  expect(status).toBe(1);
  expect(stderr).toContain("set the variable REGISTRY of this repository");
});

test.each([TRIED.repository, TRIED.repositoryOfNpm])("package.json gets the repository: %s", (id) => {
  const [status, stderr, text] = runStep(id, clone(), {}, "package.json");
  expect(status, stderr).toBe(0);
  expect(JSON.parse(text)).toMatchObject({ repository: { url: "git+https://git.example.com/Some-Team/tool.git" } });
});

test("a digest is noted as the name of a file", () => {
  const here = clone();
  expect(runStep(TRIED.digest, here, { DIGEST: "sha256:abc" }, "digests/abc")).toEqual([0, "", ""]);
});

describe("subjects of commits", () => {
  const fits = "a".repeat(71) + "ü";
  test.each([
    ["that fit pass", [fits], true],
    ["that are too long fail", ["Do this", `${fits}b`, "Do that"], false],
  ])("%s", (_, subjects, passes) => {
    const here = clone();
    const git = (...args: string[]): string => {
      const who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
      const { status, stdout, stderr } = spawnSync("git", [...who, ...args], { cwd: here, encoding: "utf8" });
      expect(status, stderr).toBe(0);
      return stdout.trim();
    };
    git("init", "--quiet");
    git("commit", "--quiet", "--allow-empty", "-m", "old ".repeat(30));
    const base = git("rev-parse", "HEAD");
    for (const subject of subjects) git("commit", "--quiet", "--allow-empty", "-m", subject);
    const [status, stderr] = runStep(TRIED.subjects, here, { BASE: base }, "package.json");
    expect(status, stderr).toBe(passes ? 0 : 1);
    expect(stderr.includes("write 1 to 72")).toBe(!passes);
  });
});
