import { describe, expect, test } from "vitest";
import { helm, kustomize, withHelm } from "../argocd/plugin.ts";
import { AGENT, pipeline } from "../check/manifests.ts";
import { folderWith, type Files } from "../folders.ts";
import { runProgram, type Ran } from "../program.ts";

const RENDERERS = {
  INTERCEPT_BACKENDS_KUSTOMIZE: kustomize,
  ...(helm === undefined ? {} : { INTERCEPT_BACKENDS_HELM: helm }),
};

const KPTFILE = `apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: agent
pipeline:
  mutators:
  - image: example.com/set-namespace:v1
    configMap: {namespace: elsewhere}
  - exec: intercept-backends
`;
const TEMPLATE = "{{ if .Values.on }}\nkind: DaemonSet\n{{ end }}\n";

function call(files: Files, ...args: string[]): Ran {
  return runProgram(args, "", folderWith(files), RENDERERS);
}

/** The ports that the agent gets when a folder is checked. */
function portsOf(files: Files, ...args: string[]): string | undefined {
  const { stdout, stderr } = call(files, "check", ...args, ".");
  expect(stderr).toBe("");
  return /^\+.*includeOutboundPorts: "(.*)"$/m.exec(stdout.toString())?.[1];
}

/** A function config that asks for one more port. */
function own(port: number): string {
  return `apiVersion: intercept-backends.dev/v1alpha1
kind: InterceptBackends
metadata: {name: a}
spec: {ports: {additional: [${port}]}}
`;
}

const BASE: Files = { "agent.yaml": AGENT, "one.yaml": pipeline("one", 4317) };

describe("of a folder these files are read", () => {
  test.each<[string, Files, string]>([
    ["those of folders in it", { "deep/er/two.yml": pipeline("two", 9090) }, "4317,9090"],
    ["no hidden ones", { ".git/two.yaml": "{{", ".hidden.yaml": "{{" }, "4317"],
    ["none of node_modules", { "node_modules/a/two.yaml": "{{" }, "4317"],
    ["no folder that .krmignore names", { ".krmignore": "attic\n", "attic/two.yaml": pipeline("two", 1) }, "4317"],
    ["no file that .krmignore names", { ".krmignore": "*.tpl.yaml\n", "deep/two.tpl.yaml": TEMPLATE }, "4317"],
    [
      "what .krmignore takes back",
      { ".krmignore": "!two.yaml\nattic/*.yaml\n", "attic/two.yaml": pipeline("two", 2), "attic/x.yaml": TEMPLATE },
      "2,4317",
    ],
    [
      "a .krmignore counts in the folder that is named and in packages, not elsewhere",
      {
        "plain/.krmignore": "two.yaml\n",
        "plain/two.yaml": pipeline("two", 2),
        "package/Kptfile": KPTFILE,
        "package/.krmignore": "three.yaml\n",
        "package/three.yaml": TEMPLATE,
      },
      "2,4317",
    ],
    [
      "the templates of a chart are left out, at any depth",
      {
        "chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 0.1.0\n",
        "chart/templates/deep/agent.yaml": TEMPLATE,
        "chart/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
        "chart/charts/sub/templates/agent.yaml": TEMPLATE,
      },
      "4317",
    ],
    ["a folder named templates outside of a chart counts", { "templates/two.yaml": pipeline("two", 2) }, "2,4317"],
  ])("%s", (_, files, ports) => {
    expect(portsOf({ ...BASE, ...files })).toBe(ports);
  });

  test("those that --include names and --exclude does not", () => {
    const files = { ...BASE, "deep/two.yaml": pipeline("two", 2), "deep/three.yaml": pipeline("three", 3) };
    expect(portsOf(files, "--exclude", "deep")).toBe("4317");
    expect(portsOf(files, "--exclude", "three.yaml")).toBe("2,4317");
    expect(portsOf(files, "--exclude", "deep/two*", "--exclude", "{one,four}.yaml")).toBe("3");
    expect(portsOf(files, "--include", "agent.yaml", "--include", "deep/**", "--exclude", "two.yaml")).toBe("3");
  });

  test("and explain reads the same", () => {
    const { status, stdout } = call({ ...BASE, ".krmignore": "attic\n", "attic/a.yaml": TEMPLATE }, "explain", ".");
    expect(status).toBe(0);
    expect(stdout.toString()).toContain("http://one.backends:4317");
  });
});

