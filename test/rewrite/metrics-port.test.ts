import { expect, test } from "vitest";
import { applyChange } from "../../src/yaml/edit/apply-change.ts";
import type { Value } from "../../src/yaml/edit/change.ts";
import { decide } from "../../src/rewrite/decide.ts";
import { valueAt } from "../../src/telemetry/plain-data.ts";
import { agentObject, configOf, pipelineObject, selectFrom } from "./select.ts";

const EXCLUDE_INBOUND = "traffic.sidecar.istio.io/excludeInboundPorts";
const LABELS = { app: "agent", tier: "node" };

function service(annotations: object, spec: object = {}, namespace = "kyma-system"): object {
  const metadata = { name: "metrics", namespace, annotations: { "prometheus.io/scrape": "true", ...annotations } };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { selector: { app: "agent" }, ports: [{ port: 80, targetPort: 8888 }], ...spec },
  };
}

/** What `excludeInboundPorts` is after a run, where it was `before`. */
function after(services: readonly object[], spec: object, before?: string): unknown {
  const annotations = before === undefined ? {} : { [EXCLUDE_INBOUND]: before };
  const agent = agentObject({}, { labels: LABELS, annotations });
  const pipeline = pipelineObject("mesh", { value: "http://sink.reef:4317" });
  const { rewrite, findings } = decide(configOf({ ...spec }), selectFrom([agent, pipeline, ...services]));
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  const object = rewrite ? applyChange(rewrite.agent.object as Value, rewrite.change) : agent;
  return valueAt(object, "spec", "template", "metadata", "annotations", EXCLUDE_INBOUND);
}

const HTTP = { "prometheus.io/scheme": "http" };
const NAMED = { ports: [{ port: 80, targetPort: "web" }] };
const TWO = { ports: [{ port: 4317 }, { port: 8888 }] };

test.each<[string, object[], unknown]>([
  ["the annotated port", [service({ ...HTTP, "prometheus.io/port": "9999" })], "9999"],
  ["the target port where none is annotated", [service(HTTP)], "8888"],
  ["the port of the Service where it has no target port", [service(HTTP, { ports: [{ port: 8080 }] })], "8080"],
  ["a port whose annotation is no number is passed over", [service({ ...HTTP, "prometheus.io/port": "web" })], "8888"],
  ["a named port that no container has", [service(HTTP, NAMED)], undefined],
  ["UDP does not count", [service(HTTP, { ports: [{ port: 53, protocol: "UDP" }, { port: 8888 }] })], "8888"],
  ["several ports, of which one is annotated", [service({ ...HTTP, "prometheus.io/port": "8888" }, TWO)], "8888"],
  ["several ports, of which none is", [service(HTTP, TWO)], undefined],
  ["two Services", [service(HTTP), service({ ...HTTP, "prometheus.io/port": "9999" })], "8888,9999"],
  ["https", [service({ "prometheus.io/scheme": "https" })], undefined],
  ["no scheme", [service({})], undefined],
  ["not asked to be scraped", [service({ ...HTTP, "prometheus.io/scrape": "false" })], undefined],
  ["another namespace", [service(HTTP, {}, "default")], undefined],
  ["other pods", [service(HTTP, { selector: { app: "other" } })], undefined],
  ["one label of two that the agent has not", [service(HTTP, { selector: { app: "agent", x: "y" } })], undefined],
  ["no selector", [service(HTTP, { selector: {} })], undefined],
])("ports.excludeInbound defaults by a Service: %s", (_, services, wanted) => {
  expect(after(services, {})).toBe(wanted);
});

test.each<[string, object, string | undefined, unknown]>([
  ["keeps what is there", {}, "13133", "13133,8888"],
  ["is given up for a list", { ports: { excludeInbound: [9999] } }, "13133,8888", "13133,9999"],
  ["is given up for an empty list", { ports: { excludeInbound: [] } }, "8888", undefined],
  ["stays where the list names it", { ports: { excludeInbound: [8888] } }, "8888", "8888"],
  ["goes with Off", { trafficInterception: "Off" }, "13133,8888", "13133"],
  [
    "goes with Off and a list",
    { trafficInterception: "Off", ports: { excludeInbound: [9999] } },
    "9999,8888",
    undefined,
  ],
  ["stays with ExportOnly", { trafficInterception: "ExportOnly" }, undefined, "8888"],
  ["leaves a list alone that cannot be read", { ports: { excludeInbound: [] } }, "8888-8890", "8888-8890"],
])("the default %s", (_, spec, before, wanted) => {
  expect(after([service(HTTP)], spec, before)).toBe(wanted);
});
