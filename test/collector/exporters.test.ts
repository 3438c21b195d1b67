import { describe, expect, it, test } from "vitest";
import { exporting, fromSecret, runAgent, secret } from "./agent.ts";

const ALL = { backends: { scope: "All" } };

/** The exporter's id and its configuration, and the ports that the collector dials. */
const DIALLED: readonly (readonly [id: string, config: object | null, ports: string])[] = [
  ["otlp", { endpoint: "mesh.observability:4317" }, "4317"],
  ["otlp_grpc/a", { endpoint: "http://mesh.observability:4317" }, "4317"],
  ["otlp", { endpoint: "https://mesh.observability:4317" }, "4317"],
  ["otlp", { endpoint: "dns:///mesh.observability:4317" }, "4317"],
  ["otlp", { endpoint: "dns:mesh.observability:4317" }, "4317"],
  ["otlp", { endpoint: "passthrough:///mesh.observability:4317" }, "4317"],
  ["otlp", { endpoint: "mesh.observability" }, "443"],
  ["otlp", { endpoint: "http://mesh.observability" }, "443"],
  ["otlp", { endpoint: "[fd00::1]:4317" }, "4317"],
  ["otlp", { endpoint: "localhost:4317" }, ""],
  ["otlp", { endpoint: "127.0.0.1:4317" }, ""],
  ["otlp", { endpoint: "[::1]:4317" }, ""],
  ["otlp", { endpoint: "unix:///run/otlp.sock" }, ""],
  ["otelarrow", { endpoint: "mesh.observability:4317" }, "4317"],
  ["otlphttp", { endpoint: "http://mesh.observability" }, "80"],
  ["otlp_http", { endpoint: "https://mesh.observability" }, "443"],
  ["otlphttp", { endpoint: "http://mesh.observability:4318/otlp" }, "4318"],
  ["otlphttp", { endpoint: "http://a.b:4318", traces_endpoint: "http://t.b:4319/v1/traces" }, "4318,4319"],
  [
    "otlphttp",
    {
      metrics_endpoint: "http://a:1",
      traces_endpoint: "http://a:2",
      logs_endpoint: "http://a:3",
      endpoint: "http://a:4",
    },
    "1,2,3",
  ],
  ["prometheusremotewrite", { endpoint: "http://prometheus.monitoring:9090/api/v1/write" }, "9090"],
  ["prometheus_remote_write/x", { endpoint: "https://prometheus.monitoring/api/v1/write" }, "443"],
  [
    "loadbalancing",
    { protocol: {}, resolver: { static: { hostnames: ["a.b:4317", "b.b:4318", "c.b"] } } },
    "4317,4318",
  ],
  ["loadbalancing", { resolver: { dns: { hostname: "gateway.observability" } } }, "4317"],
  ["load_balancing", { resolver: { dns: { hostname: "gateway.observability", port: 55690 } } }, "55690"],
  ["loadbalancing", { resolver: { k8s: { service: "gateway.observability", ports: [55680, 55681] } } }, "55680,55681"],
  ["loadbalancing", { resolver: { aws_cloud_map: { service_name: "x", port: 4319 } } }, "4319"],
  ["kafka", { brokers: ["kafka.data:9093", "kafka.data:9094"] }, "9093,9094"],
  ["kafka", {}, ""],
  ["splunk_hec", { endpoint: "https://splunk.logs:8088/services/collector" }, "8088"],
  ["sapm", { endpoint: "https://ingest.us0.signalfx.com/v2/trace" }, "443"],
  ["signalfx", { realm: "us0" }, "443"],
  ["signalfx", { ingest_url: "http://gateway.logs:9943", api_url: "http://gateway.logs:6060" }, "6060,9943"],
  ["datadog", { api: { key: "x" } }, "443"],
  [
    "datadog",
    { metrics: { endpoint: "http://dd.logs:8001" }, traces: { endpoint: "http://dd.logs:8002" } },
    "443,8001,8002",
  ],
  ["coralogix", { domain: "eu2.coralogix.com" }, "443"],
  ["coralogix", { domain: "x.com", metrics: { endpoint: "cx.logs:4317" } }, "443,4317"],
  ["elasticsearch", { endpoint: "https://es.logs:9200" }, "9200"],
  ["elasticsearch", { endpoints: ["http://a.logs:9200", "http://b.logs:9201"] }, "9200,9201"],
  ["elasticsearch", { cloudid: `x:${Buffer.from("cloud.example.com:9243$abc$def").toString("base64")}` }, "9243"],
  ["elasticsearch", { cloudid: `x:${Buffer.from("cloud.example.com$abc$def").toString("base64")}` }, "443"],
  ["opensearch", { http: { endpoint: "http://os.logs:9200" } }, "9200"],
  ["clickhouse", { endpoint: "tcp://clickhouse.data:9000?dial_timeout=10s" }, "9000"],
  ["clickhouse", { endpoint: "clickhouse://a.data:9000,b.data:9001" }, "9000,9001"],
  ["zipkin", { endpoint: "http://zipkin.tracing:9411/api/v2/spans" }, "9411"],
  ["influxdb", { endpoint: "http://influx.data:8086" }, "8086"],
  ["loki", { endpoint: "http://loki.logs:3100/loki/api/v1/push" }, "3100"],
  ["logzio", { endpoint: "http://logz.logs:8071" }, "8071"],
  ["sumologic", { endpoint: "http://sumo.logs:8080/receiver" }, "8080"],
  ["sumologic", {}, "443"],
  ["azuremonitor", { connection_string: "InstrumentationKey=1;IngestionEndpoint=http://az.logs:8080/" }, "8080"],
  ["azure_monitor", { connection_string: "InstrumentationKey=1" }, "443"],
  ["googlecloud", { project: "x" }, "443"],
  ["googlecloud", { metric: { endpoint: "gcp.logs:4443" }, trace: { endpoint: "gcp.logs:4444" } }, "443,4443,4444"],
  ["googlemanagedprometheus", null, "443"],
  ["awsemf", { region: "eu-west-1" }, "443"],
  ["awsxray", { endpoint: "http://xray.aws:2000" }, "2000"],
  ["awss3", { s3uploader: { region: "x", endpoint: "http://minio.data:9000" } }, "9000"],
  ["awscloudwatchlogs", { region: "x", role_arn: "arn:x" }, "443"],
  ["otlphttp", { endpoint: "http://mesh.b:4318", proxy_url: "http://egress.net:3128" }, "3128"],
  ["debug", null, ""],
  ["file", { path: "/x" }, ""],
  ["nop", {}, ""],
  ["prometheus", { endpoint: "0.0.0.0:8889" }, ""],
];

