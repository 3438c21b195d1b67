import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { agent, config, CONFIG_MAP, pipeline, portsIn, SECRET } from "./manifests.ts";
import { freshFolder } from "../folders.ts";
import { expectRefusal, plugin, repository, withHelm } from "./plugin.ts";

const local = `  annotations:
    config.kubernetes.io/local-config: "true"
`;

/** An element of a block list with a map as its value. */
const element = (text: string): string => `- ${text.trim().replaceAll("\n", "\n  ")}\n`;

const leftOut = (folders: string): string =>
  `the source: warning: ${folders} left out, as in a directory of Argo CD; set the parameter directory.recurse to true if they are meant`;

const recurse = { name: "directory.recurse", string: "true" };

describe("a folder of manifests", () => {
  test("comes out in the order of its paths, with the agent rewritten and every other byte as it was", () => {
    const folder = repository({ "b/pipeline.yml": pipeline(), "a.yaml": CONFIG_MAP, "c.yaml": agent(), "z.txt": "no" });
    const { status, stdout, said } = plugin(folder, { parameters: [recurse] });
    expect({ status, said }).toEqual({ status: 0, said: [] });
    expect(stdout.startsWith(`${CONFIG_MAP}---\n${pipeline()}---\n`), stdout).toBe(true);
    expect(portsIn(stdout)).toEqual(["4317"]);
  });

  test("is the same from outside, with the folder's name", () => {
    const folder = repository({ "a.yaml": agent(), "p.yaml": pipeline() });
    expect(plugin(freshFolder(), { args: ["generate", folder] })).toEqual(plugin(folder));
  });

  test("may hold JSON, indented with tabs too, which Argo CD's reader would refuse", () => {
    const json = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "j\tj" } }, null, "\t");
    const { stdout, said } = plugin(repository({ "a.json": json, "b.yaml": agent(), "c.yaml": pipeline() }));
    expect(said).toEqual([]);
    expect(stdout).not.toContain("\t");
    expect(stdout).toContain('"name": "j\\tj"');
    // It would take the rest for JSON too.
    expect(stdout.startsWith("---\n{")).toBe(true);
  });

  test("leaves sub-folders out, and says so where they hold manifests", () => {
    const files = { "a.yaml": agent(), "p.yaml": pipeline() };
    const none = { ".hidden/b.yaml": CONFIG_MAP, "node_modules/b.yaml": CONFIG_MAP };
    expect(plugin(repository({ ...files, ...none, "docs/values.yaml": "size: 3\n" })).said).toEqual([]);
    const one = repository({ ...files, ...none, "more/deep/b.yaml": CONFIG_MAP });
    const ran = plugin(one);
    expect(ran).toMatchObject({ status: 0, said: [leftOut("the sub-folder more with manifests is")] });
    expect(ran.stdout).not.toContain("ConfigMap");
    const two = repository({
      "b/agent.json": JSON.stringify({ apiVersion: "v1", kind: "C", metadata: {} }),
      "c/p.yml": pipeline(),
    });
    expectRefusal(plugin(two), /holds no resources/, leftOut("the sub-folders b, c with manifests are"));
    const all = plugin(one, { parameters: [recurse] });
    expect(all.said).toEqual([]);
    expect(all.stdout.split("kind: ConfigMap")).toHaveLength(2);
  });

  test("leaves files out that say so, whatever they hold, and hidden ones that are no manifests", () => {
    const marker = "# +argocd:skip-file-rendering\n";
    const folder = repository({
      "a.yaml": agent(),
      "p.yaml": pipeline(),
      "draft.yaml": `${marker}${CONFIG_MAP}`,
      "values.yaml": `${CONFIG_MAP}---\n${marker}size: 3\n`,
      "broken.json": `{ ${marker}`,
      "library.jsonnet": marker.replace("#", "//"),
      ".pre-commit-config.yaml": "repos: []\n",
      ".words.yaml": CONFIG_MAP.replace("words", "hidden"),
    });
    const { status, stdout, said } = plugin(folder);
    expect({ status, said }).toEqual({ status: 0, said: [] });
    expect(stdout.match(/kind: ConfigMap\n.*\n {2}name: (\w+)/g)).toEqual([
      "kind: ConfigMap\nmetadata:\n  name: hidden",
    ]);
  });

  test("is refused with Jsonnet, which Argo CD would run", () => {
    const files = { "a.yaml": agent(), "p.yaml": pipeline(), "more.jsonnet": "{}\n" };
    expectRefusal(plugin(repository(files)), /^more\.jsonnet: is Jsonnet, .*; commit what it makes, or leave it out/);
    const parameters = [{ name: "directory.exclude", string: "*.jsonnet" }];
    expect(plugin(repository(files), { parameters }).status).toBe(0);
  });

  test("leaves hidden folders out, and what patterns say", () => {
    const folder = repository({
      ".github/workflows/ci.yaml": "on: push\n",
      "agents/values.yaml": "no: resource\n",
      "agents/deep/agent.yaml": agent(),
      "agents/deep/pipeline.yaml": pipeline(),
      "other/pipeline.yaml": pipeline("other", 9090),
    });
    expectRefusal(
      plugin(folder, { parameters: [recurse] }),
      /^agents\/values\.yaml:1:1: a document without apiVersion and kind is no resource/,
    );
    const parameters = [
      recurse,
      { name: "directory.include", array: ["agents/**/*.yaml"] },
      { name: "directory.exclude", string: "values*.yaml, nothing" },
    ];
    const { status, stdout } = plugin(folder, { parameters });
    expect([status, portsIn(stdout)]).toEqual([0, ["4317"]]);
    expect(stdout).not.toContain("other");
  });

  test("tells problems with their files and the lines there", () => {
    const broken = `${CONFIG_MAP}---\n${pipeline("broken").replace(/value: (.*)/, 'value: "$1\\q"')}`;
    const folder = repository({
      "a.yaml": `${config("telemetry-metric-agent", "no-port")}---\n${CONFIG_MAP}`,
      "b.yaml": agent(),
      "c.yaml": broken,
      "d.yaml": pipeline("no-port").replace(":4317", ""),
    });
    const noPort = /^d\.yaml:\d+:\d+: MetricPipeline\/no-port: spec\.output\.otlp\.endpoint/;
    const last = broken.split("\n").length - 1;
    expectRefusal(plugin(folder), new RegExp(`^c\\.yaml:${last}:\\d+: the input is not YAML: `), noPort);
  });

  test("is refused for a document whose kind nobody can tell", () => {
    const broken = pipeline("broken").replace("value: http", 'value: "http');
    const folder = repository({ "a.yaml": agent(), "b.yaml": pipeline(), "c.yaml": `${CONFIG_MAP}---\n${broken}` });
    // The quote that is not closed swallows the rest of its document, and the reader names the line after it.
    const last = `${CONFIG_MAP}---\n${broken}`.split("\n").length;
    expectRefusal(plugin(folder), new RegExp(`^c\\.yaml:${last}:1: the input is not YAML: `));
  });
});

