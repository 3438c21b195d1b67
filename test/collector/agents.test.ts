import { expect, test } from "vitest";
import { configMap, fromSecret, runAgent, runItems, secret, type AgentParts } from "./agent.ts";

/**
 * Small equivalents of agents that people publish, written by hand, with the ports that a person reads out of them. `ports` are all
 * that the agent dials, `mesh` those that `backends.scope: InCluster` leaves.
 */
interface Published {
  origin: string;
  parts?: AgentParts;
  /** In place of a Deployment: the agent itself and what else there is. */
  items?: readonly object[];
  ports: string;
  mesh: string;
}

const ARGS = ["--config=/conf/relay.yaml"];

/** A configuration with one pipeline for metrics to these exporters. */
function pushing(exporters: object, extra: object = {}): string {
  const service = { pipelines: { metrics: { receivers: ["otlp"], exporters: Object.keys(exporters) } } };
  return JSON.stringify({ receivers: { otlp: {} }, exporters, service, ...extra });
}

function operated(apiVersion: string, kind: string, spec: object): object {
  return { apiVersion, kind, metadata: { name: "agent", namespace: "monitoring" }, spec };
}

const OTEL = "opentelemetry.io/v1beta1";
const COLLECTOR = {
  receivers: { otlp: {} },
  service: { pipelines: { traces: { receivers: ["otlp"], exporters: ["otlp"] } } },
};

