import { describe, expect, it, test } from "vitest";
import { exporting, fromSecret, runAgent, runItems, secret, type Ran } from "./agent.ts";

function resource(apiVersion: string, kind: string, spec: object, metadata: object = {}): object {
  return { apiVersion, kind, metadata: { name: "agent", namespace: "monitoring", ...metadata }, spec };
}

function runResource(of: object, others: readonly object[] = [], spec: object = {}): Ran {
  return runItems([of, ...others], { agent: { name: "agent" }, ...spec });
}

const EXPORTERS = { "otlp/mesh": { endpoint: "mesh.b:${env:PORT}" }, debug: null };
const COLLECTOR = {
  receivers: { otlp: {} },
  exporters: EXPORTERS,
  service: { pipelines: { metrics: { receivers: ["otlp"], exporters: ["otlp/mesh", "debug"] } } },
};

const V1BETA1 = "opentelemetry.io/v1beta1";
const PORT = { env: [{ name: "PORT", value: "4317" }] };

describe("an OpenTelemetryCollector", () => {
  it("has its configuration, and what is written, in its own fields", () => {
    const { errors, ports, output } = runResource(
      resource(V1BETA1, "OpenTelemetryCollector", { config: COLLECTOR, ...PORT }),
    );
    expect({ errors, ports }).toEqual({ errors: [], ports: "4317" });
    const [written] = (JSON.parse(output) as { items: unknown[] }).items;
    expect(written).toMatchObject({
      metadata: { labels: { "sidecar.istio.io/inject": "true" } },
      spec: {
        podAnnotations: { "traffic.sidecar.istio.io/includeOutboundIPRanges": "" },
        volumes: [{ name: "istio-certs", emptyDir: { medium: "Memory" } }],
        volumeMounts: [{ name: "istio-certs", mountPath: "/etc/prom-certs/", readOnly: true }],
      },
    });
  });

  it("of v1alpha1 has it as a text", () => {
    const spec = { config: JSON.stringify(COLLECTOR), ...PORT };
    expect(runResource(resource("opentelemetry.io/v1alpha1", "OpenTelemetryCollector", spec))).toMatchObject({
      errors: [],
      ports: "4317",
    });
  });

  it("takes variables from Secrets", () => {
    const spec = { config: COLLECTOR, env: [fromSecret("PORT", "port")] };
    const ran = runResource(resource(V1BETA1, "OpenTelemetryCollector", spec), [secret("s", { port: "4999" })]);
    expect(ran).toMatchObject({ errors: [], ports: "4999" });
    expect(JSON.stringify(ran.infos.filter((info) => info.includes("asks for")))).toContain("mesh.b:${env:PORT}");
  });

  it("keeps annotations where they stand, on itself too", () => {
    const annotations = { "proxy.istio.io/config": "holdApplicationUntilProxyStarts: true\n" };
    const of = resource(V1BETA1, "OpenTelemetryCollector", { config: COLLECTOR, ...PORT }, { annotations });
    const [written] = (JSON.parse(runResource(of).output) as { items: Record<string, Record<string, unknown>>[] })
      .items;
    expect(written?.["metadata"]?.["annotations"]).toEqual({
      "proxy.istio.io/config": expect.stringMatching(
        /holdApplicationUntilProxyStarts: true\n.*OUTPUT_CERTS/s,
      ) as string,
    });
    expect(written?.["spec"]?.["podAnnotations"]).not.toHaveProperty(["proxy.istio.io/config"]);
  });

  it("has no pods of its own as a sidecar, and none of its own configuration without one", () => {
    const spec = { config: COLLECTOR, ...PORT, mode: "sidecar" };
    expect(runResource(resource(V1BETA1, "OpenTelemetryCollector", spec)).errors).toEqual([
      expect.stringMatching(/with sidecar the agent runs in the pods of others/),
    ]);
    const without = { backends: { source: "AgentConfig" } };
    expect(runResource(resource(V1BETA1, "OpenTelemetryCollector", {}), [], without).errors).toHaveLength(1);
  });
});

describe("a Prometheus", () => {
  const spec = {
    remoteWrite: [
      { url: "http://mimir.metrics:9009/api/v1/push", oauth2: { tokenUrl: "http://idp.auth.svc:8080/token" } },
      { url: "http://thanos.metrics/api/v1/receive" },
      { url: "http://far.metrics:1/x", proxyUrl: "http://egress.net:3128" },
    ],
    remoteRead: [{ url: "http://mimir.metrics:9095/read" }],
    alerting: { alertmanagers: [{ name: "am", namespace: "monitoring", port: 9093 }] },
    tracingConfig: { endpoint: "tempo.tracing:4317" },
  };

  it.each([
    ["Prometheus", "monitoring.coreos.com/v1"],
    ["PrometheusAgent", "monitoring.coreos.com/v1alpha1"],
  ])("as %s of the operator pushes where its fields say", (kind, apiVersion) => {
    const { errors, ports, output } = runResource(resource(apiVersion, kind, spec));
    expect({ errors, ports }).toEqual({ errors: [], ports: "80,3128,4317,8080,9009,9093,9095" });
    const [written] = (JSON.parse(output) as { items: unknown[] }).items;
    expect(written).toMatchObject({
      spec: { podMetadata: { labels: { "sidecar.istio.io/inject": "true" } }, volumes: [{ name: "istio-certs" }] },
    });
  });

  it("names an Alertmanager whose port is a name", () => {
    const alerting = { alertmanagers: [{ name: "am", namespace: "monitoring", port: "web" }] };
    const of = resource("monitoring.coreos.com/v1", "Prometheus", { alerting });
    expect(runResource(of).errors).toEqual([
      expect.stringMatching(/alertmanagers\[0\]: .*port is a name.*ports\.exporters/),
    ]);
    const exporters = { "alertmanagers[0]": [9093] };
    expect(runResource(of, [], { ports: { exporters } })).toMatchObject({ errors: [], ports: "9093" });
  });

  it("as a pod has them in the file of --config.file", () => {
    const config = `
remote_write: [{url: "http://mimir.metrics:9009/api/v1/push"}, {url: "http://x.metrics:1", proxy_url: "http://egress.net:3128"}]
remote_read: [{url: "http://mimir.metrics:9095/read"}]
alerting: {alertmanagers: [{static_configs: [{targets: ["am.monitoring:9093", "am.monitoring"]}]}]}
`;
    const container = { args: ["--config.file=/conf/relay.yaml"] };
    expect(runAgent({ config, container })).toMatchObject({ errors: [], ports: "80,3128,9009,9093,9095" });
    const sd = "alerting: {alertmanagers: [{kubernetes_sd_configs: [{role: pod}]}]}";
    expect(runAgent({ config: sd, container }).errors).toEqual([
      expect.stringMatching(/discovered when the agent runs/),
    ]);
  });
});

