import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kustomize } from "../argocd/plugin.ts";
import { AGENT, pipeline } from "../check/manifests.ts";
import { freshFolder, writeFiles, type Files } from "../folders.ts";
import { runProgram } from "../program.ts";

const SCRAPED = `apiVersion: v1
kind: Service
metadata:
  name: exporter
  namespace: plain
  annotations: {prometheus.io/scrape: "true", prometheus.io/port: "9090"}
spec:
  ports: [{port: 9090}]
`;

function scraping(name: string, port: number): string {
  return pipeline(name, port).replace("runtime:", "prometheus: {enabled: true}\n    runtime:");
}

const BASE: Files = { "agent.yaml": AGENT, "one.yaml": scraping("one", 4317), "service.yaml": SCRAPED };

/** What `diff` keeps in the folder for temporary files. */
function temporary(): string[] {
  return readdirSync(tmpdir()).filter((name) => existsSync(join(tmpdir(), name, "tree")));
}

function config(value: string): string {
  return `apiVersion: intercept-backends.dev/v1alpha1\nkind: InterceptBackends\nmetadata: {name: a}\nspec: {trafficInterception: "${value}"}\n`;
}

function git(folder: string, ...args: string[]): void {
  const who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"];
  const { status, stderr } = spawnSync("git", [...who, ...args], { cwd: folder, encoding: "utf8" });
  expect(status, stderr).toBe(0);
}

/** A repository whose main and work differ, with work checked out. */
function repository(main: Files, work: Files, gone: readonly string[] = []): string {
  const folder = freshFolder();
  git(folder, "init", "-q");
  writeFiles(folder, { ...main, "README.md": "" });
  git(folder, "add", "-A");
  git(folder, "commit", "-qm", "main");
  git(folder, "checkout", "-qb", "work");
  for (const name of gone) rmSync(join(folder, name));
  writeFiles(folder, work);
  git(folder, "add", "-A");
  git(folder, "commit", "-qm", "work", "--allow-empty");
  return folder;
}

function diff(folder: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = runProgram(["diff", ...args], "", folder, {
    INTERCEPT_BACKENDS_KUSTOMIZE: kustomize,
  });
  return { status, stdout: stdout.toString(), stderr };
}