describe("the Kptfile of a folder says which function config counts", () => {
  const inline = `${KPTFILE}    configMap: {ports.additional: "1234"}\n`;
  const byPath = `${KPTFILE}    configPath: config/agent.yaml\n`;
  const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {ports.additional: "1236"}\n';

  test.each<[string, Files, string]>([
    ["configMap", { Kptfile: inline }, "1234,4317"],
    ["configMap of an image", { Kptfile: inline.replace("exec: ", "image: example.com/x/") }, "1234,4317"],
    [
      "configMap of an image with a digest, among validators",
      { Kptfile: inline.replace("exec: ", "image: ").replace("backends\n", "backends@sha256:00\n") },
      "1234,4317",
    ],
    ["configPath to an InterceptBackends", { Kptfile: byPath, "config/agent.yaml": own(1235) }, "1235,4317"],
    ["configPath to a ConfigMap", { Kptfile: byPath, "config/agent.yaml": map }, "1236,4317"],
    ["neither: the one among the resources", { Kptfile: KPTFILE, "a.yaml": own(1237) }, "1237,4317"],
    ["no entry of ours", { Kptfile: inline.replace("intercept-backends", "other") }, "4317"],
    ["no pipeline", { Kptfile: "kind: Kptfile\n" }, "4317"],
  ])("%s", (_, files, ports) => {
    expect(portsOf({ ...BASE, ...files })).toBe(ports);
  });

  test("and --function-config does before it", () => {
    const files = { ...BASE, Kptfile: inline, "config/agent.yaml": own(1235) };
    expect(portsOf(files, "--function-config", "config/agent.yaml")).toBe("1235,4317");
  });

  test.each<[string, string, RegExp]>([
    [
      "a setting that does not exist",
      `${KPTFILE}    configMap: {ports.aditional: "1"}\n`,
      /^Kptfile: ConfigMap\/function-input: .*ports\.additional/,
    ],
    ["no YAML", "a: [\n", /^Kptfile: the Kptfile is not YAML/],
    ["a configMap that is a list", `${KPTFILE}    configMap: [a]\n`, /^Kptfile: configMap of the Kptfile is no map/],
    ["a configPath to nothing", `${KPTFILE}    configPath: none.yaml\n`, /^none\.yaml: there is no such file/],
    ["two entries of which one has a config", `${inline}  - exec: intercept-backends\n`, /^Kptfile: .*and without one/],
  ])("what is wrong there is said: %s", (_, kptfile, said) => {
    const { status, stdout, stderr } = call({ ...BASE, Kptfile: kptfile }, "check", ".");
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(said);
  });

  test("what is not applied is warned of", () => {
    const { status, stderr } = call(
      { ...BASE, Kptfile: `${inline}    selectors: [{kind: DaemonSet}]\n` },
      "check",
      ".",
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Kptfile: warning: the Kptfile restricts what the function is given/);
  });
});

describe("a kustomization is rendered", () => {
  const overlay: Files = {
    "base/agent.yaml": AGENT,
    "base/kustomization.yaml": "resources: [agent.yaml]\n",
    "overlay/kustomization.yaml": "resources: [../base, one.yaml]\nnamespace: prod\n",
    "overlay/one.yaml": pipeline("one", 4317),
  };

  test("by check, whose diff says that it cannot be applied", () => {
    const { status, stdout, stderr } = call(overlay, "check", "overlay");
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout.toString()).toMatch(
      /^# rendered from overlay\/kustomization\.yaml: this diff cannot be applied\n--- a\/kustomize build overlay\t\n/,
    );
  });

  test("by explain, as kustomize names things", () => {
    const { status, stdout } = call(overlay, "explain", "overlay");
    expect(status).toBe(0);
    expect(stdout.toString()).toContain("prod/telemetry-metric-agent");
  });

  test("and in code scanning and pull requests the kustomization is pointed at", () => {
    const github = call(overlay, "check", "--format", "github", "overlay").stdout.toString();
    expect(github).toMatch(/^::error file=overlay\/kustomization\.yaml,line=1,/);
    const sarif = call(overlay, "check", "--format", "sarif", "overlay").stdout.toString();
    expect(sarif).toContain('"uri": "overlay/kustomization.yaml"');
    expect(sarif).not.toContain("insertedContent");
  });

  test("its findings name the renderer and no line", () => {
    const broken = { ...overlay, "overlay/one.yaml": pipeline("one", 0) };
    const { status, stderr } = call(broken, "check", "overlay");
    expect(status).toBe(2);
    expect(stderr).toMatch(/^overlay: MetricPipeline\/(?:prod\/)?one: spec\.output/);
  });

  test("but not where --source says that its files count", () => {
    const files: Files = { ...BASE, "kustomization.yaml": "resources: [nothing.yaml]\n" };
    expect(call(files, "check", ".").stderr).toMatch(
      /^kustomization\.yaml: resources "nothing\.yaml": there is no such file/,
    );
    expect(portsOf(files, "--source", "directory")).toBe("4317");
  });

  test("and patterns on its files are refused", () => {
    const { status, stderr } = call(overlay, "check", "--exclude", "one.yaml", "overlay");
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr:
        "overlay: it is rendered by kustomize, which chooses its files by itself; leave out --include and --exclude, or read its files with --source directory\n",
    });
  });
});

withHelm("a chart is rendered", () => {
  test("by check and explain", () => {
    const files: Files = {
      "agent/Chart.yaml": "apiVersion: v2\nname: agent\nversion: 0.1.0\n",
      "agent/values.yaml": "port: 4317\n",
      "agent/templates/agent.yaml": AGENT,
      "agent/templates/one.yaml": pipeline("one", 4317).replace("4317", "{{ .Values.port }}"),
    };
    const { status, stdout } = call(files, "check", "agent");
    expect(status).toBe(1);
    expect(stdout.toString()).toMatch(/^# rendered from agent\/Chart\.yaml: [^]*includeOutboundPorts: "4317"/);
    expect(call(files, "explain", "agent").stdout.toString()).toContain("http://one.backends:4317");
  });
});

test("check --strict fails where there are warnings", () => {
  const warned = `${AGENT.replace("    spec:\n", "    spec:\n      hostNetwork: true\n")}---\n${pipeline("one", 4317)}`;
  const folder = folderWith({ "all.yaml": warned });
  const right = runProgram(["all.yaml"], "", folder).stdout;
  const written = folderWith({ "all.yaml": right });
  const ran = runProgram(["check", "all.yaml"], "", written);
  expect(ran.status).toBe(0);
  expect(ran.stderr).toContain("warning: ");
  expect(runProgram(["check", "--strict", "all.yaml"], "", written)).toEqual({ ...ran, status: 1 });
  const clean = folderWith({ "all.yaml": right.toString().replace("      hostNetwork: true\n", "") });
  expect(runProgram(["check", "--strict", "all.yaml"], "", clean).status).toBe(0);
});