describe("what is for no cluster", () => {
  const files = { "agent.yaml": agent(), "pipeline.yaml": pipeline() };

  test("is left out: local configuration and documents without content", () => {
    const folder = repository({
      ...files,
      "a.yaml": `# nothing here\n---\n${CONFIG_MAP.replace(" # a comment\n", `\n${local}`)}---\n---\n${CONFIG_MAP}`,
    });
    const { status, stdout } = plugin(folder);
    expect([status, stdout.split("kind: ConfigMap").length - 1]).toEqual([0, 1]);
    expect(stdout).not.toContain("config.kubernetes.io");
  });

  test("the hosts' annotations are taken off those that carry them, and nothing else is touched", () => {
    const annotated = CONFIG_MAP.replace(
      "name: words",
      "annotations:\n    config.kubernetes.io/path: a.yaml\n    keep: me # why\n    internal.config.kubernetes.io/index: '0'\n  name: words",
    );
    const folder = repository({ ...files, "a.yaml": `${annotated}---\n${CONFIG_MAP}` });
    const kept = CONFIG_MAP.replace("name: words", "annotations:\n    keep: me # why\n  name: words");
    const { stdout } = plugin(folder);
    expect(stdout.startsWith(`${kept}---\n${CONFIG_MAP}---\n`), stdout).toBe(true);
  });

  test("is left out of lists, which Argo CD takes apart as well", () => {
    const items = [pipeline("more", 4318), CONFIG_MAP.replace(" # a comment\n", `\n${local}`), pipeline("most", 4319)];
    const elements = items.map((text) => `- ${text.trim().replaceAll("\n", "\n  ")}\n`);
    const head = "apiVersion: v1\nkind: List\nitems:\n";
    const { status, stdout, said } = plugin(repository({ ...files, "z.yaml": head + elements.join("") }));
    expect({ status, said, ports: portsIn(stdout) }).toEqual({ status: 0, said: [], ports: ["4317,4318,4319"] });
    expect(stdout.endsWith(`---\n${head}${elements.toSpliced(1, 1).join("")}`), stdout).toBe(true);
  });

  test("whatever has items is taken apart, as Argo CD does it, and its elements say what they are", () => {
    const menu = "apiVersion: example.com/v1\nkind: Menu\nmetadata: {name: m}\nitems:\n";
    const { status, stdout, said } = plugin(repository({ "a.yaml": menu + element(agent()) + element(pipeline()) }));
    expect({ status, said, ports: portsIn(stdout) }).toEqual({ status: 0, said: [], ports: ["4317"] });
    for (const head of [menu, "apiVersion: v1\nkind: ConfigMapList\nitems:\n"]) {
      const nameless = `${head}${element("metadata: {name: dish}")}`;
      expectRefusal(
        plugin(repository({ ...files, "z.yaml": nameless })),
        /^z\.yaml:\d:\d: a document without apiVersion and kind is no resource/,
      );
    }
    for (const items of ["[]", "null", ""]) {
      const empty = `apiVersion: v1\nkind: ConfigMapList\nitems: ${items}\n`;
      expectRefusal(plugin(repository({ "a.yaml": empty })), /holds no resources/);
    }
    // Argo CD applies this one as it stands.
    const kept = "apiVersion: v1\nkind: Menu\nmetadata: {name: m}\nitems: null\nspec: {}\n";
    expect(plugin(repository({ ...files, "z.yaml": kept })).stdout).toContain(kept);
  });

  test("a ResourceList among the files is refused", () => {
    const resourceList = "---\napiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n";
    expectRefusal(
      plugin(repository({ ...files, "z.yaml": resourceList })),
      /^z\.yaml:\d:1: ResourceList\/.*: a ResourceList stands among other resources/,
    );
  });
});

