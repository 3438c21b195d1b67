import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { ExplainCall, Explained } from "../../src/cli/explain.ts";
import { explainFiles } from "../../src/cli/explain.ts";
import { EXPLAIN_FORMATS } from "../../src/cli/formats.ts";
import { readInput } from "../../src/cli/input.ts";
import { agent, config, pipeline } from "../argocd/manifests.ts";
import { root } from "../folders.ts";
import { runProgram } from "../program.ts";
import { oneFile } from "../stream/open.ts";

const mesh = readFileSync(new URL("fixtures/mesh.yaml", import.meta.url), "utf8");
const warn = fileURLToPath(new URL("fixtures/warn.yaml", import.meta.url));

const ANY = { include: [], exclude: [], source: "directory" } as const;

/** What there is to be warned of in the mesh of the fixture. */
const SCRAPED_TOO =
  /port 9090 .*push to http:\/\/otlp\.partner\.example:9090 .*scrapes of Pod plain\/exporter \(http: passed/;
const REFUSED = /^port 8080 is scraped in plain text, .*STRICT and refuse it$/;

function explainText(text: string, call: Partial<ExplainCall> = {}): Promise<Explained> {
  return explainFiles(oneFile(text), { format: "table", withColour: false, ...call });
}

/** What is printed for files and folders. */
async function explainPaths(paths: readonly string[], format: ExplainCall["format"]): Promise<Explained> {
  return explainFiles((await readInput(paths, ANY)).files, { format, withColour: false });
}

interface Row {
  kind: string;
  target: string;
  protocol: string;
  port: number;
  place: string;
  way: string;
  tls: string;
  rule: string;
}

/** The flows that the JSON of a stream tells. */
async function flowsOf(text: string): Promise<Row[]> {
  const { text: json, findings } = await explainText(text, { format: "json" });
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  const { flows } = JSON.parse(json) as { flows: (Omit<Row, "rule"> & { decidedBy: { id: string } })[] };
  return flows.map(({ decidedBy, ...flow }) => ({ ...flow, rule: decidedBy.id }));
}

async function tlsOfShop(text: string): Promise<string | undefined> {
  return (await flowsOf(text)).find(({ target }) => target === "Service/observability/shop")?.tls;
}

async function callsTo8082(text: string): ReturnType<typeof flowsOf> {
  return (await flowsOf(text)).filter(({ kind, port }) => kind === "token" && port === 8082);
}

describe.each(EXPLAIN_FORMATS)("as %s", (format) => {
  const ending = format === "svg" ? "svg" : `${format}.txt`;

  test("the kpt example is explained as it was looked at", async () => {
    const { text, findings } = await explainPaths([`${root}/examples/kpt`], format);
    expect(findings).toEqual([]);
    // The picture is the one that docs/interception.md shows.
    await expect(text).toMatchFileSnapshot(format === "svg" ? `${root}/docs/flows.svg` : `fixtures/kpt.${ending}`);
  });

  test("the base of the kustomize example is explained without the endpoint that nobody can read", async () => {
    const { text, findings } = await explainPaths([`${root}/examples/kustomize/base`, warn], format);
    expect(findings.map(({ severity }) => severity)).toEqual(["warning"]);
    await expect(text).toMatchFileSnapshot(`fixtures/kustomize-base.${ending}`);
  });

  test("the source of the Argo CD example is explained as it was looked at", async () => {
    const { text, findings } = await explainPaths([`${root}/examples/argocd/metrics`], format);
    expect(findings).toEqual([]);
    await expect(text).toMatchFileSnapshot(`fixtures/argocd.${ending}`);
  });

  test("a mesh with Services, namespaces and policies is explained, and hosts out of Secrets are not shown", async () => {
    const { text, findings } = await explainText(mesh, { format });
    expect(findings.map(({ cause }) => cause)).toEqual([
      expect.stringMatching(SCRAPED_TOO),
      expect.stringMatching(REFUSED),
    ]);
    expect(text).not.toContain("hidden-");
    await expect(text).toMatchFileSnapshot(`fixtures/mesh.${ending}`);
  });
});

describe("a flow", () => {
  test("of a backend, a scrape on the same port and the API server go as the packet filter decides", async () => {
    expect(await flowsOf(mesh)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: "export", port: 4317, way: "sidecar", tls: "sidecar (mTLS)" }),
        expect.objectContaining({ target: "Pod/plain/exporter", port: 9090, way: "sidecar", rule: "included-port" }),
        expect.objectContaining({ target: "Service/observability/collector", port: 8888, way: "direct" }),
        expect.objectContaining({ kind: "api server", way: "direct", rule: "excluded-range" }),
        expect.objectContaining({ kind: "token", port: 8081, way: "direct", rule: "not-included" }),
      ]),
    );
  });

  test("to the API server is said to depend on its address where the input does not tell it", async () => {
    const example = `${root}/examples/kpt`;
    const { files } = await readInput([example], ANY);
    const withoutService = files.filter(({ path }) => !path.endsWith("kubernetes-service.yaml"));
    expect(withoutService).toHaveLength(files.length - 1);
    const { text } = await explainFiles(withoutService, { format: "table", withColour: false });
    expect(text).toMatch(
      /api server: it is direct if its IP is in 10\.96\.0\.1\/32, but the IP is not known; add the Service kubernetes/,
    );
  });

  test("to a token endpoint in the cluster goes through the sidecar, as the rewrite has asked for", async () => {
    const inCluster = mesh.replace("https://login.partner.example/token", "http://login.observability:8082/token");
    expect(await callsTo8082(inCluster)).toMatchObject([
      { way: "sidecar", rule: "included-port", tls: "sidecar (mTLS)" },
    ]);
    const off = inCluster.replace("    bypass:", '    endpoints: {oauth2TokenEndpoints: "Off"}\n    bypass:');
    expect(await callsTo8082(off)).toMatchObject([
      { way: "direct", rule: "not-included", tls: "none: refused, STRICT" },
    ]);
  });

  test("of plain HTTP to a STRICT workload is said to be refused when it is direct", async () => {
    const shop = (await flowsOf(mesh)).find(({ target }) => target === "Service/observability/shop");
    expect(shop).toMatchObject({ port: 8080, way: "direct", tls: "none: refused, STRICT" });
  });

  test.each([
    ["http://collector.unknown:4317", "in the cluster"],
    ["collector.unknown:4317", "in the cluster"],
    ["collector.unknown.svc:4317", "in the cluster"],
    ["collector.observability:4317", "in the mesh"],
    ["example.com:4317", "outside"],
    ["otlp.example.com:4317", "outside"],
    ["otlp.partner.example:4317", "outside"],
  ])("to %s is %s", async (endpoint, place) => {
    const flows = await flowsOf(mesh.replace("http://collector.observability:4317", endpoint));
    expect(flows.filter(({ kind, port }) => kind === "export" && port === 4317)).toMatchObject([{ place }]);
  });

  test.each([
    ["PERMISSIVE", "https", /^agent, to the application: its sidecar ends no such TLS, PERMISSIVE$/],
    ["STRICT", "https", /^agent, by the mesh's certificates$/],
    ["UNSET", "https", /^agent, by the mesh's certificates, if STRICT$/],
    ["PERMISSIVE", "http", /^none$/],
    ["STRICT", "http", /^none: refused, STRICT$/],
  ])("of a target that is %s, over %s", async (mode, scheme, tls) => {
    const text = mesh.replace("mode: STRICT", `mode: ${mode}`).replace("scheme: http\n", `scheme: ${scheme}\n`);
    const shop = (await flowsOf(text)).find(({ target }) => target === "Service/observability/shop");
    expect(shop).toMatchObject({ protocol: scheme, tls: expect.stringMatching(tls) as string });
  });

  test("of a port that the target keeps its sidecar out of is answered by the application", async () => {
    const excluded = mesh.replace(
      "labels: {app: shop}\n        annotations:\n",
      (labels) => `${labels}          traffic.sidecar.istio.io/excludeInboundPorts: "8080"\n`,
    );
    expect(await tlsOfShop(excluded)).toBe("none");
    expect(await tlsOfShop(excluded.replace("      prometheus.io/scheme: http\n", ""))).toMatch(
      /^agent, to the application/,
    );
  });

  test("with the certificates of the mesh needs that the agent has them", async () => {
    const exportOnly = mesh.replace("    bypass:", "    trafficInterception: ExportOnly\n    bypass:");
    const collector = (await flowsOf(exportOnly)).find(({ target }) => target === "Service/observability/collector");
    expect(collector).toMatchObject({ protocol: "https", tls: "agent, without the mesh's certificates" });
  });

  test("of a pod with a sidecar does not happen, and that is said", async () => {
    const { text } = await explainText(mesh);
    expect(text).not.toMatch(/Deployment\/observability\/shop \(http/);
    expect(text).toMatch(/Deployment\/observability\/shop: its pods are annotated .* by an annotated Service alone/);
    const plain = mesh.replace("istio-injection: enabled", "istio-injection: disabled");
    expect((await flowsOf(plain)).filter(({ target }) => target === "Deployment/observability/shop")).toMatchObject([
      { protocol: "http", port: 8080, tls: "none" },
    ]);
  });

  test.each([
    [
      "a pod in the host's network",
      "      spec:\n        containers:\n        - name: collector",
      "      spec:\n        hostNetwork: true\n        containers:\n        - name: collector",
    ],
    [
      "a namespace without injection",
      "    namespace: kyma-system\n  spec:\n    template:",
      "    namespace: kube-system\n  spec:\n    template:",
    ],
    [
      "a namespace whose label refuses it",
      "- apiVersion: v1\n  kind: Namespace\n  metadata:\n    name: plain",
      "- apiVersion: v1\n  kind: Namespace\n  metadata:\n    name: kyma-system\n    labels: {istio-injection: disabled}",
    ],
    ["interception switched off", "    bypass:\n      ipRanges: [10.96.0.1/32]", '    trafficInterception: "Off"'],
  ])("is direct without a sidecar: %s", async (_, from, to) => {
    expect(mesh).toContain(from);
    const flows = await flowsOf(mesh.replace(from, to));
    expect(new Set(flows.map(({ way, rule }) => `${way}: ${rule}`))).toEqual(new Set(["direct: no-sidecar"]));
  });

  test("of a container that runs as the sidecar's user bypasses the sidecar", async () => {
    const flows = await flowsOf(
      mesh.replace(
        "          image: collector\n",
        "          image: collector\n          securityContext: {runAsUser: 1337}\n",
      ),
    );
    expect(new Set(flows.map(({ rule }) => rule))).toEqual(new Set(["sidecar-itself"]));
  });
});

function withItem(text: string, item: object): string {
  return text.replace("functionConfig:", `- ${JSON.stringify(item)}\nfunctionConfig:`);
}

function istio(spec: object): object {
  return { apiVersion: "install.istio.io/v1alpha1", kind: "IstioOperator", metadata: { name: "mesh" }, spec };
}

describe("what hangs on the installation", () => {
  const V6 = mesh.replace("clusterIP: 10.96.7.7", 'clusterIP: "fd00:96::7"');
  const ROW = /export: MetricPipeline\/to-mesh .*/;

  async function rowOf(text: string): Promise<string> {
    const { text: table, findings } = await explainText(text);
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
    return ROW.exec(table)?.[0] ?? "";
  }

  test("is a condition where an address is one of IPv6", async () => {
    expect(await rowOf(mesh)).not.toContain("IPv4");
    expect(await rowOf(V6)).toMatch(
      /included-port; direct if the pod's first IP is one of IPv4 and ISTIO_DUAL_STACK is off {2}/,
    );
  });

  test.each([
    [
      "the pod",
      (text: string): string =>
        text.replace(
          "        labels:\n          app: agent\n",
          (labels) =>
            `${labels}        annotations: {proxy.istio.io/config: 'proxyMetadata: {ISTIO_DUAL_STACK: "true"}'}\n`,
        ),
    ],
    [
      "the mesh",
      (text: string): string =>
        withItem(text, istio({ meshConfig: { defaultConfig: { proxyMetadata: { ISTIO_DUAL_STACK: "true" } } } })),
    ],
    [
      "a ProxyConfig",
      (text: string): string =>
        withItem(text, {
          apiVersion: "networking.istio.io/v1beta1",
          kind: "ProxyConfig",
          metadata: { name: "all", namespace: "kyma-system" },
          spec: { environmentVariables: { ISTIO_DUAL_STACK: "true" } },
        }),
    ],
    ["nftables", (text: string): string => withItem(text, istio({ values: { global: { nativeNftables: true } } }))],
  ])("is none where %s says that there are rules for IPv6", async (_, change) => {
    expect(await rowOf(change(V6))).not.toContain("IPv4");
  });

  test("the mode of the mesh holds for pods that have none of their own", async () => {
    const none = withItem(mesh, istio({ meshConfig: { defaultConfig: { interception_mode: "NONE" } } }));
    expect(await rowOf(none)).toMatch(/ direct +mode-none/);
    const own = none.replace(
      "        labels:\n          app: agent\n",
      (labels) => `${labels}        annotations: {proxy.istio.io/config: 'interceptionMode: REDIRECT'}\n`,
    );
    expect(await rowOf(own)).toMatch(/ sidecar +included-port/);
  });

  test("excluded ranges of IPv6 are not written without them", async () => {
    const excluded = V6.replace("ipRanges: [10.96.0.1/32]", 'ipRanges: [10.96.0.1/32, "fd00:96::/64"]');
    expect(await rowOf(excluded)).toMatch(/excluded-range; sidecar if the pod's first IP .* with nftables/);
  });

  test("15020 is direct with the CNI plugin, unless an annotation says otherwise", async () => {
    const at15020 = mesh.replace("http://collector.observability:4317", "http://collector.observability:15020");
    expect(await rowOf(at15020)).toMatch(/ sidecar +included-port; direct with the CNI plugin/);
    const cni = withItem(at15020, istio({ components: { cni: { enabled: true } } }));
    expect(await rowOf(cni)).toMatch(/ direct +excluded-by-cni/);
    const said = cni.replace(
      "        labels:\n          app: agent\n",
      (labels) => `${labels}        annotations: {traffic.sidecar.istio.io/excludeOutboundPorts: ""}\n`,
    );
    expect(await rowOf(said)).toMatch(/ sidecar +included-port {2}/);
  });

  test("a list of the mesh holds where the pod has none", async () => {
    const excluding = withItem(mesh, istio({ values: { global: { proxy: { excludeOutboundPorts: "4317" } } } }));
    expect(await rowOf(excluding)).toMatch(/ direct +excluded-port/);
  });

  test("the identity of the pod's own container istio-proxy counts with the CNI plugin", async () => {
    const own = mesh.replace(
      "          image: collector\n",
      "          image: collector\n          securityContext: {runAsUser: 2000}\n        - name: istio-proxy\n          securityContext: {runAsUser: 2000}\n",
    );
    expect(await rowOf(own)).toMatch(/ sidecar +included-port; direct with the CNI plugin/);
  });

  test("the groups of ISTIO_OUTBOUND_OWNER_GROUPS alone are intercepted", async () => {
    const grouped = mesh.replace(
      "        labels:\n          app: agent\n",
      (labels) =>
        `${labels}        annotations: {proxy.istio.io/config: 'proxyMetadata: {ISTIO_OUTBOUND_OWNER_GROUPS: "3000"}'}\n`,
    );
    expect(await rowOf(grouped)).toMatch(/ direct +owner-group; sidecar with the CNI plugin/);
  });
});

describe("function configs among the files", () => {
  const manifests = [
    agent("front"),
    agent("back"),
    pipeline("one", 4317),
    pipeline("two", 4318),
    config("front", "one"),
    config("back", "two"),
  ];

  test("each get an explanation for their own agent", async () => {
    const { text, findings } = await explainText(manifests.join("---\n"));
    expect(findings).toEqual([]);
    const [front = "", back = "", ...more] = text.split(/(?=^Flows of )/m);
    expect(more).toEqual([]);
    expect([front.includes(":4317"), front.includes(":4318")]).toEqual([true, false]);
    expect([back.includes(":4317"), back.includes(":4318")]).toEqual([false, true]);
  });

  test("are a list of explanations as JSON, and an error as a picture, which shows one agent", async () => {
    const { text } = await explainText(manifests.join("---\n"), { format: "json" });
    expect((JSON.parse(text) as { agent: string }[]).map((each) => each.agent)).toEqual([
      "kyma-system/front",
      "kyma-system/back",
    ]);
    const picture = await explainText(manifests.join("---\n"), { format: "svg" });
    expect(picture.text).toBe("");
    expect(picture.findings.map(({ severity, cause }) => [severity, cause])).toEqual([
      ["error", expect.stringMatching(/several: kyma-system\/front, kyma-system\/back$/)],
    ]);
  });

  test("are an error where two are for one agent", async () => {
    const rival = config("front", "two").replace("name: front", "name: rival");
    const { text, findings } = await explainText([...manifests, rival].join("---\n"));
    expect({ text, errors: findings.map(({ cause }) => cause) }).toEqual({
      text: "",
      errors: [expect.stringMatching(/^the InterceptBackends front and rival are both for this DaemonSet/)],
    });
  });
});

describe("the program", () => {
  test("explains a ResourceList from standard input, without colour where nobody sees it", async () => {
    const { status, stdout, stderr } = runProgram(["explain"], mesh);
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 0, stdout: (await explainText(mesh)).text });
    expect(stderr).toMatch(SCRAPED_TOO);
  });

  test("prints errors and no table where the function would change nothing", () => {
    const { status, stdout, stderr } = runProgram(["explain", `${root}/examples/kustomize/base`]);
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("which is not in the stream");
  });

  test.each([
    ["a format that there is not", ["explain", "--format", "png"]],
    ["a file that there is not", ["explain", "no-such-file.yaml"]],
  ])("refuses %s", (_, args) => {
    const { status, stdout } = runProgram(args, mesh);
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 2, stdout: "" });
  });

  test("colours the way on a terminal alone", async () => {
    const { text: plain } = await explainText(mesh);
    const { text: painted } = await explainText(mesh, { withColour: true });
    expect(painted).toContain("\u001b[32msidecar");
    expect(painted.replace(/\u001b\[\d+m/g, "")).toBe(plain);
  });

  test("names an annotation with which Istio refuses the pod", async () => {
    const wrong = mesh.replace(
      "        labels:\n          app: agent\n",
      '        annotations:\n          traffic.sidecar.istio.io/excludeOutboundPorts: "1-2"\n',
    );
    const { text, findings } = await explainText(wrong);
    expect(text).toBe("");
    expect(findings.map(({ severity, field }) => [severity, field?.currentValue])).toEqual([
      ["warning", undefined],
      ["warning", "http"],
      ["error", "1-2"],
    ]);
  });
});

test("a MetricPipeline that is kept from the cluster has no flow", async () => {
  const input = readFileSync(new URL("../golden/local-config-takes-no-part/input.yaml", import.meta.url), "utf8");
  const ports = (await flowsOf(input)).filter(({ kind }) => kind === "export").map(({ port }) => port);
  expect(ports).toEqual([4317, 9411, 5555]);
});
