import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fieldsOf } from "../../src/config/fields.ts";
import { spec } from "../../src/config/schema.ts";
import type { Parts } from "./stream.ts";
import { problemsOf } from "./stream.ts";

const IDS = fieldsOf(spec).flatMap(({ path: [group, id] }) => (group === "warnings" && id !== undefined ? [id] : []));

const EXCLUDE_PORTS = "traffic.sidecar.istio.io/excludeOutboundPorts";
const INCLUDE_RANGES = "traffic.sidecar.istio.io/includeOutboundIPRanges";
const EXCLUDE_RANGES = "traffic.sidecar.istio.io/excludeOutboundIPRanges";

interface Example {
  id: string;
  /** What the one stream says and the others nearly say. */
  raised: Parts;
  /** Words of the finding. */
  says: RegExp;
  nearly: readonly Parts[];
}

const STRICT_JOB =
  "tls_config: {ca_file: /etc/istio-output-certs/root-cert.pem, key_file: /etc/istio-output-certs/key.pem}";

function istio(kind: string, namespace: string, content: object): object {
  return {
    apiVersion: "networking.istio.io/v1",
    kind,
    metadata: { name: kind.toLowerCase(), namespace },
    spec: content,
  };
}

function sidecar(namespace: string, content: object): object {
  return istio("Sidecar", namespace, content);
}

function configMap(name: string, text: string): object {
  const metadata = { name, namespace: "kyma-system" };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { "relay.conf": text } };
}

/** An agent that mounts the ConfigMap `collector`. */
const WITH_CONFIG: Parts = { spec: { volumes: [{ name: "config", configMap: { name: "collector" } }] } };

/** An agent that is an OpenTelemetryCollector, with or without a target allocator. */
function allocated(enabled: boolean, config: Readonly<Record<string, unknown>> = {}): Parts {
  const collector = {
    apiVersion: "opentelemetry.io/v1beta1",
    kind: "OpenTelemetryCollector",
    metadata: { name: "otel", namespace: "monitoring" },
    spec: {
      targetAllocator: { enabled },
      config: {
        exporters: { otlp: { endpoint: "gateway.observability:4317" } },
        service: { pipelines: { metrics: { receivers: [], exporters: ["otlp"] } } },
      },
    },
  };
  return { others: [collector], config: { agent: { name: "otel" }, ...config } };
}

/** An agent whose certificates go through a volume and folders of its own. */
const ADOPTED = {
  annotations: {
    "proxy.istio.io/config": '{"proxyMetadata":{"OUTPUT_CERTS":"/etc/out"}}',
    "sidecar.istio.io/userVolumeMount": '[{"name":"pearl-certs","mountPath":"/etc/out"}]',
  },
  collector: { volumeMounts: [{ name: "pearl-certs", mountPath: "/etc/pearl", readOnly: true }] },
  spec: { volumes: [{ name: "pearl-certs", emptyDir: { medium: "Memory" } }] },
};

/** A second container that reads the same certificates. */
const EXPORTER: Parts = {
  moreContainers: [{ name: "exporter", volumeMounts: [{ name: "pearl-certs", mountPath: "/certs", readOnly: true }] }],
};

function service(namespace: string, name: string, clusterIP: string): object {
  return { apiVersion: "v1", kind: "Service", metadata: { namespace, name }, spec: { clusterIP } };
}

/** A MetricPipeline beside that of the stream, to the same backend unless `otlp` says otherwise. */
function pipeline(name: string, otlp: object = {}, input: object = { runtime: { enabled: true } }): object {
  const endpoint = { value: "http://otel-collector.observability:4317" };
  return {
    apiVersion: "telemetry.kyma-project.io/v1beta1",
    kind: "MetricPipeline",
    metadata: { name },
    spec: { input, output: { otlp: { endpoint, ...otlp } } },
  };
}

/** A MetricPipeline whose `spec` has no input but what is given. */
function without(name: string, rest: object): object {
  const endpoint = { value: "http://otel-collector.observability:4317" };
  const apiVersion = "telemetry.kyma-project.io/v1beta1";
  return { apiVersion, kind: "MetricPipeline", metadata: { name }, spec: { ...rest, output: { otlp: { endpoint } } } };
}

const LOCAL = { name: "local", annotations: { "config.kubernetes.io/local-config": "true" } };

function annotated(name: string, value: string | null): object {
  return { ...pipeline("annotated"), metadata: { name: "annotated", annotations: { [name]: value } } };
}

const SCRAPING = pipeline("scraping", {}, { prometheus: { enabled: true } });

function withToken(tokenURL: object): object {
  const endpoint = { value: "https://otlp.example.com:4317" };
  const oauth2 = { tokenURL, clientID: { value: "agent" }, clientSecret: { value: "secret" } };
  return pipeline("with-token", { endpoint, authentication: { oauth2 } });
}

const KEYCLOAK = withToken({ value: "http://keycloak.auth:8080/realms/observability/protocol/openid-connect/token" });

const KEYCLOAK_IN_FULL = withToken({ value: "http://keycloak.auth.svc:8080/token" });

function resource(kind: string, name: string, namespace: string | undefined, content: object = {}): object {
  const apiVersion = kind === "Deployment" ? "apps/v1" : "v1";
  return { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}), ...content } };
}

function namespaceOf(name: string, labels: object): object {
  return resource("Namespace", name, undefined, { labels });
}

const IN_MESH = namespaceOf("shop", { "istio-injection": "enabled" });

function peerAuthentication(namespace: string, mode: string): object {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    metadata: { name: "default", namespace },
    spec: { mtls: { mode } },
  };
}

/** A workload whose pods ask to be scraped. */
function scraped(name: string, namespace: string, annotations: object, labels: object = {}): object {
  const metadata = { annotations: { "prometheus.io/scrape": "true", ...annotations }, labels };
  const containers = [{ name: "app", ports: [{ containerPort: 8080 }] }];
  return { ...resource("Deployment", name, namespace), spec: { template: { metadata, spec: { containers } } } };
}

function scrapedService(port: string | undefined, scheme?: string, selector: object = {}): object {
  const annotations = {
    "prometheus.io/scrape": "true",
    ...(port === undefined ? {} : { "prometheus.io/port": port }),
    ...(scheme === undefined ? {} : { "prometheus.io/scheme": scheme }),
  };
  return { ...resource("Service", "shop", "shop", { annotations }), spec: { selector } };
}

/** A workload with the label `app`, as Services select it. */
function workload(
  name: string,
  namespace: string,
  annotations: object,
  declared: readonly object[] = [{ containerPort: 8080 }],
): object {
  const metadata = { annotations, labels: { app: name } };
  const containers = [{ name: "app", ports: declared }];
  return { ...resource("Deployment", name, namespace), spec: { template: { metadata, spec: { containers } } } };
}

/** The `spec` of a PeerAuthentication for the pods of the shop that is STRICT at one port. */
function strictAt(port: number, mode: string): object {
  const selector = { matchLabels: { app: "shop" } };
  return { selector, mtls: { mode }, portLevelMtls: { [port]: { mode: "STRICT" } } };
}

function ports(name: string, namespace: string, entries: readonly object[]): object {
  return { ...resource("Service", name, namespace), spec: { selector: { app: name }, ports: entries } };
}

/** A Service that has the agent's metrics scraped. */
function scrapedAgent(annotations: object, entries: readonly object[] = [{ port: 8888 }]): object {
  const metadata = { name: "agent-metrics", namespace: "kyma-system" };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, annotations: { "prometheus.io/scrape": "true", ...annotations } },
    spec: { selector: { "app.kubernetes.io/name": "telemetry-metric-agent" }, ports: entries },
  };
}

/** An agent whose configuration has this `service.telemetry`. */
function servedAt(telemetry: string): Parts {
  return { ...WITH_CONFIG, others: [configMap("collector", `service: {telemetry: {${telemetry}}}`)] };
}

const OPEN_WEB: Parts = { collector: { ports: [{ name: "web", containerPort: 9464 }] } };

/** A monitor of the Prometheus operator for the agent's pods. */
function monitor(kind: string, content: object): object {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind,
    metadata: { name: "agent", namespace: "kyma-system" },
    spec: { selector: { matchLabels: { "app.kubernetes.io/name": "telemetry-metric-agent" } }, ...content },
  };
}

function monitoredService(labels: object): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "agent", namespace: "kyma-system", labels },
    spec: {
      selector: { "app.kubernetes.io/name": "telemetry-metric-agent" },
      ports: [{ name: "metrics", port: 80, targetPort: 9464 }],
    },
  };
}

const OPEN_PORT: Parts = { collector: { ports: [{ name: "http-metrics", containerPort: 8888 }] } };

/** An IstioOperator with these values of the charts, or other fields of its `spec`. */
function istioOperator(values: object, rest: object = {}): object {
  return {
    apiVersion: "install.istio.io/v1alpha1",
    kind: "IstioOperator",
    metadata: { name: "mesh", namespace: "istio-system" },
    spec: { ...rest, values },
  };
}

