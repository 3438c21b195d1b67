// The package itself replaces the global console when it is loaded.
import { Configs } from "kpt-functions/dist/src/types.js";
import type { KubernetesObject } from "kpt-functions";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { interceptBackends } from "../src/kpt-func.ts";
import { run } from "../src/rewrite/run.ts";
import { oneFile } from "./stream/open.ts";

const pipeline = (name: string, value: string): KubernetesObject =>
  ({
    apiVersion: "telemetry.kyma-project.io/v1beta1",
    kind: "MetricPipeline",
    metadata: { name },
    spec: { input: { prometheus: { enabled: true } }, output: { otlp: { endpoint: { value } } } },
  }) as KubernetesObject;

const agent = (annotations: Record<string, string>): KubernetesObject =>
  ({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "telemetry-metric-agent", namespace: "kyma-system" },
    spec: {
      template: {
        metadata: { labels: { app: "agent" }, annotations },
        spec: { containers: [{ name: "collector" }], volumes: [{ name: "config", configMap: { name: "c" } }] },
      },
    },
  }) as KubernetesObject;

const functionConfig = (trafficInterception: string): KubernetesObject =>
  ({
    apiVersion: "intercept-backends.dev/v1alpha1",
    kind: "InterceptBackends",
    metadata: { name: "config" },
    spec: { trafficInterception, ports: { additional: [9411] } },
  }) as KubernetesObject;

const annotations = {
  "proxy.istio.io/config": "holdApplicationUntilProxyStarts: true # wait\n",
  "sidecar.istio.io/userVolumeMount": '{"other": {"mountPath": "/other"}}',
};

/** What the stream's function makes of the same objects. */
function throughStream(items: KubernetesObject[], config: KubernetesObject): { agent: unknown; messages: string[] } {
  const list = { apiVersion: "config.kubernetes.io/v1", kind: "ResourceList", items, functionConfig: config };
  const { output, findings } = run(oneFile(stringify(list)));
  const after = parse(Buffer.concat(output).toString()) as { items: KubernetesObject[] };
  return { agent: after.items.find(({ kind }) => kind === "DaemonSet"), messages: findings.map(({ cause }) => cause) };
}

test.each(["On", "ExportOnly", "Off"])("the SDK's objects get what the stream gets: %s", async (interception) => {
  const items = [agent(annotations), pipeline("b", "b.example.com:4318"), pipeline("a", "http://a.monitoring:90")];
  const config = functionConfig(interception);
  const stream = throughStream(structuredClone(items), config);
  const configs = new Configs(structuredClone(items), config);
  await interceptBackends(configs);
  expect(configs.getAll().find(({ kind }) => kind === "DaemonSet")).toEqual(stream.agent);
  expect(
    configs
      .getResults()
      .map(({ message }) => message)
      .toSorted(),
  ).toEqual(stream.messages.toSorted());
});

test("an error is a result in the SDK's words and changes nothing", async () => {
  const items = [agent(annotations), pipeline("a", "a.example.com")];
  const configs = new Configs(structuredClone(items), functionConfig("On"));
  await interceptBackends(configs);
  expect(configs.getAll().find(({ kind }) => kind === "DaemonSet")).toEqual(items[0]);
  expect(configs.getResults().map(({ severity, resourceRef }) => [severity, resourceRef?.name])).toEqual([
    ["error", "a"],
  ]);
});

test("a warning has the SDK's name for it", async () => {
  const configs = new Configs([agent({})]);
  await interceptBackends(configs);
  expect(configs.getResults().map(({ severity }) => severity)).toContain("warn");
});
