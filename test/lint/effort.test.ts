import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { explainFiles } from "../../src/cli/explain.ts";
import { readInput } from "../../src/cli/input.ts";
import { run } from "../../src/rewrite/run.ts";
import { oneFile } from "../stream/open.ts";
import { textOf } from "./stream.ts";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));

/** A cluster of many workloads that are scraped, in ways that no warning is about. */
const many = Array.from({ length: 200 }, (_, at) => [
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: `shop-${at}`, namespace: "shop" },
    spec: {
      template: {
        metadata: { annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": String(8000 + at) } },
        spec: {
          containers: [{ name: "shop", env: [{ name: "OTLP", value: "http://otel-collector.observability:4317" }] }],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `shop-${at}`, namespace: "shop" },
    spec: { ports: [{ port: 80, targetPort: 8000 + at }] },
  },
  { apiVersion: "v1", kind: "Namespace", metadata: { name: `shop-${at}`, labels: { "istio-injection": "enabled" } } },
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `shop-${at}`, namespace: "shop" },
    data: { note: "REGISTRY" },
  },
]).flat();

const scraping = {
  apiVersion: "telemetry.kyma-project.io/v1beta1",
  kind: "MetricPipeline",
  metadata: { name: "scraping" },
  spec: {
    input: { prometheus: { enabled: true } },
    output: { otlp: { endpoint: { value: "https://otlp.example.com:4317" } } },
  },
};

describe("of a stream with hundreds of workloads that no warning is about", () => {
  const list = JSON.parse(textOf({ others: [scraping, ...many] })) as { items: unknown[] };

  test.each([
    ["a ResourceList", stringify(list)],
    ["manifests", list.items.map((item) => stringify(item)).join("---\n")],
  ])("as %s hardly more is parsed than the agent and its MetricPipelines", (_, text) => {
    const { stream, findings } = run(oneFile(text), { allowManifests: true });
    expect(findings.filter(({ severity }) => severity !== "info")).toEqual([]);
    expect(stream?.effort.items).toBe(803);
    // The agent, two MetricPipelines, and what else the stream itself asks for.
    expect(stream?.effort.parsed).toBeLessThanOrEqual(6);
  });
});

test.each(["kpt", "argocd/metrics"])("the example %s raises no warning", async (name) => {
  const { files } = await readInput([`${examples}${name}`], { include: [], exclude: [], source: "directory" });
  const { text, findings } = await explainFiles(files, { format: "json", withColour: false });
  expect(text).toContain("includeOutboundPorts");
  expect(findings).toEqual([]);
});