describe("a vmagent", () => {
  it("of the operator pushes where its fields and flags say", () => {
    const spec = {
      remoteWrite: [{ url: "http://vm.metrics:8428/api/v1/write", oauth2: { token_url: "http://idp.auth.svc:8080" } }],
      extraArgs: { "remoteWrite.url": "http://a.metrics:8429,http://b.metrics:8430" },
    };
    const { errors, ports, output } = runResource(resource("operator.victoriametrics.com/v1beta1", "VMAgent", spec));
    expect({ errors, ports }).toEqual({ errors: [], ports: "8080,8428,8429,8430" });
    const [written] = (JSON.parse(output) as { items: unknown[] }).items;
    expect(written).toMatchObject({ spec: { volumeMounts: [{ name: "istio-certs" }] } });
  });

  it("as a pod has flags with one dash or two", () => {
    const args = [
      "-remoteWrite.url=http://a.metrics:8428,http://b.metrics:8429",
      "--remoteWrite.url",
      "http://%{H}:%{P}",
    ];
    const container = { args, env: [{ name: "P", value: "8430" }] };
    expect(runAgent({ container, volumes: [] })).toMatchObject({ errors: [], ports: "8428,8429,8430" });
    expect(runAgent({ container: { args }, volumes: [] }).errors).toEqual([
      expect.stringMatching(/remoteWrite\[2\]: .*does not set the variable P/),
    ]);
  });
});

test("agent.kind singles out, and another group is none", () => {
  const items = [
    resource(V1BETA1, "OpenTelemetryCollector", { config: COLLECTOR, ...PORT }),
    resource("monitoring.coreos.com/v1", "Prometheus", { remoteWrite: [{ url: "http://a.b:9009" }] }),
    resource("example.com/v1", "VMAgent", { remoteWrite: [{ url: "http://a.b:8428" }] }),
  ];
  expect(runItems(items, { agent: { name: "agent" } }).errors).toEqual([
    expect.stringMatching(
      /OpenTelemetryCollector monitoring\/agent, Prometheus monitoring\/agent; single one out with agent\.kind/,
    ),
  ]);
  expect(runItems(items, { agent: { name: "agent", kind: "Prometheus" } }).ports).toBe("9009");
  expect(runItems(items, { agent: { name: "agent", kind: "VMAgent" } }).errors).toEqual([
    expect.stringMatching(/no VMAgent matches/),
  ]);
});

test("the settings name the container of several, and an operator names its own", () => {
  const config = exporting('{"otlp": {"endpoint": "mesh.b:4317"}}');
  expect(runAgent({ config }).ports).toBe("4317");
  const spec = { config: COLLECTOR, ...PORT, additionalContainers: [{ name: "other" }] };
  expect(runResource(resource(V1BETA1, "OpenTelemetryCollector", spec))).toMatchObject({ errors: [], ports: "4317" });
});

const PIPELINE = {
  apiVersion: "telemetry.kyma-project.io/v1beta1",
  kind: "MetricPipeline",
  metadata: { name: "p" },
  spec: { input: { prometheus: { enabled: true } }, output: { otlp: { endpoint: { value: "http://kyma.b:4320" } } } },
};

test("MetricPipelines are never an operator's agent's", () => {
  const of = resource(V1BETA1, "OpenTelemetryCollector", { config: COLLECTOR, ...PORT });
  expect(runResource(of, [PIPELINE])).toMatchObject({ errors: [], warnings: [], ports: "4317" });
  expect(runResource(of, [PIPELINE], { backends: { source: "MetricPipelines" } }).ports).toBe("4320");
});

test("ports.exporters beside MetricPipelines is an error that names the setting", () => {
  const config = exporting('{"otlp": {"endpoint": "mesh.b:4317"}}');
  const spec = { ports: { exporters: { otlp: [4321] } } };
  expect(runAgent({ config, others: [PIPELINE], spec }).errors).toEqual([
    expect.stringMatching(/ports\.exporters names otlp .*set backends\.source of the function config to AgentConfig/),
  ]);
  const both = { ...spec, backends: { source: "AgentConfig" } };
  expect(runAgent({ config, others: [PIPELINE], spec: both })).toMatchObject({ errors: [], ports: "4321" });
});