describe("the function config", () => {
  const two = {
    "agents.yaml": `${agent("one")}---\n${agent("two")}`,
    "pipelines.yaml": `${pipeline("east", 4317)}---\n${pipeline("west", 9090)}`,
  };

  test("comes from the folder, once for each agent, and stays out of the output", () => {
    const folder = repository({ ...two, "config.yaml": `${config("one", "east")}---\n${config("two", "west")}` });
    const { status, stdout, said } = plugin(folder);
    expect({ status, said, ports: portsIn(stdout) }).toEqual({ status: 0, said: [], ports: ["4317", "9090"] });
    expect(stdout).not.toContain("InterceptBackends");
  });

  test("comes from the operator's file where the folder has none", () => {
    const file = join(repository({ "config.yaml": config("two", "west") }), "config.yaml");
    const env = { INTERCEPT_BACKENDS_FUNCTION_CONFIG: file };
    expect(portsIn(plugin(repository(two), { env }).stdout)).toEqual(["9090"]);
    const folder = repository({ ...two, "config.yaml": config("one", "east") });
    expect(portsIn(plugin(folder, { env }).stdout)).toEqual(["4317"]);
    expectRefusal(
      plugin(folder, { env: { INTERCEPT_BACKENDS_FUNCTION_CONFIG: `${file}.not` } }),
      "source: the file in INTERCEPT_BACKENDS_FUNCTION_CONFIG cannot be read: ENOENT; correct or unset it",
    );
  });

  test("comes from --function-config, which wins over the folder's", () => {
    const file = join(repository({ "config.yaml": config("two", "west") }), "config.yaml");
    const folder = repository({ ...two, "config.yaml": config("one", "east") });
    const { stdout } = plugin(folder, { args: ["generate", "--function-config", file] });
    expect(portsIn(stdout)).toEqual(["9090"]);
    expect(stdout).not.toContain("InterceptBackends");
  });

  test("comes from parameters, field by field over what the folder says", () => {
    const folder = repository({ ...two, "config.yaml": config("one", "east") });
    const parameters = [
      { name: "agent.name", string: "two" },
      { name: "ports.additional", array: ["7777", "8888"] },
    ];
    expect(portsIn(plugin(folder, { parameters }).stdout)).toEqual(["4317,7777,8888"]);
    const labels = [{ name: "pipelines.selector.matchLabels", map: { tier: "west" } }];
    expect(portsIn(plugin(folder, { parameters: labels }).stdout)).toEqual(["9090"]);
  });

  test("is not guessed: parameters cannot say which of several agents they mean", () => {
    const folder = repository({ ...two, "config.yaml": `${config("one", "east")}---\n${config("two", "west")}` });
    const parameters = [{ name: "ports.additional", string: "1" }];
    expectRefusal(
      plugin(folder, { parameters }),
      /^Application: the parameter ports\.additional cannot say which agent/,
    );
  });

  test("is told wrong with its file", () => {
    const folder = repository({ ...two, "config.yaml": config("one", "east").replace("agent:", "agnt:") });
    expectRefusal(plugin(folder), /^config\.yaml:\d+:\d+: InterceptBackends\/one: spec\.agnt: .*did you mean agent\?$/);
  });
});

