import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { blocksIn, commandsIn, copyOf, edit, expectResultInReadme, expectToQuoteFiles } from "./example.ts";
import type { Example } from "./example.ts";
import { kustomize4, kustomize5, onEach, shell, succeed } from "./host.ts";

const [build = ""] = commandsIn("kustomize", "kustomize build");
const ports = "traffic.sidecar.istio.io/includeOutboundPorts";

/** Of a resource what the tests look at. */
interface Resource {
  kind: string;
  metadata: { name: string };
  spec: {
    template: { metadata: { annotations: Record<string, string> } };
    output: { otlp: { endpoint: { valueFrom?: { secretKeyRef: { name: string } } } } };
  };
}

onEach([kustomize4, kustomize5], (kustomize) => {
  /** The texts of the resources that a build of the example gives. */
  function built({ cwd }: Example): string[] {
    return succeed(kustomize, build, cwd).split(/^---\n/m);
  }

  test("the build gives the DaemonSet that the README shows, and the rest as without the function", () => {
    const example = copyOf("kustomize");
    const all = built(example);
    const agent = all.find(isDaemonSet) ?? "";
    expectResultInReadme("kustomize", "yaml", agent);
    withoutFunction(example);
    const plain = built(example);
    expect(plain.filter(isDaemonSet)).not.toEqual([agent]);
    expect(all.filter((text) => !isDaemonSet(text))).toEqual(plain.filter((text) => !isDaemonSet(text)));
    expect(all.findIndex(isDaemonSet)).toBe(plain.findIndex(isDaemonSet));
  });

  test("the generated Secret has its prefix and its hash, and the MetricPipeline names it", () => {
    const resources = built(copyOf("kustomize")).map((text) => parse(text) as Resource);
    const secret = resources.find(({ kind }) => kind === "Secret");
    const pipeline = resources.find(({ metadata }) => metadata.name === "eu-external");
    expect(secret?.metadata.name).toMatch(/^eu-external-backend-[bcdfghkmt2456789]{10}$/);
    expect(pipeline?.spec.output.otlp.endpoint.valueFrom?.secretKeyRef.name).toBe(secret?.metadata.name);
  });

  test("the DaemonSet is found by the name that it had, and its port is that of the generated Secret", () => {
    const example = copyOf("kustomize");
    edit(join(example.folder, "overlay/kustomization.yaml"), "otlp.example.com:4318", "otlp.example.com:14318");
    const agent = agentAmong(built(example));
    expect(agent.metadata.name).toBe("eu-telemetry-metric-agent");
    expect(agent.spec.template.metadata.annotations[ports]).toBe("4317,9090,14318");
  });

  test("a MetricPipeline that is taken away takes its port with it", () => {
    const example = copyOf("kustomize");
    const file = join(example.folder, "base/metric-pipelines.yaml");
    const pipelines = readFileSync(file, "utf8").split(/^---\n/m);
    const inCluster = pipelines.find((text) => text.includes("name: in-cluster\n")) ?? "";
    edit(file, `${inCluster}---\n`, "");
    expect(agentAmong(built(example)).spec.template.metadata.annotations[ports]).toBe("4317,4318");
  });

  test("without the Secret the build fails, and standard error says which pipeline misses it", () => {
    const example = copyOf("kustomize");
    edit(join(example.folder, "overlay/kustomization.yaml"), "- name: external-backend\n", "- name: something-else\n");
    const { status, stdout, stderr } = shell(kustomize, build, example.cwd);
    expect(status).not.toBe(0);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/MetricPipeline\/\S*external: .*kyma-system\/external-backend/);
  });

  test("an unknown key of the config fails the build, and standard error says which", () => {
    const example = copyOf("kustomize");
    edit(join(example.folder, "overlay/intercept-backends.yaml"), "excludeInbound:", "excludeInbond:");
    const { status, stdout, stderr } = shell(kustomize, build, example.cwd);
    expect(status).not.toBe(0);
    expect(stdout).toBe("");
    expect(stderr).toContain("excludeInbond");
    expect(stderr).toContain("excludeInbound");
  });
});

test("the README of the kustomize example quotes its files as they are", () => {
  expectToQuoteFiles("kustomize", blocksIn("kustomize", "yaml").slice(0, -1));
});

function isDaemonSet(text: string): boolean {
  return /^kind: DaemonSet$/m.test(text);
}

function agentAmong(resources: readonly string[]): Resource {
  return parse(resources.find(isDaemonSet) ?? "") as Resource;
}

function withoutFunction({ folder }: Example): void {
  edit(join(folder, "overlay/kustomization.yaml"), "transformers:\n- intercept-backends.yaml\n", "");
}
