import { describe, expect, test } from "vitest";
import { folderWith } from "../folders.ts";
import { runProgram } from "../program.ts";
import { AGENT, pipeline } from "./manifests.ts";

const HIDDEN = "hunter2-is-not-to-be-seen";

/** The agent with a ProxyConfig, as the value of its annotation is written. */
function withProxyConfig(written: string): string {
  return AGENT.replace("      labels:", `      annotations:\n        proxy.istio.io/config: ${written}\n      labels:`);
}

function withEnv(lines: readonly string[]): string {
  const env = lines.map((line) => `        ${line}\n`).join("");
  return AGENT.replace("        image:", `        env:\n${env}        image:`);
}

/** Where an agent keeps what nobody is to see, next to or in what the rewrite changes. */
const agents: Record<string, string> = {
  "proxyMetadata, as a block": withProxyConfig(
    `|\n          proxyMetadata:\n            DB_PASSWORD: ${HIDDEN}\n            A: b`,
  ),
  "proxyMetadata, over several lines": withProxyConfig(
    `|\n          proxyMetadata:\n            API_KEY: >-\n              ${HIDDEN}\n              ${HIDDEN}\n            A: b`,
  ),
  "proxyMetadata, as JSON": withProxyConfig(`'{"proxyMetadata": {"A": "b", "ACCESS_TOKEN": "${HIDDEN}"}}'`),
  "proxyMetadata, as JSON in double quotes": withProxyConfig(
    `"{\\"proxyMetadata\\": {\\"CLIENT_SECRET\\": \\"${HIDDEN}\\"}}"`,
  ),
  "a variable": withEnv(["- name: A", "  value: b", "- name: DB_PASSWORD", `  value: ${HIDDEN}`]),
  "a variable, its value first": withEnv([`- value: ${HIDDEN}`, "  name: api-token"]),
  "a variable over several lines": withEnv(["- name: TLS_PRIVATE_KEY", "  value: |", `    ${HIDDEN}`, `    ${HIDDEN}`]),
  "a variable in flow style": withEnv([`- {name: DB_PASSWORD, value: "${HIDDEN}"}`]),
  "a pod template in flow style": `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: telemetry-metric-agent, namespace: kyma-system}
spec:
  template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: c, env: [{name: DB_PASSWORD, value: ${HIDDEN}}]}]}}
`,
};

describe.each(Object.entries(agents))("%s", (_, agent) => {
  test.each(["diff", "github", "sarif"])("--format %s tells the change and not the value", (format) => {
    const folder = folderWith({ "agent.yaml": agent, "pipeline.yaml": pipeline("one", 4317) });
    const { status, stdout, stderr } = runProgram(["check", "--format", format, "."], "", folder);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout.toString()).toContain("includeOutboundPorts");
    expect(stdout.toString()).not.toContain(HIDDEN);
  });

  test("no result of a rewrite has the value", () => {
    const items = [agent, pipeline("one", 4317)].map((text) => `- ${text.trimEnd().replaceAll("\n", "\n  ")}\n`);
    const list = `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${items.join("")}`;
    const { stdout } = runProgram([], list);
    const results = stdout.toString().split("\nresults:\n")[1] ?? "";
    expect(results).toContain("includeOutboundPorts");
    expect(results).not.toContain(HIDDEN);
  });
});

test.each(["diff", "github", "sarif"])("no warning about a ProxyConfig has the value: --format %s", (format) => {
  const config = `|\n          concurency: 2\n          proxyMetadata:\n            DB_PASSWORD: ${HIDDEN}`;
  const folder = folderWith({ "agent.yaml": withProxyConfig(config), "pipeline.yaml": pipeline("one", 4317) });
  const { stdout, stderr } = runProgram(["check", "--format", format, "."], "", folder);
  expect(stdout.toString() + stderr).toContain("concurency is no field");
  expect(stdout.toString() + stderr).not.toContain(HIDDEN);
});

test("no result of a warning about a ProxyConfig has the value", () => {
  const agent = withProxyConfig(
    `|\n          concurency: 2\n          proxyMetadata:\n            DB_PASSWORD: ${HIDDEN}`,
  );
  const item = `- ${agent.trimEnd().replaceAll("\n", "\n  ")}\n`;
  const { stdout } = runProgram([], `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${item}`);
  const results = stdout.toString().split("\nresults:\n")[1] ?? "";
  expect(results).toContain("concurency is no field");
  expect(results).not.toContain(HIDDEN);
});