describe("what is missing", () => {
  test("an empty output is an error, because Argo CD would delete everything", () => {
    expectRefusal(plugin(repository({})), /^the source: the source holds no resources, and Argo CD would take that/);
    expectRefusal(plugin(repository({ "a.yaml": config("one", "east") })), /holds no resources/);
  });

  test("MetricPipelines without an agent are an error that names the setting", () => {
    const folder = repository({ "p.yaml": pipeline(), "s.yaml": SECRET });
    expectRefusal(plugin(folder), /there is no DaemonSet, for 1 MetricPipeline; .*missing\.agent to Allow/);
    const { status, stdout } = plugin(folder, { parameters: [{ name: "missing.agent", string: "Allow" }] });
    expect([status, stdout]).toEqual([0, `${pipeline()}---\n${SECRET}`]);
  });

  test("an agent without MetricPipelines is an error that names the setting", () => {
    const folder = repository({ "a.yaml": agent() });
    expectRefusal(plugin(folder), /no MetricPipeline is.*missing\.pipelines to Allow, ports\.additional, or/);
    for (const parameter of [
      { name: "missing.pipelines", string: "Allow" },
      { name: "ports.additional", string: "4317" },
      { name: "trafficInterception", string: "Off" },
    ]) {
      expect(plugin(folder, { parameters: [parameter] }).status, parameter.name).toBe(0);
    }
  });
});

describe("a kustomization", () => {
  const kustomization = "namePrefix: eu-\nresources:\n- agent.yaml\n- pipelines.yaml\n- config.yaml\n";
  const files = {
    "base/kustomization.yaml": kustomization,
    "base/agent.yaml": agent(),
    "base/pipelines.yaml": pipeline(),
    "base/config.yaml": config("eu-telemetry-metric-agent", "backend"),
    "overlay/kustomization.yaml": "resources: [../base]\n",
  };

  test("is built, with bases elsewhere in the repository", () => {
    const { status, stdout, said } = plugin(join(repository(files), "overlay"));
    expect({ status, said, ports: portsIn(stdout) }).toEqual({ status: 0, said: [], ports: ["4317"] });
    expect(stdout).not.toContain("InterceptBackends");
  });

  test("that does not build fails with its reason in one line", () => {
    const folder = join(
      repository({ ...files, "overlay/kustomization.yaml": "resources: [../base, ../base]\n" }),
      "overlay",
    );
    expectRefusal(plugin(folder), /^source: kustomize failed: .*already registered id/);
  });

  test("that lists the function as a transformer is told where to list it", () => {
    const folder = repository({ ...files, "base/kustomization.yaml": "transformers: [config.yaml]\n" });
    expectRefusal(
      plugin(join(folder, "overlay")),
      "../base/config.yaml: is listed under transformers, where kustomize would have to start the function itself; list it under resources: generate takes it from there",
    );
  });

  test("and a chart in one folder leave the choice to a parameter", () => {
    const folder = join(repository({ ...files, "overlay/Chart.yaml": "name: c\n" }), "overlay");
    expectRefusal(plugin(folder), /holds both a kustomization and a chart; .*the parameter source/);
    expect(plugin(folder, { parameters: [{ name: "source", string: "kustomize" }] }).status).toBe(0);
  });
});

