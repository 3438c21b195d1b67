import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster/cluster.ts";
import { whereIsHost } from "../../src/cluster/whereabouts.ts";
import type { Manifest } from "../../src/base/manifest.ts";
import { decide } from "../../src/rewrite/decide.ts";
import type { Select } from "../../src/rewrite/select.ts";
import { agentObject, configOf, pipelineObject, selectFrom } from "./select.ts";

/** What one decision reads of its manifests, and how often and for how many words it asks for some. */
interface Effort {
  reads: number;
  asked: number;
  words: number;
}

/** Hands out manifests that count each look at one of their parts. */
function effortOf(objects: readonly object[], spec: Readonly<Record<string, unknown>>): Effort {
  const effort: Effort = { reads: 0, asked: 0, words: 0 };
  const counting = new Map<Manifest, Manifest>();
  const get = (target: Manifest, key: string | symbol): unknown => {
    effort.reads++;
    return target[key as keyof Manifest];
  };
  const counted = (manifest: Manifest): Manifest => {
    const proxy = counting.get(manifest) ?? new Proxy(manifest, { get });
    counting.set(manifest, proxy);
    return proxy;
  };
  const hand = selectFrom(objects);
  const select: Select = (kinds, mentioning) => {
    effort.asked++;
    effort.words += mentioning?.length ?? 0;
    const { manifests, findings } = hand(kinds, mentioning);
    return { manifests: manifests.map(counted), findings };
  };
  const { findings } = decide(configOf(spec), select);
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  return effort;
}

const RANGE = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

function oauth2(tokenURL: string): object {
  return {
    authentication: {
      oauth2: { tokenURL: { value: tokenURL }, clientID: { value: "a" }, clientSecret: { value: "b" } },
    },
  };
}

function withOutput(pipeline: object, more: object): object {
  const { spec } = pipeline as { spec: { input: object; output: { otlp: object } } };
  return { ...pipeline, spec: { ...spec, output: { otlp: { ...spec.output.otlp, ...more } } } };
}

function service(name: string, port: number): object {
  const spec = { selector: { app: name }, ports: [{ port, targetPort: "otlp" }] };
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace: "reef" }, spec };
}

function workload(name: string, port: number): object {
  const spec = { containers: [{ name: "app", ports: [{ name: "otlp", containerPort: port }] }] };
  const annotations = { "prometheus.io/scrape": "true", "prometheus.io/port": String(port) };
  const template = { metadata: { labels: { app: name }, annotations }, spec };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace: "reef" }, spec: { template } };
}

function entry(host: string): object {
  const spec = { hosts: [host] };
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name: host, namespace: "reef" },
    spec,
  };
}

const REGISTRY_ONLY = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "istio", namespace: "istio-system" },
  data: { mesh: "outboundTrafficPolicy:\n  mode: REGISTRY_ONLY\n" },
};

/** Streams of so many pipelines, each with something of its own. */
const STREAMS: Readonly<Record<string, (count: number) => object[]>> = {
  Secrets: (count) =>
    RANGE(count).flatMap((at) => [
      pipelineObject(`p${at}`, { valueFrom: { secretKeyRef: { name: `s${at}`, namespace: "reef", key: "url" } } }),
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: `s${at}`, namespace: "reef" },
        stringData: { url: `http://sink.reef:${20000 + at}` },
      },
    ]),
  "Secrets of one name": (count) =>
    RANGE(count).flatMap((at) => [
      pipelineObject(`p${at}`, { valueFrom: { secretKeyRef: { name: "s", namespace: `n${at}`, key: "url" } } }),
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "s", namespace: `n${at}` },
        stringData: { url: `http://sink.reef:${20000 + at}` },
      },
    ]),
  "Services and workloads": (count) =>
    RANGE(count).flatMap((at) => [
      pipelineObject(`p${at}`, { value: `http://sink${at}.reef:${20000 + at}` }),
      service(`sink${at}`, 20000 + at),
      workload(`sink${at}`, 20000 + at),
    ]),
  "token endpoints": (count) =>
    RANGE(count).flatMap((at) => [
      withOutput(
        pipelineObject(`p${at}`, { value: "https://sink.reef:4317" }),
        oauth2(`http://idp${at}.reef:${20000 + at}/token`),
      ),
      service(`idp${at}`, 20000 + at),
      workload(`idp${at}`, 20000 + at),
    ]),
  "hosts outside": (count) => [
    REGISTRY_ONLY,
    ...RANGE(count).flatMap((at) => [
      pipelineObject(`p${at}`, { value: `http://sink${at}.example.com:${20000 + at}` }),
      entry(`sink${at}.example.com`),
    ]),
  ],
};

const SETTINGS = [
  {},
  { ports: { socketLoadBalancer: true }, endpoints: { oauth2TokenEndpoints: "All", unresolved: "Warn" } },
  { endpoints: { oauth2TokenEndpoints: "Off" }, trafficInterception: "ExportOnly" },
];

describe.each(Object.keys(STREAMS))("of twice as many pipelines with %s", (name) => {
  test.each(SETTINGS)("with %j hardly more than twice as much is read", (spec) => {
    const [small, large] = [50, 100].map((count) => effortOf([agentObject(), ...(STREAMS[name]?.(count) ?? [])], spec));
    expect(large?.asked).toBe(small?.asked);
    expect(large?.words).toBeLessThanOrEqual(2 * (small?.words ?? 0) + 4);
    expect(large?.reads).toBeLessThanOrEqual(2.1 * (small?.reads ?? 0));
  });
});

test("a host is looked up without a look at the rest of the cluster", () => {
  const objects = RANGE(100).flatMap((at) => [
    service(`sink${at}`, 4317),
    workload(`sink${at}`, 4317),
    entry(`h${at}.example.com`),
  ]);
  let reads = 0;
  const kinds = ["Service", "Deployment", "ServiceEntry"];
  const manifests = selectFrom(objects)(kinds).manifests.map(
    (manifest) =>
      new Proxy(manifest, {
        get: (target, key) => {
          reads++;
          return target[key as keyof Manifest];
        },
      }),
  );
  const cluster = new Cluster(manifests);
  reads = 0;
  expect(whereIsHost("sink7.reef", "kyma-system", cluster).place).toBe("in the cluster");
  expect(whereIsHost("h7.example.com", "kyma-system", cluster).place).toBe("outside");
  expect(reads).toBeLessThan(20);
});