test.each(DIALLED)("%s %j dials %s", (id, config, ports) => {
  const { ports: written, errors } = runAgent({ config: exporting(JSON.stringify({ [id]: config })), spec: ALL });
  expect({ errors, written }).toEqual({ errors: [], written: ports });
});

/** What leaves open where an exporter dials, with what the error says. */
const OPEN: readonly (readonly [id: string, config: object | null, says: RegExp])[] = [
  ["otlp", {}, /exporter otlp: endpoint is not set; .*ports\.exporters of the function config: \{otlp: \[4317\]\}/],
  ["otlp", { endpoint: "mesh:port" }, /exporter otlp: the endpoint's port is not a number/],
  ["otlphttp", { endpoint: "mesh.observability:4318" }, /exporter otlphttp: the endpoint's scheme is/],
  ["otlphttp", { endpoint: "${env:WHERE}" }, /takes its port from a placeholder.*does not set the variable WHERE/],
  ["splunk_hec", {}, /endpoint is not set/],
  ["loadbalancing", { resolver: {} }, /resolver is not set/],
  ["loadbalancing", { resolver: { aws_cloud_map: { service_name: "x" } } }, /resolver\.aws_cloud_map\.port is not set/],
  ["clickhouse", { endpoint: "tcp://clickhouse.data" }, /no port, and which one stands for none depends on the driver/],
  ["coralogix", {}, /metrics\.endpoint is not set/],
  ["dynatrace", { endpoint: "https://dt.example.com" }, /where an exporter of type dynatrace dials is not known/],
];

test.each(OPEN)("%s %j cannot be told", (id, config, says) => {
  const parts = { config: exporting(JSON.stringify({ [id]: config })), spec: ALL };
  const { errors, ports } = runAgent(parts);
  expect(errors).toContainEqual(expect.stringMatching(says));
  expect(ports).toBeUndefined();
  const told = runAgent({ ...parts, spec: { ...ALL, ports: { exporters: { [id]: [4317, 9411] } } } });
  expect(told).toMatchObject({ errors: [], ports: "4317,9411" });
  const never = runAgent({ ...parts, spec: { ...ALL, ports: { exporters: { [id]: [] } } } });
  expect(never).toMatchObject({ errors: [], ports: "" });
  const warned = runAgent({ ...parts, spec: { ...ALL, endpoints: { unresolved: "Warn" } } });
  expect(warned).toMatchObject({ errors: [], ports: "" });
  expect(warned.warnings).toContainEqual(expect.stringMatching(/missing from the intercepted ports/));
});

describe("what counts", () => {
  it("is an exporter that a pipeline names, and no connector", () => {
    const config = `
receivers: {otlp: {}}
connectors: {spanmetrics: {}}
exporters:
  otlp/used: {endpoint: "a.b:4317"}
  otlp/idle: {endpoint: "a.b:9999"}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [spanmetrics]}
    metrics/x: {receivers: [spanmetrics], exporters: [otlp/used]}
`;
    expect(runAgent({ config })).toMatchObject({ errors: [], ports: "4317" });
  });

  it("is an exporter that is named and missing, too", () => {
    const config = "service: {pipelines: {metrics: {receivers: [], exporters: [otlp/gone]}}}";
    expect(runAgent({ config }).errors).toEqual([
      expect.stringMatching(/names the exporter otlp\/gone, which is not configured/),
    ]);
  });

  it("are extensions that dial, and the collector's own telemetry", () => {
    const config = exporting(
      '{"debug": null}',
      `
extensions:
  opamp: {server: {ws: {endpoint: "wss://opamp.ops:4320/v1/opamp"}}}
  http_forwarder: {egress: {endpoint: "http://forward.ops:7070"}}
  opamp/idle: {server: {http: {endpoint: "http://opamp.ops:9999"}}}
  health_check: {endpoint: "0.0.0.0:13133"}
`,
    ).replace(
      "service:",
      `service:
  extensions: [opamp, http_forwarder, health_check]
  telemetry:
    metrics: {readers: [{periodic: {exporter: {otlp: {protocol: grpc, endpoint: "http://self.ops:4417"}}}}, {pull: {}}]}
    traces: {processors: [{batch: {exporter: {otlp: {protocol: http/protobuf, endpoint: "http://self.ops:4418"}}}}]}
    logs: {processors: [{batch: {exporter: {otlp: {protocol: http/protobuf, endpoint: "https://self.ops:4419"}}}}]}`,
    );
    expect(runAgent({ config })).toMatchObject({ errors: [], ports: "4320,4417,4418,4419,7070" });
  });

  it("are token endpoints in the cluster", () => {
    const config = exporting(
      '{"otlp": {"endpoint": "mesh.b:4317"}}',
      'extensions: {oauth2client: {token_url: "http://idp.auth.svc:8080/token"}}',
    ).replace("service:", "service:\n  extensions: [oauth2client]");
    expect(runAgent({ config })).toMatchObject({ errors: [], ports: "4317,8080" });
    const off = { endpoints: { oauth2TokenEndpoints: "Off" } };
    expect(runAgent({ config, spec: off })).toMatchObject({ errors: [], ports: "4317" });
  });
});

function env(...pairs: string[][]): object {
  return { env: pairs.map(([name, value]) => ({ name, value })) };
}

describe("a proxy of the container's variables", () => {
  const config = exporting('{"otlphttp": {"endpoint": "http://mesh.b:4318"}, "otlp": {"endpoint": "mesh.b:4317"}}');

  it.each([
    [env(["HTTP_PROXY", "http://egress.net:3128"]), "3128,4317"],
    [env(["HTTPS_PROXY", "http://egress.net:3129"]), "3129,4318"],
    [env(["https_proxy", "egress.net:3129"], ["http_proxy", "egress.net:3128"]), "3128,3129"],
    [env(["HTTPS_PROXY", "http://egress.net:3129"], ["NO_PROXY", ".b"]), "4317,4318"],
    [env(["HTTPS_PROXY", "http://egress.net:3129"], ["NO_PROXY", "other, mesh.b:4317"]), "4317,4318"],
    [env(["HTTPS_PROXY", "http://egress.net:3129"], ["NO_PROXY", "mesh.b:1"]), "3129,4318"],
    [env(["HTTPS_PROXY", "http://egress.net:3129"], ["NO_PROXY", "*"]), "4317,4318"],
  ])("%j is dialled: %s", (container, ports) => {
    expect(runAgent({ config, container: { args: ["--config=/conf/relay.yaml"], ...container } })).toMatchObject({
      errors: [],
      ports,
    });
  });
});

describe("backends.scope", () => {
  const config = exporting(
    JSON.stringify({
      "otlp/in": { endpoint: "mesh.observability:4317" },
      "otlp/out": { endpoint: "otlp.vendor.example.com:4319" },
      "otlp/ip": { endpoint: "10.1.2.3:4320" },
      "otlp/inner": { endpoint: "otlp.corp.internal:4321" },
      signalfx: { realm: "us0" },
    }),
  );

  it("leaves out by default what is certainly outside, and says so", () => {
    const { ports, infos } = runAgent({ config });
    expect(ports).toBe("4317,4320,4321");
    const direct = infos.filter((info) => info.includes("pushes past the sidecar"));
    expect(direct).toEqual([
      expect.stringMatching(/exporter otlp\/out .*otlp\.vendor\.example\.com:4319.*outside of the cluster/),
      expect.stringMatching(/exporter signalfx .*its vendor's public service on port 443/),
    ]);
  });

  it("takes All, and a host that a ServiceEntry names, for the sidecar's business", () => {
    expect(runAgent({ config, spec: ALL }).ports).toBe("443,4317,4319,4320,4321");
    const entry = {
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: { name: "vendor", namespace: "monitoring" },
      spec: { hosts: ["*.vendor.example.com"] },
    };
    expect(runAgent({ config, others: [entry] }).ports).toBe("4317,4319,4320,4321");
  });

  it.each([
    ["kafka-0.kafka.data:9092", "9092"],
    ["kafka-0.kafka.io:9092", "9092"],
    ["kafka-0.kafka.data.svc:9092", "9092"],
    ["kafka-0.kafka.data.svc.k8s.example.com:9092", "9092"],
    ["minio.storage.monitoring:9092", "9092"],
    ["gateway.observability.svc.cluster.example.com:9092", "9092"],
    ["tempo.tracing:9092", "9092"],
    ["192.0.2.1:9092", "9092"],
    ["api.vendor.io:9092", ""],
    ["otlp.eu.vendor.example:9092", ""],
  ])("places %s so that the ports are %j", (endpoint, ports) => {
    expect(runAgent({ config: exporting(JSON.stringify({ otlp: { endpoint } })) })).toMatchObject({
      errors: [],
      ports,
    });
  });

  it("warns where nothing is left for the sidecar", () => {
    const outside = exporting('{"otlp": {"endpoint": "otlp.vendor.example.com:4319"}}');
    expect(runAgent({ config: outside }).warnings).toEqual([
      expect.stringMatching(/in the cluster what a sidecar could carry/),
    ]);
  });

  it("of a MetricPipeline is All unless it is said otherwise", () => {
    const pipeline = {
      apiVersion: "telemetry.kyma-project.io/v1beta1",
      kind: "MetricPipeline",
      metadata: { name: "p" },
      spec: {
        input: { prometheus: { enabled: true } },
        output: { otlp: { endpoint: { value: "https://otlp.vendor.example.com:4319" } } },
      },
    };
    expect(runAgent({ config, others: [pipeline] }).ports).toBe("4319");
    expect(runAgent({ config, others: [pipeline], spec: { backends: { scope: "InCluster" } } }).ports).toBe("");
    expect(runAgent({ config, others: [pipeline], spec: { backends: { source: "AgentConfig" } } }).ports).toBe(
      "4317,4320,4321",
    );
  });
});

test("ports.exporters names an id that nothing has", () => {
  const config = exporting('{"otlp/mesh": {"endpoint": "mesh.b:4317"}}');
  const { errors } = runAgent({ config, spec: { ports: { exporters: { "otlp/mash": [1] } } } });
  expect(errors).toEqual([expect.stringMatching(/names otlp\/mash.*; write otlp\/mesh/)]);
});

test("no value of a Secret is in any finding", () => {
  const config = exporting('{"otlphttp": {"endpoint": "${env:URL}"}, "otlp": {"endpoint": "${env:HOST}:4317"}}');
  const others = [secret("s", { url: "http://user:hush@hidden.b:4318", host: "hidden.b" })];
  const container = {
    args: ["--config=/conf/relay.yaml"],
    env: [fromSecret("URL", "url"), fromSecret("HOST", "host")],
  };
  const { ports, findings } = runAgent({ config, others, container });
  expect(ports).toBe("4317,4318");
  expect(JSON.stringify(findings)).not.toMatch(/hidden|hush/);
});