withHelm("a chart", () => {
  const files = {
    "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
    "chart/values.yaml": "port: 1\nname: telemetry-metric-agent\n",
    "chart/more, values.yaml": "port: 2\nlist: [a]\n",
    "values/shared.yaml": "port: 3\n",
    "chart/crds/crd.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: stands-for-a-crd}\n",
    "chart/templates/agent.yaml": agent("{{ .Values.name }}"),
    "chart/templates/pipeline.yaml": pipeline().replace(":4317", ":{{ .Values.port }}"),
    "chart/templates/config.yaml": [
      "apiVersion: v1",
      "kind: ConfigMap",
      "metadata:",
      "  name: {{ .Release.Name }}-{{ .Release.Namespace }}",
      "data:",
      "  kube: {{ .Capabilities.KubeVersion.Version }}",
      '  api: "{{ .Capabilities.APIVersions.Has "example.com/v1" }}"',
      '  text: {{ .Values.text | default "none" | quote }}',
      "",
    ].join("\n"),
  };

  test("is rendered with what Argo CD says about the Application and the cluster", () => {
    const env = {
      ARGOCD_APP_NAME: "team-a_metrics",
      ARGOCD_APP_NAMESPACE: "kyma-system",
      ARGOCD_APP_SOURCE_PATH: "chart/",
      KUBE_VERSION: "1.31",
      KUBE_API_VERSIONS: "v1,example.com/v1",
    };
    const { status, stdout, said } = plugin(join(repository(files), "chart"), { env });
    // Where users may make no namespaces.
    const lines = said.filter((line) => !line.includes("shares the network"));
    expect({ status, lines, ports: portsIn(stdout) }).toEqual({ status: 0, lines: [], ports: ["1"] });
    expect(stdout).toContain('name: metrics-kyma-system\ndata:\n  kube: v1.31\n  api: "true"\n');
    expect(stdout).toContain("stands-for-a-crd");
  });

  test("takes value files, values and parameters, later ones winning", () => {
    const folder = join(repository(files), "chart");
    const valueFiles = { name: "helm.valueFiles", array: ["more, values.yaml", "/values/shared.yaml"] };
    const values = { name: "helm.values", string: "port: 4\n" };
    const single = { name: "helm.parameters", map: { port: "5", text: '{{ "x" }}, $(id) "\'' } };
    expect(portsIn(plugin(folder, { parameters: [valueFiles] }).stdout)).toEqual(["3"]);
    expect(portsIn(plugin(folder, { parameters: [valueFiles, values] }).stdout)).toEqual(["4"]);
    const { stdout } = plugin(folder, { parameters: [valueFiles, values, single] });
    expect(portsIn(stdout)).toEqual(["5"]);
    expect(stdout).toContain(String.raw`text: "{{ \"x\" }}, $(id) \"'"`);
  });

  test("that does not render fails with its reason in one line", () => {
    const folder = join(repository({ ...files, "chart/templates/x.yaml": '{{ fail "no port" }}' }), "chart");
    expectRefusal(plugin(folder), /^source: helm failed: .*no port/);
  });
});

test("an agent whose own configuration says where it pushes needs no MetricPipelines", () => {
  const collector = {
    "agent.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: otel
spec:
  template:
    spec:
      containers:
      - name: otc
        args: ["--config=yaml:{exporters: {otlp: {endpoint: 'mesh.b:4317'}}, service: {pipelines: {metrics: {exporters: [otlp]}}}}"]
`,
  };
  const named = { name: "agent.name", string: "otel" };
  const { status, stdout } = plugin(repository(collector), { parameters: [named] });
  expect({ status, ports: portsIn(stdout) }).toEqual({ status: 0, ports: ["4317"] });
  const exporters = { name: "ports.exporters", map: { otlp: "9411,9412" } };
  expect(portsIn(plugin(repository(collector), { parameters: [named, exporters] }).stdout)).toEqual(["9411,9412"]);
});
