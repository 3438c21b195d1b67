import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { root } from "../folders.ts";
import { commandsIn, copyOf, diffOf, expectResultInReadme, expectToQuoteFiles, blocksIn, readTree } from "./example.ts";
import { kptOnPath, kustomize4, kustomize5, onEach, succeed } from "./host.ts";
import { plugin } from "../argocd/plugin.ts";

const OPERATED = ["opentelemetry-operator", "prometheus-operator"] as const;

onEach([kptOnPath], (kpt) => {
  test.each(OPERATED)("examples/%s is rendered to what its README shows, and not changed again", (name) => {
    const [render = ""] = commandsIn(name, "kpt fn");
    const { cwd, folder } = copyOf(name);
    const before = readTree(folder);
    succeed(kpt, render, cwd);
    const after = readTree(folder);
    expectResultInReadme(name, "diff", diffOf(before, after));
    succeed(kpt, render, cwd);
    expect(readTree(folder)).toEqual(after);
  });
});

onEach([kustomize4, kustomize5], (kustomize) => {
  test("examples/opentelemetry-collector is built to what its README shows", () => {
    const [build = ""] = commandsIn("opentelemetry-collector", "kustomize build");
    const { cwd } = copyOf("opentelemetry-collector");
    const built = succeed(kustomize, build, cwd).split(/^---\n/m);
    const agent = built.find((text) => /^kind: DaemonSet$/m.test(text)) ?? "";
    expectResultInReadme("opentelemetry-collector", "yaml", agent);
    expectToQuoteFiles("opentelemetry-collector", blocksIn("opentelemetry-collector", "yaml").slice(0, -1));
  });
});

test.each([
  ["opentelemetry-collector/rendered", "4317", [{ name: "agent.name", string: "otel-agent" }]],
  ["opentelemetry-operator", "4317,9093", [{ name: "agent.name", string: "node-agent" }]],
  ["prometheus-operator", "8080", [{ name: "agent.name", string: "k8s" }]],
])("generate makes of examples/%s the port list %s", (folder, ports, parameters) => {
  const { status, stdout } = plugin(join(root, "examples", folder), { parameters });
  expect(status).toBe(0);
  expect(/includeOutboundPorts: "?([\d,]+)"?/.exec(stdout)?.[1]).toBe(ports);
});

test("the Application of examples/opentelemetry-collector names settings that there are", () => {
  const text = readFileSync(join(root, "examples/opentelemetry-collector/argocd/application.yaml"), "utf8");
  const { spec } = parse(text) as { spec: { source: { plugin: { name: string; parameters: { name: string }[] } } } };
  expect(spec.source.plugin.name).toBe("intercept-backends");
  const { stdout } = plugin(join(root, "examples/opentelemetry-collector/rendered"), {
    parameters: spec.source.plugin.parameters,
  });
  expect(stdout).toContain("mountPath: /etc/istio-output-certs");
});
