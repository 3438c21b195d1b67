import { describe, expect, test } from "vitest";
import { decide } from "../../src/rewrite/decide.ts";
import type { Select } from "../../src/rewrite/select.ts";
import { applyChange } from "../../src/yaml/edit/apply-change.ts";
import type { Value } from "../../src/yaml/edit/change.ts";
import { valueAt } from "../../src/telemetry/plain-data.ts";
import { agentObject, configOf, pipelineObject, selectFrom } from "./select.ts";

const INCLUDE_PORTS = "traffic.sidecar.istio.io/includeOutboundPorts";

/** The ports that the agent's annotation then lists, or the errors. */
function portsOf(objects: readonly object[], spec: Readonly<Record<string, unknown>> = {}): unknown {
  const { rewrite, findings } = decide(configOf(spec), selectFrom(objects));
  if (rewrite === undefined) return findings.map(({ cause }) => cause);
  const after = applyChange(rewrite.agent.object as Value, rewrite.change);
  return valueAt(after, "spec", "template", "metadata", "annotations", INCLUDE_PORTS);
}

function local(value: unknown): object {
  return { annotations: { "config.kubernetes.io/local-config": value } };
}

function service(metadata: object): object {
  const spec = { ports: [{ port: 4317, targetPort: 14317 }] };
  return { apiVersion: "v1", kind: "Service", metadata: { name: "sink", namespace: "reef", ...metadata }, spec };
}

function secret(metadata: object): object {
  const stringData = { url: "http://sink.reef:9090" };
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "backend", namespace: "reef", ...metadata },
    stringData,
  };
}

describe("a resource with the annotation local-config", () => {
  const value = "http://sink.reef:4317";
  const ref = { valueFrom: { secretKeyRef: { name: "backend", namespace: "reef", key: "url" } } };

  test.each<[value: unknown, ports: string]>([
    ["true", "4317"],
    [true, "4317"],
    ["false", "4317,9090"],
    [null, "4317,9090"],
  ])("that is %j: the ports of the MetricPipelines are %s", (annotation, ports) => {
    const sample = pipelineObject("sample", { value: "http://sink.reef:9090" }, local(annotation));
    expect(portsOf([agentObject(), pipelineObject("eel", { value }), sample])).toBe(ports);
  });

  test("is no agent, no Secret and no Service", () => {
    expect(portsOf([agentObject(local("true")), pipelineObject("eel", { value })])).toEqual([
      expect.stringMatching(/^no DaemonSet matches/),
    ]);
    expect(portsOf([agentObject(), agentObject(local("true")), pipelineObject("eel", { value })])).toBe("4317");
    expect(portsOf([agentObject(), pipelineObject("eel", ref), secret({})])).toBe("9090");
    expect(portsOf([agentObject(), pipelineObject("eel", ref), secret(local("true"))])).toEqual([
      expect.stringContaining("which is not in the stream,"),
    ]);
    const balanced = { ports: { socketLoadBalancer: true }, endpoints: { unresolved: "Warn" } };
    expect(portsOf([agentObject(), pipelineObject("eel", { value }), service({})], balanced)).toBe("4317,14317");
    expect(portsOf([agentObject(), pipelineObject("eel", { value }), service(local("true"))], balanced)).toBe("4317");
  });
});

test.each(["sink.reef", "SINK.Reef", "Sink.REEF.svc"])("the target port of http://%s:4317 is found", (host) => {
  const pipeline = pipelineObject("eel", { value: `http://${host}:4317` });
  const asked: unknown[] = [];
  const select = selectFrom([agentObject(), pipeline, service({})]);
  decide(configOf({ ports: { socketLoadBalancer: true } }), (kinds, mentioning) => {
    if (kinds.includes("Service")) asked.push(...(mentioning ?? []));
    return select(kinds, mentioning);
  });
  expect(portsOf([agentObject(), pipeline, service({})], { ports: { socketLoadBalancer: true } })).toBe("4317,14317");
  // A stream is searched for the name as a Service is written.
  expect(asked).toContain("sink");
});

