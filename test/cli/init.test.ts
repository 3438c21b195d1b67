import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { kustomize } from "../argocd/plugin.ts";
import { AGENT, pipeline } from "../check/manifests.ts";
import { folderWith, type Files } from "../folders.ts";
import { runProgram } from "../program.ts";

const BASE: Files = { "agent.yaml": AGENT, "one.yaml": pipeline("one", 4317) };
const OTHER = AGENT.replace("name: telemetry-metric-agent", "name: web").replaceAll("collector", "nginx");

interface Called {
  folder: string;
  status: number | null;
  stdout: string;
  stderr: string;
}

function init(files: Files, ...args: string[]): Called {
  const folder = folderWith(files);
  const { status, stdout, stderr } = runProgram(["init", ...args], "", folder, {
    INTERCEPT_BACKENDS_KUSTOMIZE: kustomize,
  });
  return { folder, status, stdout: stdout.toString(), stderr };
}

function textOf({ folder }: Called, name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

/** The ports that a call of the program gives the agent. */
function portsBy({ folder }: Called, ...args: string[]): string | undefined {
  const { stdout } = runProgram(args, "", folder, { INTERCEPT_BACKENDS_KUSTOMIZE: kustomize });
  return /includeOutboundPorts: "(.*)"/.exec(stdout.toString())?.[1];
}

describe("init writes a function config, and the host's entry", () => {
  test("of a kpt package, whose Kptfile else stays as it is", () => {
    const kptfile = "# a package\napiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: a # its name\n";
    const called = init({ ...BASE, Kptfile: kptfile });
    expect(called).toMatchObject({ status: 0, stderr: "" });
    expect(called.stdout).toBe(
      "Agent: DaemonSet/kyma-system/telemetry-metric-agent; MetricPipelines: 1; ports through the sidecar: 4317.\n" +
        "Host: kpt, by the Kptfile.\nWritten: intercept-backends.yaml, Kptfile\nRender: kpt fn render --allow-exec\nNext: intercept-backends check .\n",
    );
    expect(textOf(called, "Kptfile").startsWith(kptfile)).toBe(true);
    expect(parse(textOf(called, "Kptfile"))).toMatchObject({
      pipeline: { mutators: [{ exec: "intercept-backends", configPath: "intercept-backends.yaml" }] },
    });
    expect(textOf(called, "intercept-backends.yaml")).toBe(
      "apiVersion: intercept-backends.dev/v1alpha1\nkind: InterceptBackends\nmetadata:\n  name: metric-agent\n  annotations:\n" +
        '    config.kubernetes.io/local-config: "true"\nspec:\n  agent:\n    kind: DaemonSet\n    name: "telemetry-metric-agent"\n' +
        '    namespace: "kyma-system"\n',
    );
    expect(portsBy(called, "check", ".")).toBe("4317");
  });

  test("after the entries that the Kptfile has", () => {
    const kptfile = "kind: Kptfile\npipeline:\n  mutators:\n  - image: set-namespace # first\n  validators: []\n";
    expect(textOf(init({ ...BASE, Kptfile: kptfile }), "Kptfile")).toBe(
      "kind: Kptfile\npipeline:\n  mutators:\n  - image: set-namespace # first\n  - exec: intercept-backends\n    configPath: intercept-backends.yaml\n  validators: []\n",
    );
  });

  test("of a kustomization, which finds the agent in its base", () => {
    const called = init(
      {
        "base/agent.yaml": AGENT,
        "base/kustomization.yaml": "resources: [agent.yaml]\n",
        "overlay/one.yaml": pipeline("one", 4317),
        "overlay/kustomization.yaml": "resources:\n- ../base\n- one.yaml\n",
      },
      "overlay",
    );
    expect(called).toMatchObject({ status: 0, stderr: "" });
    expect(textOf(called, "overlay/kustomization.yaml")).toBe(
      "resources:\n- ../base\n- one.yaml\ntransformers:\n- intercept-backends.yaml\n",
    );
    expect(textOf(called, "overlay/intercept-backends.yaml")).toContain("        path: intercept-backends\n");
  });

  test("of Argo CD, which takes it from the kustomization's resources", () => {
    const application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: metrics}\n";
    const called = init({
      ...BASE,
      "application.yaml": application,
      "kustomization.yaml": "resources: [agent.yaml, one.yaml, application.yaml]\n",
    });
    expect(called.stdout).toContain("Host: Argo CD, by the Application metrics.\n");
    expect(called.stdout).toContain("      plugin:\n        name: intercept-backends\n");
    expect(parse(textOf(called, "kustomization.yaml"))).toEqual({
      resources: ["agent.yaml", "one.yaml", "application.yaml", "intercept-backends.yaml"],
    });
    expect(portsBy(called, "generate", ".")).toBe("4317");
  });

  test("of no host: the files are fixed", () => {
    const called = init(BASE);
    expect(called.stdout).toContain("Write: intercept-backends fix\n");
    expect(runProgram(["fix"], "", called.folder).status).toBe(0);
    expect(textOf(called, "agent.yaml")).toContain('includeOutboundPorts: "4317"');
  });

  test("for a collector of another name, among workloads that are none", () => {
    const collector = AGENT.replace("telemetry-metric-agent", "node-agent").replace(
      "image: collector",
      "image: otel/opentelemetry-collector",
    );
    const called = init({ "agent.yaml": collector, "web.yaml": OTHER, "one.yaml": pipeline("one", 4317) });
    expect(called.status).toBe(0);
    expect(textOf(called, "intercept-backends.yaml")).toContain('    name: "node-agent"\n');
  });
});