const PUBLISHED: readonly Published[] = [
  {
    origin: "OpenTelemetry chart: debug alone",
    parts: { config: pushing({ debug: {} }) },
    ports: "",
    mesh: "",
  },
  {
    origin: "OpenTelemetry chart: an agent that pushes to its node's gateway",
    parts: { config: pushing({ otlp: { endpoint: "otel-gateway:4317", tls: { insecure: true } } }) },
    ports: "4317",
    mesh: "4317",
  },
  {
    origin: "OpenTelemetry chart: the address in extraEnvs, and a preset's telemetry",
    parts: {
      config: pushing(
        { otlphttp: { endpoint: "${env:BACKEND}/otlp" } },
        {
          service: {
            telemetry: {
              metrics: {
                readers: [
                  { periodic: { exporter: { otlp: { endpoint: "http://self.obs:4318", protocol: "http/protobuf" } } } },
                ],
              },
            },
            pipelines: { metrics: { receivers: ["otlp"], exporters: ["otlphttp"] } },
          },
        },
      ),
      container: { args: ARGS, env: [{ name: "BACKEND", value: "http://mimir.obs:9009" }] },
    },
    ports: "4318,9009",
    mesh: "4318,9009",
  },
  {
    origin: "OpenTelemetry chart: load balancing by Service for tail sampling",
    parts: {
      config: pushing({
        loadbalancing: {
          protocol: { otlp: { tls: { insecure: true } } },
          resolver: { k8s: { service: "sampler.obs" } },
        },
      }),
    },
    ports: "4317",
    mesh: "4317",
  },
  {
    origin: "Splunk chart: Observability Cloud",
    parts: {
      config: pushing({
        signalfx: { realm: "us0", access_token: "${SPLUNK_OBSERVABILITY_ACCESS_TOKEN}" },
        sapm: { endpoint: "https://ingest.us0.signalfx.com/v2/trace" },
      }),
    },
    ports: "443",
    mesh: "",
  },
  {
    origin: "Splunk chart: HEC of one's own, and OpAMP",
    parts: {
      config: pushing(
        { "splunk_hec/platform_logs": { endpoint: "https://splunk.logs.svc:8088/services/collector" } },
        {
          extensions: { opamp: { server: { http: { endpoint: "https://api.us0.signalfx.com/v1/opamp" } } } },
          service: {
            extensions: ["opamp"],
            pipelines: { logs: { receivers: ["otlp"], exporters: ["splunk_hec/platform_logs"] } },
          },
        },
      ),
    },
    ports: "443,8088",
    mesh: "8088",
  },
  {
    origin: "Splunk chart: behind a proxy",
    parts: {
      config: pushing({ signalfx: { realm: "us0" } }),
      container: {
        args: ARGS,
        env: [
          { name: "HTTPS_PROXY", value: "http://http.egress.svc:3128" },
          { name: "NO_PROXY", value: ".svc" },
        ],
      },
    },
    ports: "3128",
    mesh: "3128",
  },
  {
    origin: "New Relic: two words, the whole folder mounted",
    parts: {
      others: [
        configMap("nr", {
          "daemonset-config.yaml": pushing({ "otlphttp/newrelic": { endpoint: "https://otlp.nr-data.net" } }),
        }),
      ],
      container: {
        args: ["--config", "/config/daemonset-config.yaml"],
        volumeMounts: [{ name: "c", mountPath: "/config" }],
      },
      volumes: [{ name: "c", configMap: { name: "nr" } }],
    },
    ports: "443",
    mesh: "",
  },
  {
    origin: "SigNoz: the endpoint is a variable of the container",
    parts: {
      config: pushing({
        otlp: { endpoint: "${env:OTEL_EXPORTER_OTLP_ENDPOINT}", tls: { insecure: "${env:INSECURE}" } },
      }),
      container: {
        args: ARGS,
        env: [
          { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "signoz-otel-collector:4317" },
          { name: "INSECURE", value: "true" },
        ],
      },
    },
    ports: "4317",
    mesh: "4317",
  },
  {
    origin: "Coralogix",
    parts: {
      config: pushing({ coralogix: { domain: "eu2.coralogix.com", private_key: "${env:KEY}", application_name: "a" } }),
    },
    ports: "443",
    mesh: "",
  },
  {
    origin: "Datadog",
    parts: { config: pushing({ datadog: { api: { site: "datadoghq.eu", key: "${env:DD_API_KEY}" } } }) },
    ports: "443",
    mesh: "",
  },
  {
    origin: "Dynatrace: by OTLP, with its endpoint in a Secret",
    parts: {
      config: pushing({
        otlphttp: { endpoint: "${env:DT_ENDPOINT}", headers: { Authorization: "Api-Token ${env:DT_API_TOKEN}" } },
      }),
      container: {
        args: ARGS,
        env: [{ name: "DT_ENDPOINT", valueFrom: { secretKeyRef: { name: "s", key: "endpoint" } } }],
      },
      others: [secret("s", { endpoint: "https://abc.live.dynatrace.com/api/v2/otlp" })],
    },
    ports: "443",
    mesh: "",
  },
  {
    origin: "Grafana Cloud beside a Loki of one's own",
    parts: {
      config: pushing({
        otlphttp: { endpoint: "https://otlp-gateway-prod.grafana.net/otlp" },
        loki: { endpoint: "http://loki.logs:3100/loki/api/v1/push" },
      }),
    },
    ports: "443,3100",
    mesh: "3100",
  },
  {
    origin: "Honeycomb",
    parts: { config: pushing({ otlp: { endpoint: "api.honeycomb.io:443", headers: {} } }) },
    ports: "443",
    mesh: "",
  },
  {
    origin: "Elastic: EDOT with a cluster of one's own",
    parts: {
      config: pushing({ "elasticsearch/otel": { endpoints: ["https://elasticsearch-es-http.elastic.svc:9200"] } }),
    },
    ports: "9200",
    mesh: "9200",
  },
  {
    origin: "AWS Distro: EMF and X-Ray",
    parts: { config: pushing({ awsemf: { region: "eu-west-1", log_group_name: "x" }, awsxray: {} }) },
    ports: "443",
    mesh: "",
  },
  {
    origin: "AWS: Managed Prometheus by region",
    parts: {
      config: pushing({
        prometheusremotewrite: {
          endpoint: "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/x/api/v1/remote_write",
        },
      }),
    },
    ports: "443",
    mesh: "",
  },
  {
    origin: "Google Cloud",
    parts: { config: pushing({ googlemanagedprometheus: {} }) },
    ports: "443",
    mesh: "",
  },
  {
    origin: "Azure Monitor: the connection string in a Secret",
    parts: {
      config: pushing({ azuremonitor: {} }),
      container: { args: ARGS, env: [fromSecret("APPLICATIONINSIGHTS_CONNECTION_STRING", "cs")] },
      others: [
        secret("s", {
          cs: "InstrumentationKey=x;IngestionEndpoint=https://westeurope-0.in.applicationinsights.azure.com/",
        }),
      ],
    },
    ports: "443",
    mesh: "",
  },
  {
    origin: "by hand, Kyma: a subPath onto the image's default path, the endpoint in a Secret",
    parts: {
      others: [
        configMap("c", { "config.yaml": pushing({ otlp: { endpoint: "${env:ENDPOINT}" } }) }),
        secret("s", { endpoint: "http://mesh.b:4317" }),
      ],
      container: {
        volumeMounts: [{ name: "c", mountPath: "/etc/otelcol-contrib/config.yaml", subPath: "config.yaml" }],
        args: [],
        env: [fromSecret("ENDPOINT", "endpoint")],
      },
      volumes: [{ name: "c", configMap: { name: "c" } }],
    },
    ports: "4317",
    mesh: "4317",
  },
  {
    origin: "by hand: Kafka, ClickHouse and an auth proxy in the pod",
    parts: {
      config: pushing({
        kafka: { brokers: ["kafka.data:9092"] },
        clickhouse: { endpoint: "tcp://clickhouse.data:9000" },
        otlp: { endpoint: "localhost:4317" },
      }),
    },
    ports: "9000,9092",
    mesh: "9000,9092",
  },
  {
    origin: "OpenTelemetry operator: a DaemonSet to a gateway",
    items: [
      operated(OTEL, "OpenTelemetryCollector", {
        mode: "daemonset",
        config: { ...COLLECTOR, exporters: { otlp: { endpoint: "gateway-collector:4317" } } },
      }),
    ],
    ports: "4317",
    mesh: "4317",
  },
  {
    origin: "OpenTelemetry operator: v1alpha1 and a variable from a ConfigMap",
    items: [
      operated("opentelemetry.io/v1alpha1", "OpenTelemetryCollector", {
        config: JSON.stringify({ ...COLLECTOR, exporters: { otlp: { endpoint: "${HOST}:${PORT}" } } }),
        envFrom: [{ configMapRef: { name: "gateway" } }],
      }),
      configMap("gateway", { HOST: "gateway.obs", PORT: "4317" }),
    ],
    ports: "4317",
    mesh: "4317",
  },
  {
    origin: "OpenTelemetry operator: issue 3264, STRICT targets",
    items: [
      operated(OTEL, "OpenTelemetryCollector", {
        mode: "statefulset",
        config: {
          receivers: {
            prometheus: {
              config: { scrape_configs: [{ job_name: "x", tls_config: { cert_file: "/etc/certs/cert-chain.pem" } }] },
            },
          },
          exporters: { prometheusremotewrite: { endpoint: "http://prometheus.monitoring:9090/api/v1/write" } },
          service: { pipelines: { metrics: { receivers: ["prometheus"], exporters: ["prometheusremotewrite"] } } },
        },
      }),
    ],
    ports: "9090",
    mesh: "9090",
  },
  {
    origin: "Prometheus operator: remote write to Thanos",
    items: [
      operated("monitoring.coreos.com/v1", "Prometheus", {
        remoteWrite: [{ url: "http://thanos-receive.obs:19291/api/v1/receive" }],
      }),
    ],
    ports: "19291",
    mesh: "19291",
  },
  {
    origin: "Prometheus operator: an agent that writes to a vendor and to Mimir",
    items: [
      operated("monitoring.coreos.com/v1alpha1", "PrometheusAgent", {
        remoteWrite: [
          { url: "https://prometheus-prod.grafana.net/api/prom/push" },
          { url: "http://mimir-nginx.mimir/api/v1/push" },
        ],
      }),
    ],
    ports: "80,443",
    mesh: "80",
  },
  {
    origin: "Istio's sample: a Prometheus in a pod with certificates",
    parts: {
      config: JSON.stringify({ remote_write: [{ url: "http://cortex.obs:9009/api/prom/push" }], scrape_configs: [] }),
      container: { args: ["--config.file=/conf/relay.yaml"] },
    },
    ports: "9009",
    mesh: "9009",
  },
  {
    origin: "VictoriaMetrics operator: the Istio example",
    items: [
      operated("operator.victoriametrics.com/v1beta1", "VMAgent", {
        remoteWrite: [{ url: "http://vmsingle-example.vm.svc:8429/api/v1/write" }],
      }),
    ],
    ports: "8429",
    mesh: "8429",
  },
  {
    origin: "VictoriaMetrics chart: vmagent with flags",
    parts: { container: { args: ["-remoteWrite.url=http://vminsert.vm:8480/insert/0/prometheus"] }, volumes: [] },
    ports: "8480",
    mesh: "8480",
  },
];