test.each<[pipelines: object, cause: string]>([
  [
    { selector: { matchLabels: { team: "reef" } } },
    "so that no backend's port goes through the sidecar, 2 left out by pipelines.selector, 1 left out by its deletion",
  ],
  [
    { selector: { matchLabels: { team: "a" } } },
    "so that no backend's port goes through the sidecar, 1 left out by pipelines.include, 1 left out by its deletion, 1 left out by pipelines.selector",
  ],
])("no MetricPipeline reaches the agent with %j, and the warning counts why", (pipelines, cause) => {
  const value = "http://sink.reef:4317";
  const gateway = { ...pipelineObject("gateway", { value }, { labels: { team: "a" } }), spec: { input: {} } };
  const going = pipelineObject(
    "going",
    { value },
    { labels: { team: "a" }, deletionTimestamp: "2026-01-01T00:00:00Z" },
  );
  const other = pipelineObject("other", { value }, { labels: { team: "b" } });
  const { findings } = decide(configOf({ pipelines }), selectFrom([agentObject(), gateway, going, other]));
  expect(findings.filter(({ severity }) => severity !== "info").map((finding) => finding.cause)).toEqual([
    `no MetricPipeline reaches the agent, ${cause}`,
  ]);
});

/** What a decision tells, and the kinds that it asks for. */
function toldOf(objects: readonly object[], kinds?: readonly string[]): { asked: string[]; told: unknown[] } {
  const asked: string[] = [];
  const select: Select = (wanted, mentioning) => {
    asked.push(...wanted);
    return selectFrom(objects)(wanted, mentioning);
  };
  if (kinds) select.kindsInStream = () => kinds;
  const { findings } = decide(undefined, select);
  const told = findings.filter(({ severity }) => severity !== "info");
  return {
    asked,
    told: told.map(({ severity, cause, resource }) => `${severity} ${resource?.kind ?? ""}: ${cause}`),
  };
}

describe("a resource that is nearly right", () => {
  const value = "http://sink.reef:4317";
  const slip = { ...pipelineObject("slip", { value }), kind: "MetricsPipeline" };
  const nameless = { ...pipelineObject("nameless", { value }), kind: "" };

  test("is named beside the error that comes of it", () => {
    const daemonSet = { ...agentObject(), kind: "Daemonset" };
    const { told } = toldOf([daemonSet, pipelineObject("eel", { value })], ["Daemonset", "MetricPipeline"]);
    expect(told).toEqual([
      expect.stringMatching(/^warning Daemonset: the kind Daemonset is not DaemonSet/),
      expect.stringMatching(/^error : no DaemonSet matches/),
    ]);
  });

  test("is asked for by the kinds that are near alone", () => {
    const kinds = ["DaemonSet", "MetricsPipeline", "", "Secret", "LogPipeline"];
    const { asked, told } = toldOf([agentObject(), pipelineObject("eel", { value }), slip, nameless], kinds);
    expect(asked.filter((kind) => ["MetricsPipeline", "", "LogPipeline"].includes(kind))).toEqual([
      "MetricsPipeline",
      "",
    ]);
    expect(told).toEqual([
      expect.stringMatching(/^warning MetricsPipeline: the kind/),
      expect.stringMatching(/^warning : has no kind/),
    ]);
  });

  test("is not looked for where nobody tells the kinds", () => {
    expect(toldOf([agentObject(), pipelineObject("eel", { value }), slip]).told).toEqual([]);
  });

  test("of another group is named without them", () => {
    const other = { ...pipelineObject("other", { value }), apiVersion: "example.com/v1" };
    const old = { ...agentObject(), apiVersion: "extensions/v1beta1" };
    const fluentd = { ...agentObject({ name: "fluentd" }), apiVersion: "extensions/v1beta1" };
    const { told } = toldOf([agentObject(), old, fluentd, pipelineObject("eel", { value }), other]);
    expect(told).toEqual([
      expect.stringMatching(/^warning MetricPipeline: .* example\.com\/v1/),
      expect.stringMatching(/^warning DaemonSet: .* extensions\/v1beta1/),
    ]);
  });
});

test("an unknown annotation is named beside the error that comes of it", () => {
  const name = "intercept-backends.dev/backendports";
  const pipeline = pipelineObject("eel", { value: "<host>" }, { annotations: { [name]: "4317" } });
  const objects = [agentObject({ annotations: { [name]: "1" } }, { annotations: { [name]: "2" } }), pipeline];
  const { findings } = decide(undefined, selectFrom(objects));
  expect(findings.map(({ severity, resource, field }) => [severity, resource?.kind, field?.path])).toEqual([
    ["error", "MetricPipeline", "spec.output.otlp.endpoint.value"],
    ["warning", "MetricPipeline", `metadata.annotations["${name}"]`],
    ["warning", "DaemonSet", `metadata.annotations["${name}"]`],
    ["warning", "DaemonSet", `spec.template.metadata.annotations["${name}"]`],
  ]);
});