function meshProxy(proxy: object): object {
  return istioOperator({ global: { proxy } });
}

/** The Istio resource of the Sail operator, with a defaultConfig for all proxies. */
function meshDefaultConfig(defaultConfig: object): object {
  return sailIstio({ values: { meshConfig: { defaultConfig } } });
}

function sailIstio(content: object): object {
  return { apiVersion: "sailoperator.io/v1", kind: "Istio", metadata: { name: "default" }, spec: content };
}

/** A container of the sidecar that the pod brings itself. */
function ownProxy(content: object): Parts {
  return { moreContainers: [{ name: "istio-proxy", image: "auto", ...content }] };
}

function proxyConfig(content: object, namespace = "kyma-system"): object {
  return {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "ProxyConfig",
    metadata: { name: "certs", namespace },
    spec: content,
  };
}

const AGENT_LABELS = { "app.kubernetes.io/name": "telemetry-metric-agent" };
const WRITES_ELSEWHERE = { environmentVariables: { OUTPUT_CERTS: "/var/certs" } };

function policy(content: object, namespace = "kyma-system"): object {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "agent", namespace },
    spec: { podSelector: { matchLabels: AGENT_LABELS }, ...content },
  };
}

const OUT: readonly object[] = [{ ports: [{ port: 4317 }, { port: 15012 }] }];

function paused(content: string): object {
  const metadata = { name: "telemetry-overrides", namespace: "kyma-system" };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { overrides: content } };
}

const WAITING: Parts = { config: { warnings: { "no-wait-for-sidecar": "Warn" } } };

const MANAGED: Parts = { metadata: { labels: { "app.kubernetes.io/managed-by": "telemetry-manager" } } };

function meshConfig(name: string, mode: string): object {
  const data = { mesh: `enableTracing: true\noutboundTrafficPolicy:\n  mode: ${mode}\n` };
  return { ...resource("ConfigMap", name, "istio-system"), data };
}

const OUTSIDE = ["https://otlp.example.com:4317"];

function atLevel(parts: Parts, id: string, level: string): Parts {
  const { warnings = {} } = { ...parts.config };
  return { ...parts, config: { ...parts.config, warnings: { ...(warnings as object), [id]: level } } };
}

