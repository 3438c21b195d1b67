import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, root } from "../folders.ts";
import { helm3, helm4, onEach, shell, succeed } from "./host.ts";
import type { Host } from "./host.ts";

const page = readFileSync(join(root, "docs/helm.md"), "utf8");
const commands = [...page.matchAll(/^```shell\n([^]*?)^```/gm)].map(([, text = ""]) => text);

/** The command of the page with `--post-renderer`, as one that needs no cluster. */
function templateIn(block: string | undefined): string {
  return (block ?? "").replace("helm upgrade --install", "helm template");
}

const manifest = (name: string): string => readFileSync(join(root, "examples/argocd/metrics", name), "utf8");

/** A folder with a chart that renders an agent and a pipeline, a function config, the plugin, and folders of Helm's own. */
function surroundings(pipeline = manifest("metric-pipelines.yaml")): { cwd: string; settings: string } {
  const cwd = folderWith({
    "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.0.1\n",
    "chart/templates/agent.yaml": manifest("metric-agent.yaml"),
    "chart/templates/pipeline.yaml": pipeline,
    "config.yaml": manifest("intercept-backends.yaml"),
  });
  cpSync(join(root, "deploy/helm"), join(cwd, "deploy/helm"), { recursive: true });
  const folders = ["CONFIG", "DATA", "CACHE"].map((name) => `HELM_${name}_HOME="${join(cwd, name)}"`);
  return { cwd, settings: `export ${folders.join(" ")}` };
}

function expectRewritten(host: Host, block: string | undefined): void {
  const { cwd, settings } = surroundings();
  const command = `${settings}\n${templateIn(block)}`;
  const plain = succeed(host, command, cwd);
  expect(plain).toContain('traffic.sidecar.istio.io/includeOutboundPorts: "9090"');
  expect(plain).not.toContain("excludeInboundPorts");
  const argument = " --post-renderer-args --function-config=config.yaml\n";
  expect(succeed(host, command.trimEnd() + argument, cwd)).toContain(
    'traffic.sidecar.istio.io/excludeInboundPorts: "8888"',
  );
}

function expectError(host: Host, block: string | undefined): void {
  const { cwd, settings } = surroundings(manifest("metric-pipelines.yaml").replace(/value: .*/, "value: http://:x"));
  const { status, stdout } = shell(host, `${settings}\n${templateIn(block)}`, cwd);
  expect(status).not.toBe(0);
  expect(stdout).not.toContain("DaemonSet");
  const asked = shell(host, `${settings}\n${commands[2]}`, cwd);
  expect(asked).toMatchObject({
    status: 1,
    stdout: "",
    stderr: expect.stringContaining("MetricPipeline/in-cluster") as unknown,
  });
}

onEach([helm3], (helm) => {
  test("the flag of the page sends the chart through the program", () => expectRewritten(helm, commands[0]));
  test("an error of the program ends Helm", () => expectError(helm, commands[0]));
});

onEach([helm4], (helm) => {
  test("the plugin sends the chart through the program", () => expectRewritten(helm, commands[1]));
  test("an error of the program ends Helm", () => expectError(helm, commands[1]));
});