describe("between two revisions", () => {
  const folder = repository(BASE, { "two.yaml": pipeline("two", 9090) });

  test("a port that a new backend brings is reported, and which scrapes it catches", () => {
    const { status, stdout, stderr } = diff(folder, "main", "work");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("Changes for kyma-system/telemetry-metric-agent\n");
    expect(stdout).toContain(
      "  9090: direct before, through the sidecar after, for MetricPipeline/two; this is caught by it: scrape of Service/plain/exporter\n",
    );
    expect(stdout).toMatch(
      /^added {4}export: MetricPipeline\/two .* http:\/\/two\.backends:9090 .* - .* sidecar \(included-port\)/m,
    );
    expect(stdout).toMatch(/^changed .*Service\/plain\/exporter:9090 .* direct \(.* sidecar \(included-port\)/m);
    expect(stdout).not.toContain("Certificates");
  });

  test("and the other way round", () => {
    const { stdout } = diff(folder, "work", "main");
    expect(stdout).toContain(
      "  9090: through the sidecar before, direct after, for MetricPipeline/two; this is no longer caught by it: scrape of Service/plain/exporter\n",
    );
    expect(stdout).toMatch(/^removed {2}export: MetricPipeline\/two /m);
  });

  test("as Markdown, with addresses that GitHub makes no links of", () => {
    const { stdout } = diff(folder, "--format", "markdown", "main", "work");
    expect(stdout).toMatch(/^### Changes for `kyma-system\/telemetry-metric-agent`\n/);
    expect(stdout).toContain(
      "- `9090`: direct before, through the sidecar after, for MetricPipeline/two; this is caught by it: `scrape of Service/plain/exporter`\n",
    );
    expect(stdout).toMatch(
      /^\| added \| export: MetricPipeline\/two \| `http:\/\/two\.backends:9090` \| - \| sidecar/m,
    );
  });

  test.each([["main", "main"], ["work"], ["work", "."], ["work", "work", "."], ["HEAD~0"]])(
    "nothing: %s %s %s",
    (...args) => {
      expect(diff(folder, ...args)).toEqual({
        status: 0,
        stdout: "Changes for kyma-system/telemetry-metric-agent: none\n",
        stderr: "",
      });
    },
  );

  test("leaves neither files nor changes behind", () => {
    const before = temporary();
    diff(folder, "main", "work");
    diff(folder, "main", "none");
    expect(temporary()).toEqual(before);
    const status = spawnSync("git", ["status", "--porcelain"], { cwd: folder, encoding: "utf8" });
    expect(status.stdout).toBe("");
  });
});

test("the working tree is compared where there is no second revision", () => {
  const folder = repository(BASE, {});
  writeFiles(folder, { "two.yaml": pipeline("two", 1234) });
  expect(diff(folder, "main").stdout).toContain(
    "  1234: direct before, through the sidecar after, for MetricPipeline/two\n",
  );
});

test("certificates are reported where they change", () => {
  const folder = repository({ ...BASE, "config.yaml": config("On") }, { "config.yaml": config("Off") });
  expect(diff(folder, "main").stdout).toContain(
    "Certificates:\n  before: written to /etc/istio-output-certs, volume istio-certs, read at /etc/prom-certs/\n  after: none\n",
  );
});

test("an endpoint that moves is one change", () => {
  const folder = repository(BASE, { "one.yaml": scraping("one", 4318) });
  expect(diff(folder, "main").stdout).toMatch(
    /^changed {2}export: MetricPipeline\/one .*http:\/\/one\.backends:4317 → http:\/\/one\.backends:4318 /m,
  );
});

test("a kustomization is rendered in both revisions, with what lies beside it", () => {
  const files: Files = {
    "base/agent.yaml": AGENT,
    "base/kustomization.yaml": "resources: [agent.yaml]\n",
    "overlays/prod/kustomization.yaml": "resources: [../../base, one.yaml]\nnamespace: prod\n",
    "overlays/prod/one.yaml": pipeline("one", 4317),
  };
  const folder = repository(files, { "overlays/prod/one.yaml": pipeline("one", 4318) });
  const { status, stdout } = diff(join(folder, "overlays"), "main", "work", "prod");
  expect(status).toBe(0);
  expect(stdout).toContain("Changes for prod/telemetry-metric-agent\n");
  expect(stdout).toContain("  4318: direct before, through the sidecar after, for MetricPipeline/one\n");
});

test("a path that a revision does not have is compared with nothing", () => {
  const folder = repository(
    { "README.md": "" },
    { "telemetry/agent.yaml": AGENT, "telemetry/one.yaml": pipeline("one", 4317) },
  );
  expect(diff(folder, "main", "work", "telemetry").stdout).toMatch(/^added +export: MetricPipeline\/one /m);
  expect(diff(folder, "main", "telemetry").stdout).toMatch(/^added +export: MetricPipeline\/one /m);
});

describe("is refused", () => {
  const broken = repository(BASE, { "one.yaml": scraping("one", 0) });
  test.each<[string, string[], number, RegExp]>([
    [
      "a revision that there is not",
      ["man"],
      2,
      /^man is no revision of this repository; see intercept-backends diff --help\n$/,
    ],
    ["a path that neither side has", ["main", "work", "none"], 2, /^neither main nor work has none; see/],
    ["an error in one revision", ["main", "work"], 1, /^in work:\none\.yaml:\d+:\d+: MetricPipeline\/one: .*\n$/],
    ["an option for a revision", ["--", "--all"], 2, /^--all is no revision/],
  ])("%s", (_, args, status, said) => {
    expect(diff(broken, ...args)).toEqual({ status, stdout: "", stderr: expect.stringMatching(said) as string });
  });

  test("outside of a repository", () => {
    const { status, stderr } = diff(freshFolder(), "main");
    expect(status).toBe(2);
    expect(stderr).toMatch(/^git: not a git repository.*; call it in a repository/);
  });
});