const EXAMPLES: readonly Example[] = [
  {
    // istio#31301: the scraper's own sidecar answers for the one that is asked.
    id: "istio-port",
    raised: { endpoints: ["http://metrics.observability:15090"] },
    says: /15090.*Istio's own.*another port/,
    nearly: [
      { endpoints: ["http://metrics.observability:15091"] },
      { endpoints: ["http://metrics.observability:15012"] },
    ],
  },
  {
    id: "istio-port",
    raised: { config: { ports: { additional: [15020] } } },
    says: /15020.*ports\.additional/,
    nearly: [{ config: { ports: { excludeInbound: [15020] } } }],
  },
  {
    // istio#12187: calls to the Kubernetes API fail until the sidecar runs.
    id: "api-server-port",
    raised: { endpoints: ["https://otlp.example.com:443"] },
    says: /API server.*bypass\.ipRanges/,
    nearly: [
      { endpoints: ["https://otlp.example.com:4443"] },
      { endpoints: ["https://otlp.example.com:443"], config: { bypass: { ipRanges: ["10.96.0.1/32"] } } },
      { endpoints: ["https://otlp.example.com:443"], annotations: { [EXCLUDE_RANGES]: "fd00::1/128" } },
      { endpoints: ["https://otlp.example.com:443"], config: { trafficInterception: "Off" } },
    ],
  },
  {
    id: "api-server-port",
    raised: {
      endpoints: ["https://otlp.example.com:443"],
      others: [service("default", "kubernetes", "100.64.0.1")],
      config: { bypass: { ipRanges: ["10.96.0.1/32"] } },
    },
    says: /set bypass\.ipRanges of the function config to 100\.64\.0\.1\/32/,
    nearly: [
      {
        endpoints: ["https://otlp.example.com:443"],
        others: [service("default", "kubernetes", "100.64.0.1")],
        config: { bypass: { ipRanges: ["100.64.0.0/16"] } },
      },
    ],
  },
  {
    // The exclusion wins, tools/istio-iptables/pkg/capture/run.go; the reference of the annotations does not say so.
    id: "excluded-port",
    raised: { annotations: { [EXCLUDE_PORTS]: "9000,4317" } },
    says: /port 4317 .*excludeOutboundPorts.*take 4317 out/,
    nearly: [{ annotations: { [EXCLUDE_PORTS]: "9000" } }, { config: { ports: { excludeInbound: [4317] } } }],
  },
  {
    // A list of the whole mesh takes a port out unseen.
    id: "excluded-port",
    raised: { others: [meshProxy({ excludeOutboundPorts: "4317" })] },
    says: /4317 .*global\.proxy\.excludeOutboundPorts of IstioOperator mesh too, which wins.*annotation traffic\.sidecar\.istio\.io\/excludeOutboundPorts without 4317/,
    nearly: [
      { others: [meshProxy({ excludeOutboundPorts: "4317" })], annotations: { [EXCLUDE_PORTS]: "" } },
      { others: [meshProxy({ excludeOutboundPorts: 4318 })] },
      {
        others: [
          istioOperator({ global: { proxy: { excludeOutboundPorts: "4317" } } }, { revision: "canary" }),
          istioOperator({}),
        ],
      },
    ],
  },
  {
    // The same file: excluded ranges stand before included ports, although the reference says that they go with * alone.
    id: "excluded-backend",
    raised: { endpoints: ["http://10.1.2.3:4317"], annotations: { [EXCLUDE_RANGES]: "10.0.0.0/8" } },
    says: /10\.1\.2\.3 .*10\.0\.0\.0\/8.*narrow/,
    nearly: [
      { endpoints: ["http://11.1.2.3:4317"], annotations: { [EXCLUDE_RANGES]: "10.0.0.0/8" } },
      { endpoints: ["http://backend.observability:4317"], annotations: { [EXCLUDE_RANGES]: "10.0.0.0/8" } },
    ],
  },
  {
    // istio-discovery/files/injection-template.yaml makes no init container then, and nobody is told.
    id: "interception-mode-none",
    raised: { annotations: { "sidecar.istio.io/interceptionMode": "NONE" } },
    says: /NONE.*trafficInterception/,
    nearly: [{ annotations: { "sidecar.istio.io/interceptionMode": "TPROXY" } }],
  },
  {
    // The ProxyConfig's own field counts where there is no annotation, by name or number (mesh/v1alpha1/proxy.proto).
    id: "interception-mode-none",
    raised: { annotations: { "proxy.istio.io/config": "interception_mode: 2" } },
    says: /NONE.*remove it from the ProxyConfig/,
    nearly: [
      { annotations: { "proxy.istio.io/config": "interceptionMode: TPROXY" } },
      {
        annotations: {
          "proxy.istio.io/config": "interceptionMode: NONE",
          "sidecar.istio.io/interceptionMode": "REDIRECT",
        },
      },
    ],
  },
  {
    // istio: the mesh's defaultConfig holds where neither the annotation nor the pod's own ProxyConfig says anything.
    id: "interception-mode-none",
    raised: { others: [meshDefaultConfig({ interceptionMode: "NONE" })] },
    says: /NONE in the defaultConfig of the mesh.*annotation sidecar\.istio\.io\/interceptionMode: REDIRECT/,
    nearly: [
      { others: [meshDefaultConfig({ interception_mode: "TPROXY" })] },
      {
        others: [meshDefaultConfig({ interceptionMode: "NONE" })],
        annotations: { "sidecar.istio.io/interceptionMode": "REDIRECT" },
      },
      {
        others: [meshDefaultConfig({ interceptionMode: "NONE" })],
        annotations: { "proxy.istio.io/config": "interception_mode: 0" },
      },
    ],
  },
  {
    // istio#9002: no sidecar in a pod of the host's network.
    id: "host-network",
    raised: { spec: { hostNetwork: true } },
    says: /network of its host.*take hostNetwork away/,
    nearly: [{ spec: { hostNetwork: false } }, { spec: { hostPID: true } }],
  },
  {
    // pkg/kube/inject/inject.go, IgnoredNamespaces: a label does not help there.
    id: "never-injected-namespace",
    raised: { namespace: "kube-system" },
    says: /kube-system.*namespace of its own/,
    nearly: [{ namespace: "kube-system-agents" }],
  },
  {
    // istio#32388: the namespace refuses, a pod asks, and the webhook is not even called.
    id: "never-injected-namespace",
    raised: { others: [namespaceOf("kyma-system", { "istio-injection": "disabled" })] },
    says: /no sidecar in a namespace with this label.*remove the label/,
    nearly: [
      { others: [namespaceOf("kyma-system", { "istio-injection": "enabled" })] },
      { others: [namespaceOf("kyma-system", {})] },
      { others: [namespaceOf("kyma-system-2", { "istio-injection": "disabled" })] },
      {
        others: [namespaceOf("kyma-system", { "istio-injection": "disabled" })],
        config: { trafficInterception: "Off" },
      },
    ],
  },
  {
    // pkg/kube/inject/webhook.go, selectTemplates: the annotation takes the place of the default, the sidecar.
    id: "templates-without-sidecar",
    raised: { annotations: { "inject.istio.io/templates": "grpc-agent" } },
    says: /leaves out "sidecar".*in front/,
    nearly: [{ annotations: { "inject.istio.io/templates": "sidecar, spire" } }],
  },
  {
    // With the CNI plugin the identity of the pod's own container takes the place of 1337.
    id: "runs-as-proxy",
    raised: {
      ...ownProxy({ securityContext: { runAsUser: 10001 } }),
      collector: { securityContext: { runAsUser: 10001 } },
      config: { warnings: { "own-proxy-container": "Off" } },
    },
    says: /the collector runs as 10001, the identity of the sidecar/,
    nearly: [
      {
        ...ownProxy({ securityContext: { runAsUser: 10001 } }),
        collector: { securityContext: { runAsUser: 10002 } },
        config: { warnings: { "own-proxy-container": "Off" } },
      },
    ],
  },
  {
    // istio#27202: what runs as 1337 is taken for the sidecar.
    id: "runs-as-proxy",
    raised: { spec: { securityContext: { runAsUser: 1337 } } },
    says: /runs as 1337.*set runAsUser/,
    nearly: [
      { spec: { securityContext: { runAsUser: 1337 } }, collector: { securityContext: { runAsUser: 10001 } } },
      { spec: { securityContext: { fsGroup: 1337 } } },
    ],
  },
  {
    id: "own-proxy-container",
    raised: ownProxy({ securityContext: { runAsUser: 2000 } }),
    says: /another identity than 1337, which only the CNI plugin takes over/,
    nearly: [
      ownProxy({ resources: {}, securityContext: { runAsUser: 1337 } }),
      ownProxy({ env: [{ name: "OUTPUT_CERTS", value: "/var/certs" }] }),
      ownProxy({ volumeMounts: [{ name: "istio-certs", mountPath: "/etc/istio-output-certs" }] }),
      { ...ownProxy({ securityContext: { runAsUser: 2000 } }), config: { trafficInterception: "Off" } },
    ],
  },
  {
    // pkg/kube/inject/inject.go, injectRequired: "if both are present we prefer the label".
    id: "inject-annotation",
    raised: { annotations: { "sidecar.istio.io/inject": "false" } },
    says: /refuses a sidecar.*remove the annotation/,
    nearly: [
      { annotations: { "sidecar.istio.io/inject": "true" } },
      { annotations: { "sidecar.istio.io/inject": "false" }, config: { trafficInterception: "Off" } },
    ],
  },
  {
    // istio.io: a canary upgrade by revisions.
    id: "revision-only",
    raised: { others: [istioOperator({}, { revision: "1-27" })] },
    says: /by revisions alone \(1-27\).*add the label istio\.io\/rev: 1-27/,
    nearly: [
      { others: [istioOperator({}, { revision: "1-27" })], labels: { "istio.io/rev": "1-27" } },
      { others: [istioOperator({}, { revision: "1-27" }), istioOperator({})] },
      { others: [istioOperator({}, { revision: "1-27" }), namespaceOf("kyma-system", { "istio.io/rev": "1-27" })] },
      {
        others: [istioOperator({}, { revision: "1-27" }), namespaceOf("kyma-system", { "istio-injection": "enabled" })],
      },
      { others: [sailIstio({ values: { revision: "default" } })] },
      {
        others: [sailIstio({ values: { revision: "1-27" } }), { ...sailIstio({}), kind: "IstioRevisionTag" }],
      },
    ],
  },
  {
    id: "revision-only",
    raised: {
      others: [
        {
          apiVersion: "admissionregistration.k8s.io/v1",
          kind: "MutatingWebhookConfiguration",
          metadata: { name: "istio-sidecar-injector-1-27", labels: { "istio.io/rev": "1-27" } },
        },
      ],
    },
    says: /by revisions alone \(1-27\)/,
    nearly: [
      {
        others: [
          {
            apiVersion: "admissionregistration.k8s.io/v1",
            kind: "MutatingWebhookConfiguration",
            metadata: {
              name: "istio-revision-tag-default",
              labels: { "istio.io/rev": "1-27", "istio.io/tag": "default" },
            },
          },
        ],
      },
    ],
  },
  {
    // A sidecar passes on what leaves the mesh as it came (istio.io, Egress TLS Origination).
    id: "plaintext-outside",
    raised: { endpoints: ["http://otlp.example.com:4318"] },
    says: /otlp\.example\.com.*plaintext.*https/,
    nearly: [
      { endpoints: ["https://otlp.example.com:4318"] },
      { endpoints: ["http://collector.observability.svc.cluster.local:4318"] },
      { endpoints: ["http://otlp.corp.internal:4318"] },
      {
        endpoints: ["http://otlp.example.com:4318"],
        others: [istio("ServiceEntry", "kyma-system", { hosts: ["otlp.example.com"] })],
      },
    ],
  },
  {
    id: "plaintext-outside",
    raised: { others: [withToken({ value: "http://login.example.com/token" })] },
    says: /secret of the OAuth2 client goes to login\.example\.com.*plaintext/,
    nearly: [{ others: [withToken({ value: "https://login.example.com/token" })] }],
  },
  {
    // The alternative that ADR 026 rejected: a Sidecar permits, and does not decide what is intercepted (istio#15329).
    id: "sidecar-egress",
    raised: { others: [sidecar("kyma-system", { egress: [{ hosts: ["./*", "istio-system/*"] }] })] },
    says: /otel-collector\.observability\.svc\.cluster\.local.*add observability\//,
    nearly: [
      { others: [sidecar("kyma-system", { egress: [{ hosts: ["./*"] }, { hosts: ["observability/*"] }] })] },
      { others: [sidecar("kyma-system", { egress: [{ hosts: ["*/*.svc.cluster.local"] }] })] },
      { others: [sidecar("another", { egress: [{ hosts: ["./*"] }] })] },
      { others: [sidecar("kyma-system", { outboundTrafficPolicy: { mode: "ALLOW_ANY" } })] },
      {
        others: [
          sidecar("kyma-system", { workloadSelector: { labels: { app: "other" } }, egress: [{ hosts: ["./*"] }] }),
        ],
      },
      {
        endpoints: ["https://otlp.example.com:4317"],
        others: [sidecar("kyma-system", { egress: [{ hosts: ["./*"] }] })],
      },
    ],
  },
  {
    id: "sidecar-egress",
    raised: {
      others: [KEYCLOAK_IN_FULL, sidecar("kyma-system", { egress: [{ hosts: ["observability/*"] }] })],
    },
    says: /keycloak\.auth\.svc\.cluster\.local, the OAuth2 token endpoint.*add auth\//,
    nearly: [
      { others: [KEYCLOAK_IN_FULL, sidecar("kyma-system", { egress: [{ hosts: ["observability/*", "auth/*"] }] })] },
      {
        others: [KEYCLOAK_IN_FULL, sidecar("kyma-system", { egress: [{ hosts: ["observability/*"] }] })],
        config: { endpoints: { oauth2TokenEndpoints: "Off" } },
      },
    ],
  },
  {
    // istio#24768: the certificates are there, and not where they are looked for.
    id: "certificate-folder",
    raised: { ...WITH_CONFIG, others: [configMap("collector", STRICT_JOB)] },
    says: /from \/etc\/istio-output-certs.*mounted at \/etc\/prom-certs\/.*certificates\.mountPath/,
    nearly: [
      {
        ...WITH_CONFIG,
        others: [configMap("collector", STRICT_JOB)],
        config: { certificates: { mountPath: "/etc/istio-output-certs" } },
      },
      { ...WITH_CONFIG, others: [configMap("another", STRICT_JOB)] },
      { ...WITH_CONFIG, others: [configMap("collector", STRICT_JOB)], config: { trafficInterception: "ExportOnly" } },
    ],
  },
  {
    // The folder is looked for where the sidecar's own volume is, whatever its name.
    id: "certificate-folder",
    raised: {
      ...ADOPTED,
      collector: { ...ADOPTED.collector, args: ["--ca=/etc/prom-certs/root-cert.pem"] },
    },
    says: /from \/etc\/prom-certs, and they are mounted at \/etc\/pearl/,
    nearly: [
      { ...ADOPTED, collector: { ...ADOPTED.collector, args: ["--ca=/etc/pearl/root-cert.pem"] } },
      {
        ...ADOPTED,
        collector: {
          volumeMounts: [...ADOPTED.collector.volumeMounts, { name: "own-ca", mountPath: "/etc/prom-certs" }],
          args: ["--ca=/etc/prom-certs/root-cert.pem"],
        },
        spec: { volumes: [...ADOPTED.spec.volumes, { name: "own-ca", secret: { secretName: "ca" } }] },
      },
    ],
  },
  {
    id: "certificate-folder",
    raised: {
      ...ADOPTED,
      collector: {
        volumeMounts: [...ADOPTED.collector.volumeMounts, { name: "empty", mountPath: "/etc/prom-certs" }],
        env: [{ name: "CA", value: "/etc/prom-certs/root-cert.pem" }],
      },
      spec: { volumes: [...ADOPTED.spec.volumes, { name: "empty", emptyDir: {} }] },
    },
    says: /from \/etc\/prom-certs/,
    nearly: [],
  },
  {
    // The setting knows nothing of the second container, which had the certificates as well.
    id: "moved-certificates",
    raised: { ...ADOPTED, ...EXPORTER, config: { certificates: { volumeName: "metric-certs" } } },
    says: /exporter has the certificates at \/certs by the volume pearl-certs.*mount metric-certs there/,
    nearly: [
      { ...ADOPTED, ...EXPORTER },
      { ...ADOPTED, config: { certificates: { volumeName: "metric-certs" } } },
      { ...ADOPTED, ...EXPORTER, config: { certificates: { outputPath: "/etc/moved" } } },
    ],
  },
  {
    id: "moved-certificates",
    raised: {
      ...ADOPTED,
      annotations: {
        ...ADOPTED.annotations,
        "proxy.istio.io/config": JSON.stringify({
          proxyMetadata: { OUTPUT_CERTS: "/etc/out" },
          runtimeValues: { ca: "/etc/out/root-cert.pem" },
        }),
      },
      config: { certificates: { outputPath: "/etc/moved" } },
    },
    says: /runtimeValues\.ca names \/etc\/out\/root-cert\.pem.*write \/etc\/moved\/root-cert\.pem/,
    nearly: [{ ...ADOPTED, config: { certificates: { outputPath: "/etc/moved" } } }],
  },
  {
    // istio#10528: the scraper starts before the certificates exist.
    id: "no-wait-for-sidecar",
    raised: { config: { warnings: { "no-wait-for-sidecar": "Warn" } } },
    says: /does not wait.*holdApplicationUntilProxyStarts/,
    nearly: [
      {},
      {
        annotations: { "proxy.istio.io/config": "holdApplicationUntilProxyStarts: true" },
        ...WAITING,
      },
      // Native sidecars start first: asked for, or by themselves.
      { annotations: { "sidecar.istio.io/nativeSidecar": "true" }, ...WAITING },
      { others: [istioOperator({ pilot: { env: { ENABLE_NATIVE_SIDECARS: "true" } } })], ...WAITING },
      { others: [sailIstio({ version: "v1.27.1" })], ...WAITING },
      {
        others: [istioOperator({}, { meshConfig: { defaultConfig: { holdApplicationUntilProxyStarts: true } } })],
        ...WAITING,
      },
    ],
  },
  {
    id: "no-wait-for-sidecar",
    raised: {
      annotations: { "sidecar.istio.io/nativeSidecar": "false" },
      others: [sailIstio({ version: "v1.27.1" })],
      ...WAITING,
    },
    says: /does not wait/,
    nearly: [],
  },
  {
    id: "no-wait-for-sidecar",
    raised: { others: [sailIstio({ version: "v1.26.0" })], ...WAITING },
    says: /does not wait/,
    nearly: [],
  },
  {
    // oauth2-proxy#1837: an identity provider in the mesh asks the caller for a certificate that only a sidecar has.
    id: "token-endpoint",
    raised: {
      others: [KEYCLOAK, namespaceOf("auth", { "istio-injection": "enabled" })],
      config: { endpoints: { oauth2TokenEndpoints: "Off" } },
    },
    says: /keycloak\.auth:8080.*in the mesh.*past the sidecar.*InCluster/,
    nearly: [
      { others: [KEYCLOAK, namespaceOf("auth", { "istio-injection": "enabled" })] },
      {
        others: [KEYCLOAK, namespaceOf("auth", { "istio-injection": "disabled" })],
        config: { endpoints: { oauth2TokenEndpoints: "Off" } },
      },
      {
        others: [
          KEYCLOAK,
          namespaceOf("auth", { "istio-injection": "enabled" }),
          peerAuthentication("auth", "DISABLE"),
        ],
        config: { endpoints: { oauth2TokenEndpoints: "Off" } },
      },
      {
        others: [KEYCLOAK, namespaceOf("auth", { "istio-injection": "enabled" })],
        config: { endpoints: { oauth2TokenEndpoints: "Off" }, ports: { additional: [8080] } },
      },
    ],
  },
  {
    // The address is excluded, which wins over the port.
    id: "token-endpoint",
    raised: {
      others: [
        KEYCLOAK,
        namespaceOf("auth", { "istio-injection": "enabled" }),
        service("auth", "keycloak", "10.96.3.3"),
      ],
      config: { bypass: { ipRanges: ["10.96.0.0/16"] } },
    },
    says: /keycloak\.auth:8080.*narrow the range/,
    nearly: [
      {
        others: [
          KEYCLOAK,
          namespaceOf("auth", { "istio-injection": "enabled" }),
          service("auth", "keycloak", "10.97.3.3"),
        ],
        config: { bypass: { ipRanges: ["10.96.0.0/16"] } },
      },
    ],
  },
  {
    // The same, where the URL stands in a Secret that only the cluster has.
    id: "token-endpoint-unknown",
    raised: {
      others: [withToken({ valueFrom: { secretKeyRef: { name: "idp", namespace: "kyma-system", key: "url" } } })],
    },
    says: /Secret kyma-system\/idp, which is not in the stream.*ports\.additional/,
    nearly: [
      {
        others: [withToken({ valueFrom: { secretKeyRef: { name: "idp", namespace: "kyma-system", key: "url" } } })],
        config: { endpoints: { oauth2TokenEndpoints: "Off" } },
      },
      {
        others: [
          withToken({ valueFrom: { secretKeyRef: { name: "idp", namespace: "kyma-system", key: "url" } } }),
          {
            ...resource("Secret", "idp", "kyma-system"),
            stringData: { url: "https://login.example.com/token" },
          },
        ],
      },
      { others: [withToken({ value: "https://login.example.com/token" })] },
    ],
  },
  {
    id: "token-endpoint-unknown",
    raised: { others: [withToken({ value: "https://${IDP_HOST}:8443/token" })] },
    says: /takes its host from a placeholder/,
    nearly: [
      {
        others: [withToken({ value: "https://${IDP_HOST}:8443/token" })],
        config: { endpoints: { oauth2TokenEndpoints: "All" } },
      },
    ],
  },
  {
    // istio#21402: the sidecar of the scraper stands between it and the pod.
    id: "scrape-port",
    raised: {
      endpoints: ["http://metrics.observability:8080"],
      others: [
        pipeline(
          "scraping",
          { endpoint: { value: "https://otlp.example.com:4318" } },
          { prometheus: { enabled: true } },
        ),
        scraped("shop", "shop", { "prometheus.io/port": "8080" }),
      ],
    },
    says: /port 8080 .*Deployment shop\/shop.*bypass\.ipRanges.*another port/,
    nearly: [
      {
        endpoints: ["http://metrics.observability:8080"],
        others: [SCRAPING, scraped("shop", "shop", { "prometheus.io/port": "8081" })],
      },
      {
        endpoints: ["http://metrics.observability:8080"],
        others: [SCRAPING, scraped("shop", "shop", { "prometheus.io/scrape": "false" })],
      },
      { endpoints: ["http://metrics.observability:8080"], others: [scraped("shop", "shop", {})] },
      {
        endpoints: ["http://metrics.observability:8080"],
        others: [SCRAPING, scraped("shop", "shop", {})],
        config: { bypass: { ipRanges: ["10.244.0.0/16"] } },
      },
    ],
  },
  {
    id: "scrape-port",
    raised: { others: [SCRAPING, scraped("shop", "shop", {})], config: { ports: { additional: [8080] } } },
    says: /port 8080 .*take 8080 out of ports\.additional/,
    nearly: [{ others: [SCRAPING, scrapedService("8888")], config: { ports: { additional: [8080] } } }],
  },
  {
    // telemetry-manager: a Service without a port annotation is scraped at its target ports.
    id: "scrape-port",
    raised: {
      endpoints: ["http://metrics.observability:8080"],
      others: [
        SCRAPING,
        { ...scrapedService(undefined), spec: { selector: { app: "shop" }, ports: [{ port: 80, targetPort: "web" }] } },
        workload("shop", "shop", {}, [{ name: "web", containerPort: 8080 }]),
        IN_MESH,
        peerAuthentication("shop", "STRICT"),
      ],
    },
    says: /push to http:\/\/metrics\.observability:8080 goes through .* Service shop\/shop \(https: passed on with the agent's own TLS.*REGISTRY_ONLY, they fail/,
    nearly: [
      {
        // A pod with a sidecar is never scraped by its own annotations.
        endpoints: ["http://metrics.observability:8080"],
        others: [SCRAPING, scraped("shop", "shop", { "prometheus.io/port": "8080" }), IN_MESH],
      },
      {
        endpoints: ["http://metrics.observability:8080"],
        others: [SCRAPING, { ...scrapedService(undefined), spec: { ports: [{ port: 8080, targetPort: 9999 }] } }],
      },
    ],
  },
  {
    id: "scrape-port",
    raised: {
      endpoints: ["http://metrics.observability:8080"],
      others: [SCRAPING, scrapedService("8080"), meshConfig("istio", "REGISTRY_ONLY")],
    },
    says: /Service shop\/shop \(http or https: refused, ConfigMap istio says REGISTRY_ONLY\); set/,
    nearly: [],
  },
  {
    id: "scrape-port",
    raised: {
      endpoints: ["http://metrics.observability:8080"],
      others: [SCRAPING, { ...scrapedService("8080"), spec: { clusterIP: "None" } }, IN_MESH],
    },
    says: /https: encrypted twice, and not answered/,
    nearly: [],
  },
  {
    // istio#38720: a PERMISSIVE sidecar does not end the TLS of a scrape.
    id: "scrape-tls",
    raised: {
      others: [SCRAPING, scrapedService("8080"), IN_MESH, peerAuthentication("shop", "PERMISSIVE")],
    },
    says: /8080 is scraped over https .* are PERMISSIVE.*set prometheus\.io\/scheme: http on the Service, or make its pods STRICT/,
    nearly: [
      { others: [SCRAPING, scrapedService("8080"), IN_MESH, peerAuthentication("shop", "STRICT")] },
      { others: [SCRAPING, scrapedService("8080"), IN_MESH] },
      { others: [SCRAPING, scrapedService("8080"), peerAuthentication("shop", "PERMISSIVE")] },
      { others: [scrapedService("8080"), IN_MESH, peerAuthentication("shop", "PERMISSIVE")] },
      { others: [SCRAPING, scrapedService("8080", "http"), IN_MESH, peerAuthentication("shop", "PERMISSIVE")] },
      { others: [SCRAPING, scrapedService("8080", "https"), IN_MESH, peerAuthentication("shop", "PERMISSIVE")] },
      {
        others: [
          SCRAPING,
          scrapedService("8080", undefined, { app: "shop" }),
          workload("shop", "shop", {}),
          IN_MESH,
          { ...peerAuthentication("shop", "PERMISSIVE"), spec: strictAt(8080, "PERMISSIVE") },
        ],
      },
    ],
  },
  {
    id: "scrape-tls",
    raised: {
      others: [SCRAPING, scrapedService("8080", "http"), IN_MESH, peerAuthentication("istio-system", "STRICT")],
    },
    says: /8080 is scraped in plain text.*STRICT.*remove prometheus\.io\/scheme/,
    nearly: [
      {
        others: [
          SCRAPING,
          scrapedService("8080", "http", { app: "shop" }),
          workload("shop", "shop", { "traffic.sidecar.istio.io/excludeInboundPorts": "9090, 8080" }),
          IN_MESH,
          peerAuthentication("shop", "STRICT"),
        ],
      },
      {
        others: [
          SCRAPING,
          scrapedAgent({ "prometheus.io/scheme": "http" }),
          peerAuthentication("kyma-system", "STRICT"),
        ],
      },
    ],
  },
  {
    id: "scrape-tls",
    raised: {
      others: [
        SCRAPING,
        scrapedService("8080", undefined, { app: "shop" }),
        workload("shop", "shop", { "traffic.sidecar.istio.io/includeInboundPorts": "80" }),
        IN_MESH,
      ],
    },
    says: /its pods keep the sidecar out of that port.*set prometheus\.io\/scheme: http/,
    nearly: [
      {
        others: [
          SCRAPING,
          scrapedService("8080", undefined, { app: "shop" }),
          workload("shop", "shop", { "traffic.sidecar.istio.io/includeInboundPorts": "80,8080" }),
          IN_MESH,
        ],
      },
    ],
  },
  {
    // istio#39535, istio#59924: a port of the sidecar's own.
    id: "prometheus-port",
    raised: {
      others: [SCRAPING, scraped("shop", "shop", { "prometheus.io/port": "15090" }), IN_MESH],
    },
    says: /no port that Istio scrapes.*refuses the pods.*write the number/,
    nearly: [
      {
        others: [SCRAPING, scraped("shop", "shop", { "prometheus.io/port": "15020" }), IN_MESH],
      },
      { others: [SCRAPING, scraped("shop", "shop", { "prometheus.io/port": "15090" })] },
      {
        others: [
          SCRAPING,
          scraped("shop", "shop", { "prometheus.io/port": "15090", "prometheus.istio.io/merge-metrics": "false" }),
          IN_MESH,
        ],
      },
      { annotations: { "prometheus.io/port": "8888" } },
    ],
  },
  {
    id: "prometheus-port",
    raised: { annotations: { "prometheus.io/port": "http-metrics" } },
    says: /refuses the pods/,
    nearly: [
      { annotations: { "prometheus.io/port": "http-metrics", "prometheus.io/scrape": "false" } },
      { annotations: { "prometheus.io/port": "http-metrics" }, config: { trafficInterception: "Off" } },
    ],
  },
  {
    id: "prometheus-port",
    raised: { others: [SCRAPING, scrapedService("http-metrics")] },
    says: /not a number.*every declared port/,
    nearly: [{ others: [SCRAPING, scrapedService("09090")] }, { others: [scrapedService("http-metrics")] }],
  },
  {
    // istio#33281: the connection is reset, and nothing says which host has no ServiceEntry.
    id: "registry-only",
    raised: { endpoints: OUTSIDE, others: [meshConfig("istio", "REGISTRY_ONLY")] },
    says: /otlp\.example\.com is outside.*ConfigMap istio lets nothing else out.*ServiceEntry/,
    nearly: [
      { endpoints: OUTSIDE, others: [meshConfig("istio", "ALLOW_ANY")] },
      { endpoints: OUTSIDE, others: [meshConfig("other", "REGISTRY_ONLY")] },
      { others: [meshConfig("istio", "REGISTRY_ONLY")] },
      {
        endpoints: OUTSIDE,
        others: [
          meshConfig("istio", "REGISTRY_ONLY"),
          istio("ServiceEntry", "kyma-system", { hosts: ["*.example.com"] }),
        ],
      },
      {
        endpoints: OUTSIDE,
        others: [
          meshConfig("istio", "REGISTRY_ONLY"),
          sidecar("kyma-system", { outboundTrafficPolicy: { mode: "ALLOW_ANY" } }),
        ],
      },
    ],
  },
  {
    id: "registry-only",
    raised: {
      endpoints: OUTSIDE,
      others: [sidecar("kyma-system", { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } })],
    },
    says: /Sidecar sidecar lets nothing else out/,
    nearly: [{ endpoints: OUTSIDE, others: [sidecar("other", { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } })] }],
  },
  {
    id: "registry-only",
    raised: {
      endpoints: OUTSIDE,
      others: [
        {
          ...resource("IstioOperator", "installed", "istio-system"),
          spec: { meshConfig: { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } } },
        },
      ],
    },
    says: /IstioOperator installed lets nothing else out/,
    nearly: [
      {
        endpoints: OUTSIDE,
        others: [{ ...resource("IstioOperator", "REGISTRY_ONLY", "istio-system"), spec: { meshConfig: {} } }],
      },
    ],
  },
  {
    // cilium#28304, cilium#17276: the packet filter sees the targetPort.
    id: "target-port",
    raised: { others: [ports("otel-collector", "observability", [{ port: 4317, targetPort: 14317 }])] },
    says: /from port 4317 to 14317.*ports\.socketLoadBalancer/,
    nearly: [
      { others: [ports("otel-collector", "observability", [{ port: 4317, targetPort: 4317 }])] },
      { others: [ports("otel-collector", "observability", [{ port: 4317 }])] },
      { others: [ports("otel-collector", "elsewhere", [{ port: 4317, targetPort: 14317 }])] },
      {
        others: [ports("otel-collector", "observability", [{ port: 4317, targetPort: 14317 }])],
        config: { ports: { socketLoadBalancer: true } },
      },
      {
        others: [ports("otel-collector", "observability", [{ port: 4317, targetPort: 14317 }])],
        config: { ports: { additional: [14317] } },
      },
      {
        others: [
          ports("otel-collector", "observability", [{ port: 4317, targetPort: 14317 }]),
          { apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: "kube-proxy", namespace: "kube-system" } },
        ],
      },
    ],
  },
  {
    id: "target-port",
    raised: {
      others: [
        ports("otel-collector", "observability", [{ port: 4317, targetPort: "otlp" }]),
        {
          ...resource("Pod", "otel-collector-0", "observability", { labels: { app: "otel-collector" } }),
          spec: { containers: [{ name: "collector", ports: [{ name: "otlp", containerPort: 14317 }] }] },
        },
      ],
    },
    says: /from port 4317 to 14317/,
    nearly: [{ others: [ports("otel-collector", "observability", [{ port: 4317, targetPort: "otlp" }])] }],
  },
  {
    // istio#44843: "Istio does not support UDP".
    id: "udp-port",
    raised: { others: [ports("otel-collector", "observability", [{ port: 4317, protocol: "UDP" }])] },
    says: /port 4317 for UDP alone.*over TCP/,
    nearly: [
      {
        others: [
          ports("otel-collector", "observability", [
            { port: 4317, protocol: "UDP" },
            { port: 4317, protocol: "TCP" },
          ]),
        ],
      },
      { others: [ports("otel-collector", "observability", [{ port: 8125, protocol: "UDP" }, { port: 4317 }])] },
    ],
  },
  {
    // kyma telemetry-manager: the self-monitor has no sidecar.
    id: "metrics-port",
    raised: {
      others: [scrapedAgent({ "prometheus.io/scheme": "http", "prometheus.io/port": "8888" })],
      config: { ports: { excludeInbound: [] } },
    },
    says: /Service agent-metrics has port 8888 of the agent scraped over http.*add 8888 to ports\.excludeInbound/,
    nearly: [
      { others: [scrapedAgent({ "prometheus.io/scheme": "http", "prometheus.io/port": "8888" })] },
      { others: [scrapedAgent({ "prometheus.io/scheme": "https" })], config: { ports: { excludeInbound: [] } } },
      {
        others: [scrapedAgent({ "prometheus.io/scheme": "http" }), peerAuthentication("kyma-system", "PERMISSIVE")],
        config: { ports: { excludeInbound: [] } },
      },
      {
        others: [
          scrapedAgent({ "prometheus.io/scheme": "http" }),
          {
            ...peerAuthentication("kyma-system", "STRICT"),
            spec: {
              selector: { matchLabels: { "app.kubernetes.io/name": "telemetry-metric-agent" } },
              portLevelMtls: { 8888: { mode: "PERMISSIVE" } },
            },
          },
        ],
        config: { ports: { excludeInbound: [] } },
      },
      {
        others: [scrapedAgent({ "prometheus.io/scheme": "http" })],
        annotations: { "traffic.sidecar.istio.io/includeInboundPorts": "4317" },
        config: { ports: { excludeInbound: [] } },
      },
      { others: [scrapedAgent({ "prometheus.io/scheme": "http" })], config: { trafficInterception: "Off" } },
    ],
  },
  {
    id: "metrics-port",
    raised: { others: [scrapedAgent({})] },
    says: /Service agent-metrics has port 8888 of the agent scraped without a scheme/,
    nearly: [
      { others: [scrapedAgent({})], config: { ports: { excludeInbound: [8888] } } },
      { others: [scrapedAgent({ "prometheus.io/scrape": "false" })] },
    ],
  },
  {
    id: "metrics-port",
    raised: OPEN_PORT,
    says: /port http-metrics \(8888\) serves its own metrics/,
    nearly: [
      { ...OPEN_PORT, others: [scrapedAgent({ "prometheus.io/scheme": "https" })] },
      { ...OPEN_PORT, others: [scrapedAgent({ "prometheus.io/scheme": "http" })] },
      { ...OPEN_PORT, annotations: { "traffic.sidecar.istio.io/excludeInboundPorts": "8888" } },
      { collector: { ports: [{ name: "otlp", containerPort: 4317 }] } },
    ],
  },
  {
    // prometheus-operator: Prometheus itself mostly has no sidecar.
    id: "metrics-port",
    raised: { ...OPEN_WEB, others: [monitor("PodMonitor", { podMetricsEndpoints: [{ port: "web" }] })] },
    says: /PodMonitor agent has port 9464 of the agent scraped over http/,
    nearly: [
      { ...OPEN_WEB, others: [monitor("PodMonitor", { podMetricsEndpoints: [{ port: "web", scheme: "HTTPS" }] })] },
      { ...OPEN_WEB, others: [monitor("PodMonitor", { podMetricsEndpoints: [{ port: "other" }] })] },
      {
        ...OPEN_WEB,
        others: [
          monitor("PodMonitor", { podMetricsEndpoints: [{ port: "web" }], selector: { matchLabels: { app: "x" } } }),
          monitor("PodMonitor", {
            podMetricsEndpoints: [{ port: "web" }],
            namespaceSelector: { matchNames: ["shop"] },
          }),
        ],
      },
      {
        ...OPEN_WEB,
        others: [monitor("PodMonitor", { podMetricsEndpoints: [{ portNumber: 9464 }] })],
        config: { ports: { excludeInbound: [9464] } },
      },
    ],
  },
  {
    id: "metrics-port",
    raised: {
      others: [
        monitor("ServiceMonitor", {
          endpoints: [{ port: "metrics" }],
          selector: { matchLabels: { monitored: "yes" } },
          namespaceSelector: { any: true },
        }),
        monitoredService({ monitored: "yes" }),
      ],
    },
    says: /ServiceMonitor agent has port 9464 of the agent scraped over http/,
    nearly: [
      {
        others: [
          monitor("ServiceMonitor", {
            endpoints: [{ port: "metrics" }],
            selector: { matchLabels: { monitored: "yes" } },
          }),
          monitoredService({ monitored: "no" }),
        ],
      },
    ],
  },
  {
    // A stock agent of the operator declares no port: its configuration says where its metrics are.
    id: "metrics-port",
    raised: servedAt("metrics: {readers: [{pull: {exporter: {prometheus: {host: '${MY_POD_IP}', port: 8889}}}}]}"),
    says: /configuration serves its own metrics at port 8889.*add 8889 to ports\.excludeInbound/,
    nearly: [
      servedAt("metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: 8889}}}}]}"),
      servedAt("metrics: {readers: [{pull: {exporter: {prometheus: {port: 8889}}}}]}"),
      servedAt("metrics: {level: none, address: 0.0.0.0:8889}"),
      servedAt("metrics: {address: 127.0.0.1:8889}"),
      servedAt("logs: {level: info}"),
      { others: [configMap("collector", "service: {telemetry: {metrics: {address: 0.0.0.0:8889}}}")] },
    ],
  },
  {
    id: "metrics-port",
    raised: servedAt("metrics: {address: ':8889'}"),
    says: /serves its own metrics at port 8889/,
    nearly: [{ ...servedAt("metrics: {address: ':8889'}"), config: { ports: { excludeInbound: [8889] } } }],
  },
  {
    id: "metrics-port",
    raised: {
      annotations: {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "8888",
        "prometheus.istio.io/merge-metrics": "false",
      },
    },
    says: /prometheus\.io\/port has port 8888 of the agent scraped/,
    nearly: [{ annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": "8888" } }],
  },
  {
    // telemetry-manager: the operator lets 15090 in where Istio is on.
    id: "network-policy",
    raised: { others: [policy({ ingress: [{ ports: [{ port: 8888, protocol: "TCP" }] }] })] },
    says: /NetworkPolicy agent selects the agent and lets nothing in at 15090.*add to spec\.ingress: - ports: \[\{port: 15090, protocol: TCP\}\]/,
    nearly: [
      { others: [policy({ ingress: [{ ports: [{ port: 8888 }, { port: 15090 }] }] })] },
      { others: [policy({ ingress: [{ ports: [{ port: 15000, endPort: 16000 }] }] })] },
      { others: [policy({ ingress: [{ from: [{ podSelector: {} }] }] })] },
      { others: [policy({ ingress: [] }), policy({ ingress: [{}] })] },
      { others: [policy({ ingress: [] }, "shop")] },
      { others: [policy({ ingress: [], podSelector: { matchLabels: { app: "other" } } })] },
      {
        others: [
          policy({
            ingress: [],
            podSelector: {
              matchExpressions: [
                { key: "app.kubernetes.io/name", operator: "NotIn", values: ["telemetry-metric-agent"] },
              ],
            },
          }),
        ],
      },
      { others: [policy({ policyTypes: ["Egress"], egress: [{}] })] },
      { others: [policy({ ingress: [] })], config: { trafficInterception: "Off" } },
    ],
  },
  {
    id: "network-policy",
    raised: { others: [policy({ policyTypes: ["Egress"], egress: [{ ports: [{ port: 443 }, { port: 15012 }] }] })] },
    says: /lets nothing out to 4317; add to spec\.egress: - ports: \[\{port: 4317, protocol: TCP\}\]/,
    nearly: [
      { others: [policy({ policyTypes: ["Egress"], egress: OUT })] },
      { others: [policy({ policyTypes: ["Egress"], egress: [{ ports: [{ port: "otlp" }] }] })] },
    ],
  },
  {
    id: "network-policy",
    raised: {
      others: [KEYCLOAK, policy({ policyTypes: ["Egress"], egress: [{ ports: [{ port: 4317 }] }], podSelector: {} })],
      config: { endpoints: { oauth2TokenEndpoints: "All" } },
    },
    says: /nothing out to 8080, 15012 \(15012 is istiod, /,
    nearly: [],
  },
  {
    // A policy sees the port of the pod, behind that of its Service.
    id: "network-policy",
    raised: {
      others: [
        ports("otel-collector", "observability", [{ port: 4317, targetPort: 14317 }]),
        policy({ policyTypes: ["Egress"], egress: OUT }),
      ],
      config: { ports: { socketLoadBalancer: true } },
    },
    says: /nothing out to 14317; /,
    nearly: [],
  },
  {
    // telemetry-manager: the operator writes the pod template anew.
    id: "managed-agent",
    raised: MANAGED,
    says: /label says that telemetry-manager manages it: .*reverts.*DaemonSet.*metrics\.paused/,
    nearly: [
      { metadata: { labels: { "app.kubernetes.io/managed-by": "Helm" } } },
      { ...MANAGED, others: [paused("metrics:\n  paused: true\n")] },
      { ...MANAGED, config: { trafficInterception: "Off" } },
    ],
  },
  {
    id: "managed-agent",
    raised: { ...MANAGED, others: [paused("tracing:\n  paused: true\n")] },
    says: /telemetry-manager manages it/,
    nearly: [],
  },
  {
    id: "managed-agent",
    raised: {
      metadata: {
        ownerReferences: [
          { apiVersion: "opentelemetry.io/v1beta1", kind: "OpenTelemetryCollector", name: "agent", controller: true },
        ],
      },
    },
    says: /OpenTelemetryCollector agent owns it.*operator's own resource/,
    nearly: [
      {
        metadata: {
          ownerReferences: [
            { apiVersion: "telemetry.kyma-project.io/v1beta1", kind: "MetricPipeline", name: "a", controller: true },
          ],
        },
        others: [paused("metrics:\n  paused: true\n")],
      },
      { metadata: { ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "agent", controller: false }] } },
    ],
  },
  {
    // istio#45810: the injector takes no ranges.
    id: "refused-annotation",
    raised: { annotations: { [EXCLUDE_PORTS]: "9000-9005" } },
    says: /"9000-9005" is not a list of ports.*Istio refuses the pods.*correct/,
    nearly: [{ annotations: { [EXCLUDE_PORTS]: "9000, 9005" } }],
  },
  {
    id: "refused-annotation",
    raised: { annotations: { "sidecar.istio.io/proxyCPU": "100 m" } },
    says: /"100 m" is not a quantity/,
    nearly: [
      {
        annotations: {
          "sidecar.istio.io/proxyCPU": "100m",
          "sidecar.istio.io/proxyMemory": "0.5Gi",
          "prometheus.istio.io/merge-metrics": "false",
          "status.sidecar.istio.io/port": "15020",
          "traffic.sidecar.istio.io/includeInboundPorts": "*",
        },
      },
      { annotations: { "sidecar.istio.io/proxyCPU": "100 m" }, config: { trafficInterception: "Off" } },
    ],
  },
  {
    // pkg/util/protomarshal, ApplyYAML: unknown fields are passed over, and of two maps the one in camel case counts.
    id: "ignored-proxy-config",
    raised: { annotations: { "proxy.istio.io/config": "holdApplicationUntilProxyStart: true" } },
    says: /holdApplicationUntilProxyStart is no field that Istio knows.*holdApplicationUntilProxyStarts/,
    nearly: [
      { annotations: { "proxy.istio.io/config": "hold_application_until_proxy_starts: yes" } },
      {
        annotations: { "proxy.istio.io/config": "holdApplicationUntilProxyStart: true" },
        config: { trafficInterception: "Off" },
      },
    ],
  },
  {
    id: "ignored-proxy-config",
    raised: { annotations: { "proxy.istio.io/config": "proxyMetadata: {A: b}\nproxy_metadata: {C: d}" } },
    says: /proxy_metadata is passed over, because proxyMetadata is there too/,
    nearly: [{ annotations: { "proxy.istio.io/config": "proxy_metadata: {C: d}" } }],
  },
  {
    // istio-discovery/files/injection-template.yaml pastes the value between double quotes.
    id: "ignored-proxy-config",
    raised: { annotations: { "proxy.istio.io/config": JSON.stringify({ proxyMetadata: { A: "C:\\new" } }) } },
    says: /has "A", which reaches the sidecar changed/,
    nearly: [{ annotations: { "proxy.istio.io/config": JSON.stringify({ proxyMetadata: { A: "C:/new" } }) } }],
  },
  {
    // tools/istio-iptables/pkg/constants: read from the environment of istio-init.
    id: "interception-variable",
    raised: { annotations: { "proxy.istio.io/config": 'proxyMetadata: {ISTIO_OUTBOUND_OWNER_GROUPS: "101"}' } },
    says: /sets ISTIO_OUTBOUND_OWNER_GROUPS.*only processes of some groups.*remove/,
    nearly: [
      { annotations: { "proxy.istio.io/config": 'proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true"}' } },
      { annotations: { "proxy.istio.io/config": 'runtimeValues: {ISTIO_OUTBOUND_OWNER_GROUPS: "101"}' } },
    ],
  },
  {
    id: "interception-variable",
    raised: {
      annotations: { "proxy.istio.io/config": 'proxyMetadata: {ISTIO_LOCAL_OUTBOUND_PORTS_EXCLUDE: "4317"}' },
    },
    says: /these ports bypass the sidecar/,
    nearly: [
      {
        annotations: {
          "proxy.istio.io/config": 'proxyMetadata: {ISTIO_LOCAL_OUTBOUND_PORTS_EXCLUDE: "4317"}',
          [EXCLUDE_PORTS]: "9000",
        },
      },
      { annotations: { "proxy.istio.io/config": 'proxyMetadata: {SKIP_RULE_APPLY: "false"}' } },
    ],
  },
  {
    // istio#32677: ports and ranges add up, which nobody expects.
    id: "replaced-ip-ranges",
    raised: { annotations: { [INCLUDE_RANGES]: "10.0.0.0/8" } },
    says: /10\.0\.0\.0\/8 went through the sidecar.*ports\.additional/,
    nearly: [{ annotations: { [INCLUDE_RANGES]: "*" } }, { annotations: { [INCLUDE_RANGES]: "" } }],
  },
  {
    // istio: the annotation of a pod takes the place of global.proxy.
    id: "mesh-wide-lists",
    raised: {
      others: [meshProxy({ excludeIPRanges: "10.0.0.1/32,10.96.0.1/32" })],
      config: { bypass: { ipRanges: ["10.96.0.1/32"] } },
    },
    says: /takes the place of global\.proxy\.excludeIPRanges of IstioOperator mesh, so that 10\.0\.0\.1\/32 is not excluded.*bypass\.ipRanges/,
    nearly: [
      { others: [meshProxy({ excludeIPRanges: "10.96.0.1/32" })], config: { bypass: { ipRanges: ["10.96.0.1/32"] } } },
      { others: [meshProxy({ excludeIPRanges: "10.96.0.1/32" })] },
      { others: [meshProxy({ excludeIPRanges: "" })], config: { bypass: { ipRanges: ["10.96.0.1/32"] } } },
    ],
  },
  {
    id: "mesh-wide-lists",
    raised: {
      others: [
        {
          ...resource("ConfigMap", "istio-sidecar-injector", "istio-system"),
          data: { values: JSON.stringify({ global: { proxy: { excludeInboundPorts: "9999" } } }) },
        },
      ],
      config: { ports: { excludeInbound: [8888] } },
    },
    says: /global\.proxy\.excludeInboundPorts of ConfigMap istio-sidecar-injector, so that 9999 .*ports\.excludeInbound/,
    nearly: [
      {
        others: [
          {
            ...resource("ConfigMap", "istio-sidecar-injector-other", "istio-system"),
            data: { values: JSON.stringify({ global: { proxy: { excludeInboundPorts: "9999" } } }) },
          },
          istioOperator({}),
        ],
        config: { ports: { excludeInbound: [8888] } },
      },
    ],
  },
  {
    // istio: pilot/pkg/model/proxy_config.go.
    id: "proxy-config-resource",
    raised: { others: [proxyConfig({ selector: { matchLabels: AGENT_LABELS }, ...WRITES_ELSEWHERE })] },
    says: /beats their annotation: .* to \/var\/certs, not to \/etc\/istio-output-certs.*certificates\.outputPath/,
    nearly: [
      { others: [proxyConfig(WRITES_ELSEWHERE)] },
      { others: [proxyConfig({ selector: { matchLabels: { app: "other" } }, ...WRITES_ELSEWHERE })] },
      { others: [proxyConfig({ selector: { matchLabels: AGENT_LABELS }, ...WRITES_ELSEWHERE }, "shop")] },
      {
        others: [proxyConfig({ selector: { matchLabels: AGENT_LABELS }, ...WRITES_ELSEWHERE })],
        config: { certificates: { outputPath: "/var/certs" } },
      },
    ],
  },
  {
    // uds-core#1445: in ambient mode all that Prometheus sends goes through ztunnel.
    id: "ambient",
    raised: {
      others: [namespaceOf("kyma-system", { "istio.io/dataplane-mode": "ambient" })],
      config: { trafficInterception: "Off" },
    },
    says: /namespace kyma-system puts the agent into the ambient mesh.*to none/,
    nearly: [
      { others: [namespaceOf("kyma-system", { "istio.io/dataplane-mode": "ambient" })] },
      {
        others: [namespaceOf("kyma-system", { "istio.io/dataplane-mode": "ambient" })],
        labels: { "istio.io/dataplane-mode": "none" },
        config: { trafficInterception: "Off" },
      },
      {
        others: [namespaceOf("kyma-system-2", { "istio.io/dataplane-mode": "ambient" })],
        config: { trafficInterception: "Off" },
      },
    ],
  },
  {
    id: "ambient",
    raised: { labels: { "istio.io/dataplane-mode": "ambient" }, config: { trafficInterception: "Off" } },
    says: /label of its pods/,
    nearly: [{ labels: { "istio.io/dataplane-mode": "ambient" } }],
  },
  {
    // kyma#14459: the operator limits the number of pipelines.
    id: "too-many-pipelines",
    raised: { others: ["a", "b", "c", "d", "e"].map((name) => pipeline(name)) },
    says: /there are 6 MetricPipelines.*serves the 5.*--unlimited-pipelines/,
    nearly: [
      { others: ["a", "b", "c", "d"].map((name) => pipeline(name)) },
      { others: ["a", "b", "c", "d", "d"].map((name) => pipeline(name)) },
    ],
  },
  {
    // istio#31726: another container is to write where the sidecar writes.
    id: "shared-volume",
    raised: {
      moreContainers: [{ name: "log-agent", volumeMounts: [{ name: "istio-certs", mountPath: "/work" }] }],
    },
    says: /log-agent mounts the volume istio-certs too.*readOnly: true/,
    nearly: [
      {
        moreContainers: [
          { name: "log-agent", volumeMounts: [{ name: "istio-certs", mountPath: "/work", readOnly: true }] },
        ],
      },
      { moreContainers: [{ name: "log-agent", volumeMounts: [{ name: "log-certs", mountPath: "/work" }] }] },
      {
        moreContainers: [{ name: "log-agent", volumeMounts: [{ name: "istio-certs", mountPath: "/work" }] }],
        config: { certificates: { volumeName: "metric-certs" } },
      },
    ],
  },
  {
    id: "target-allocator",
    raised: allocated(true),
    says: /pods of the target allocator get sidecar\.istio\.io\/userVolumeMount too and not the volume/,
    nearly: [allocated(false), allocated(true, { trafficInterception: "ExportOnly" })],
  },
  {
    // An operator sends such a MetricPipeline through its gateway, internal/reconciler/metricpipeline/reconciler.go.
    id: "missing-input",
    raised: { others: [without("bare", {})] },
    says: /spec\.input is left out.*same as input: \{\}.*gateway.*EnabledInputs.*All/,
    nearly: [
      { others: [without("bare", {})], config: { pipelines: { include: "EnabledInputs" } } },
      { others: [without("bare", {})], config: { pipelines: { include: "All" } } },
      { others: [pipeline("bare", {}, {})] },
      { others: [pipeline("bare", {}, { otlp: { enabled: true } })] },
      { others: [without("bare", {})], config: { trafficInterception: "Off" } },
    ],
  },
  {
    id: "missing-input",
    raised: { others: [without("bare", { input: null })] },
    says: /spec\.input is left out/,
    nearly: [],
  },
  {
    // telemetry-manager: apis/telemetry/v1beta1/shared_types.go, a CEL rule of OutputTLS.
    id: "refused-pipeline",
    raised: { others: [pipeline("refused", { tls: { cert: { value: "PEM" } } })] },
    says: /has one of cert and key.*API server refuses.*set both/,
    nearly: [
      { others: [pipeline("fine", { tls: { cert: { value: "PEM" }, key: { value: "PEM" } } })] },
      { others: [pipeline("of-the-gateway", { tls: { cert: { value: "PEM" } } }, {})] },
    ],
  },
  {
    // Kubernetes refuses it at the sync, argo-cd#12980.
    id: "nearly-right",
    raised: { others: [{ ...pipeline("slip"), kind: "MetricsPipeline" }] },
    says: /the kind MetricsPipeline is not MetricPipeline.*write kind: MetricPipeline/,
    nearly: [
      {
        others: [
          { ...pipeline("log"), kind: "LogPipeline" },
          { ...pipeline("trace"), kind: "TracePipeline" },
        ],
      },
      { others: [{ ...pipeline("list"), kind: "MetricPipelineList" }] },
      { others: [{ ...resource("StatefulSet", "agent", "kyma-system"), apiVersion: "apps/v1" }] },
      { others: [{ ...pipeline("local"), kind: "MetricsPipeline", metadata: LOCAL }] },
      { others: [{ ...resource("DaemonSet", "fluentd", "logs"), apiVersion: "extensions/v1beta1" }] },
    ],
  },
  {
    id: "nearly-right",
    raised: {
      others: [{ ...resource("DaemonSet", "telemetry-metric-agent", "old"), apiVersion: "extensions/v1beta1" }],
    },
    says: /the DaemonSet is of apiVersion extensions\/v1beta1.*write apiVersion: apps\/v1/,
    nearly: [],
  },
  {
    id: "nearly-right",
    raised: {
      others: [{ apiVersion: "intercept-backends.dev/v1", kind: "InterceptBackends", metadata: LOCAL, spec: {} }],
    },
    says: /InterceptBackends is of apiVersion intercept-backends\.dev\/v1,/,
    nearly: [
      { others: [{ apiVersion: "intercept-backends.dev/v1alpha1", kind: "InterceptBackends", metadata: LOCAL }] },
    ],
  },
  {
    // istio#39312: a misspelt name is dropped without a word.
    id: "unknown-annotation",
    raised: { others: [annotated("intercept-backends.dev/backend-port", "4317")] },
    says: /no annotation intercept-backends\.dev\/backend-port,.*write intercept-backends\.dev\/backend-ports, or/,
    nearly: [
      { others: [annotated("intercept-backends.dev/backend-ports", "4317")] },
      { others: [annotated("example.com/backend-port", "4317")] },
      { others: [annotated("intercept-backends.dev/backend-port", null)] },
    ],
  },
  {
    id: "unknown-annotation",
    raised: { annotations: { "intercept-backends.dev/backend-ports": "4317" } },
    says: /no annotation intercept-backends\.dev\/backend-ports on a DaemonSet.*on the MetricPipeline/,
    nearly: [],
  },
];