test.each(PUBLISHED)("$origin", ({ parts = {}, items, ports, mesh }) => {
  const runIn = (scope: string): string | undefined => {
    const backends = { scope };
    const ran = items
      ? runItems(items, { agent: { name: "agent" }, backends })
      : runAgent({ ...parts, spec: { backends } });
    expect(ran.errors).toEqual([]);
    return ran.ports;
  };
  expect({ ports: runIn("All"), mesh: runIn("InCluster") }).toEqual({ ports, mesh });
});

/** Agents of which the input does not tell all, and what the error names. */
const NOT_TOLD: readonly (readonly [origin: string, parts: AgentParts, says: RegExp])[] = [
  [
    "the endpoint in a Secret that is not in Git",
    { config: pushing({ otlp: { endpoint: "${env:E}" } }), container: { args: ARGS, env: [fromSecret("E", "e")] } },
    /Secret s is not in the stream/,
  ],
  [
    "a chart's dummy for an address",
    { config: pushing({ "splunk_hec/x": { endpoint: "CHANGEME" } }) },
    /exporter splunk_hec\/x: the endpoint's scheme is missing/,
  ],
  [
    "a template that nobody rendered",
    { config: pushing({ otlp: { endpoint: "{{ .Values.endpoint }}" } }) },
    /from a placeholder/,
  ],
  [
    "an exporter of a vendor's own",
    { config: pushing({ mezmo: { ingest_url: "https://x.example.com" } }) },
    /type mezmo dials is not known/,
  ],
];

test.each(NOT_TOLD)("an agent with %s is an error that names the setting", (_, parts, says) => {
  const { errors } = runAgent(parts);
  expect(errors).toEqual([expect.stringMatching(says)]);
  expect(errors).toEqual([expect.stringMatching(/ports\.exporters of the function config: \{/)]);
});