test("init --print writes nothing", () => {
  const kptfile = "kind: Kptfile\n";
  const called = init({ ...BASE, Kptfile: kptfile }, "--print");
  expect(called.status).toBe(0);
  expect(called.stdout).toContain("\n# intercept-backends.yaml\napiVersion: intercept-backends.dev/v1alpha1\n");
  expect(called.stdout).toContain("\n# Kptfile\nkind: Kptfile\npipeline:\n  mutators:\n");
  expect(readdirSync(called.folder).toSorted()).toEqual(["Kptfile", "agent.yaml", "one.yaml"]);
  expect(textOf(called, "Kptfile")).toBe(kptfile);
});

describe("init changes nothing", () => {
  const config = "apiVersion: intercept-backends.dev/v1alpha1\nkind: InterceptBackends\nmetadata: {name: mine}\n";
  test.each<[string, Files, RegExp]>([
    [
      "where there is a function config",
      { ...BASE, "c.yaml": config },
      /there is a function config already: mine; change that one/,
    ],
    ["where its file is there", { ...BASE, "intercept-backends.yaml": "a: b\n" }, /already: intercept-backends\.yaml/],
    [
      "without an agent",
      { "web.yaml": OTHER },
      /no workload looks like a metric agent; there are DaemonSet web; write/,
    ],
    ["without any workload", { "one.yaml": pipeline("one", 1) }, /no workload looks like a metric agent; write/],
    [
      "with several collectors",
      {
        "a.yaml": AGENT.replace("telemetry-metric-agent", "a"),
        "b.yaml": AGENT.replace("telemetry-metric-agent", "b"),
      },
      /several workloads can be the metric agent: DaemonSet a, DaemonSet b; write/,
    ],
    [
      "in a Kptfile that it cannot edit",
      { ...BASE, Kptfile: "kind: Kptfile\npipeline: [\n" },
      /Kptfile: the function cannot be added here; add/,
    ],
  ])("%s", (_, files, said) => {
    const called = init(files);
    expect(called).toMatchObject({ status: 1, stdout: "", stderr: expect.stringMatching(said) as string });
    expect(readdirSync(called.folder).toSorted()).toEqual(Object.keys(files).toSorted());
    for (const [name, text] of Object.entries(files)) expect(textOf(called, name)).toBe(text);
  });
});