describe.each(EXAMPLES)("$id, $says", ({ id, raised, says, nearly }) => {
  test("is raised, once, with its id", () => {
    const problems = problemsOf(raised);
    expect(problems.map(({ severity }) => severity)).toEqual(["warning"]);
    expect(problems.map(({ cause, remedy }) => `${cause}; ${remedy}`)).toEqual([expect.stringMatching(says)]);
    expect(problems[0]?.remedy).toMatch(new RegExp(`\\[${id}\\]$`));
  });

  test("is not raised where it only nearly applies", () => {
    expect(nearly.map((parts) => problemsOf(parts))).toEqual(nearly.map(() => []));
  });

  test("can be off, and an error", () => {
    expect(problemsOf(atLevel(raised, id, "Off"))).toEqual([]);
    expect(problemsOf(atLevel(raised, id, "Error")).map(({ severity }) => severity)).toEqual(["error"]);
  });
});

test("an agent and backends of which nothing is to be warned raise nothing", () => {
  expect(problemsOf({})).toEqual([]);
});

test("each warning has an example, and a page with what, why and what to do", () => {
  expect([...new Set(EXAMPLES.map(({ id }) => id))]).toEqual(IDS);
  for (const id of IDS) {
    const page = readFileSync(new URL(`../../docs/warnings/${id}.md`, import.meta.url), "utf8");
    expect(page.split("\n")[0], id).toBe(`# ${id}`);
    expect(page.match(/^## .*$/gm), id).toEqual(["## What", "## Why", "## What to do", "## Where it happened"]);
  }
});

test("an id that does not exist is an error that names the nearest", () => {
  const problems = problemsOf({ config: { warnings: { "istio-prot": "Off" } } });
  expect(problems.map(({ severity, remedy }) => [severity, remedy])).toEqual([["error", "did you mean istio-port?"]]);
});
