import { describe, expect, it } from "vitest";
import { explainFiles } from "../../src/cli/explain.ts";
import { oneFile } from "../stream/open.ts";
import { runAgent, runItems, type AgentParts } from "./agent.ts";

/** A collector that pushes to port 9100 of the mesh and has these receivers, processors and jobs. */
function reading(receivers: object, processors: object = {}): string {
  return JSON.stringify({
    receivers,
    processors,
    exporters: { otlp: { endpoint: "mesh.b:9100" } },
    service: {
      pipelines: {
        metrics: { receivers: Object.keys(receivers), processors: Object.keys(processors), exporters: ["otlp"] },
      },
    },
  });
}

function jobs(...all: object[]): string {
  return reading({ prometheus: { config: { scrape_configs: all } } });
}

const BY_ANNOTATION = {
  job_name: "annotated",
  kubernetes_sd_configs: [{ role: "pod" }],
  relabel_configs: [{ source_labels: ["__address__", "__meta_kubernetes_pod_annotation_prometheus_io_port"] }],
};

const EXPORTER = {
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    name: "node-exporter",
    namespace: "monitoring",
    annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": "9100" },
  },
  spec: { ports: [{ port: 9100 }] },
};

function raised(parts: AgentParts): string[] {
  return runAgent(parts).warnings.filter((each) => each.includes("[scrape-port]"));
}

describe("scrape-port", () => {
  it.each([
    ["a static target", jobs({ job_name: "nodes", static_configs: [{ targets: ["node-1:9100", "node-2:9090"] }] })],
    ["a check over HTTP", reading({ httpcheck: { targets: [{ endpoint: "http://shop.b:9100/health" }] } })],
    ["a database", reading({ redis: { endpoint: "redis.b:9100" } })],
  ])("names %s", (_, config) => {
    expect(raised({ config })).toEqual([
      expect.stringMatching(/port 9100 is intercepted for every destination.*scrapes of /),
    ]);
  });

  it("names what is annotated where a job goes by that", () => {
    expect(raised({ config: jobs(BY_ANNOTATION), others: [EXPORTER] })).toEqual([
      expect.stringMatching(/the scrapes of Service monitoring\/node-exporter go through/),
    ]);
    expect(
      raised({ config: jobs({ job_name: "x", kubernetes_sd_configs: [{ role: "pod" }] }), others: [EXPORTER] }),
    ).toEqual([]);
  });

  it("leaves out targets on other ports, on the pod itself, and of receivers that no pipeline names", () => {
    const idle = reading({ otlp: {} })
      .replace('"otlp":{}', '"otlp":{},"redis":{"endpoint":"redis.b:9100"}')
      .replace('["otlp","redis"]', '["otlp"]');
    const configs = [
      jobs({ job_name: "other", static_configs: [{ targets: ["node-1:9101"] }] }),
      jobs({ job_name: "self", static_configs: [{ targets: ["localhost:9100"] }] }),
      idle,
    ];
    for (const config of configs) expect(raised({ config })).toEqual([]);
  });
});

function meta(name: string, labels: object = {}): object {
  return { name, namespace: "monitoring", labels };
}

describe("monitors", () => {
  const monitor = (kind: string, spec: object, labels: object = { team: "a" }): object => ({
    apiVersion: "monitoring.coreos.com/v1",
    kind,
    metadata: meta(kind.toLowerCase(), labels),
    spec,
  });
  const items = [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: meta("shop", { app: "shop" }),
      spec: { selector: { app: "shop" }, ports: [{ name: "web", port: 80, targetPort: "metrics" }] },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: meta("shop"),
      spec: {
        template: {
          metadata: { labels: { app: "shop" } },
          spec: { containers: [{ name: "c", ports: [{ name: "metrics", containerPort: 9009 }] }] },
        },
      },
    },
  ];
  const warned = (agent: object, ...monitors: object[]): string[] => {
    const of = {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "Prometheus",
      metadata: meta("agent"),
      spec: { remoteWrite: [{ url: "http://mimir.b:9009/push" }], ...agent },
    };
    const { warnings, errors } = runItems([of, ...items, ...monitors], { agent: { name: "agent" } });
    expect(errors).toEqual([]);
    return warnings.filter((each) => each.includes("[scrape-port]"));
  };
  const service = { selector: { matchLabels: { app: "shop" } }, endpoints: [{ port: "web" }] };
  const pod = {
    selector: { matchExpressions: [{ key: "app", operator: "In", values: ["shop"] }] },
    podMetricsEndpoints: [{ port: "metrics" }],
  };

  it("that the agent selects name the ports of Services and pods", () => {
    expect(warned({ serviceMonitorSelector: {} }, monitor("ServiceMonitor", service))).toEqual([
      expect.stringMatching(/scrapes of Deployment\/shop \(ServiceMonitor servicemonitor\)/),
    ]);
    expect(warned({ podMonitorSelector: { matchLabels: { team: "a" } } }, monitor("PodMonitor", pod))).toEqual([
      expect.stringMatching(/scrapes of Deployment\/shop \(PodMonitor/),
    ]);
  });

  it("that it does not select, or that select something else, name none", () => {
    expect(warned({}, monitor("ServiceMonitor", service))).toEqual([]);
    expect(
      warned({ serviceMonitorSelector: { matchLabels: { team: "b" } } }, monitor("ServiceMonitor", service)),
    ).toEqual([]);
    const other = { ...service, selector: { matchLabels: { app: "other" } } };
    expect(warned({ serviceMonitorSelector: {} }, monitor("ServiceMonitor", other))).toEqual([]);
    const elsewhere = { ...service, namespaceSelector: { matchNames: ["prod"] } };
    expect(warned({ serviceMonitorSelector: {} }, monitor("ServiceMonitor", elsewhere))).toEqual([]);
  });
});

describe("explain", () => {
  it("lists what the configuration reads", async () => {
    const config = reading(
      {
        prometheus: {
          config: {
            scrape_configs: [
              {
                job_name: "static",
                scheme: "https",
                static_configs: [{ targets: ["api.shop.svc:8443", "plain.shop.svc"] }],
              },
              { job_name: "nodes", kubernetes_sd_configs: [{ role: "node" }] },
              { job_name: "pods", kubernetes_sd_configs: [{ role: "pod" }] },
              BY_ANNOTATION,
            ],
          },
        },
        kubeletstats: { endpoint: "${env:NODE}:10250" },
      },
      { resource_detection: { detectors: ["env", "ec2"] } },
    );
    const items = [
      {
        apiVersion: "intercept-backends.dev/v1alpha1",
        kind: "InterceptBackends",
        metadata: { name: "config" },
        spec: { agent: { name: "agent" } },
      },
      EXPORTER,
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "m" }, data: { relay: config } },
      {
        apiVersion: "apps/v1",
        kind: "DaemonSet",
        metadata: { name: "agent", namespace: "m" },
        spec: {
          template: {
            spec: {
              containers: [
                { name: "otc", args: ["--config=/c/relay"], volumeMounts: [{ name: "c", mountPath: "/c" }] },
              ],
              volumes: [{ name: "c", configMap: { name: "c" } }],
            },
          },
        },
      },
    ];
    const list = JSON.stringify({ apiVersion: "config.kubernetes.io/v1", kind: "ResourceList", items });
    const { text } = await explainFiles(oneFile(list), { format: "json", withColour: false });
    const { flows, gaps } = JSON.parse(text) as {
      flows: { kind: string; by: string; target: string; port: number }[];
      gaps: string[];
    };
    const scrapes = flows.filter(({ kind }) => kind === "scrape").map(({ by, target, port }) => [by, target, port]);
    expect(scrapes).toEqual([
      ["job static", "api.shop.svc:8443", 8443],
      ["job static", "plain.shop.svc", 443],
      ["job nodes", "kubelet", 10250],
      ["receiver kubeletstats", "${env:NODE}:10250", 10250],
      ["processor resource_detection", "169.254.169.254:80", 80],
      ["jobs by annotation", "Service/monitoring/node-exporter", 9100],
    ]);
    expect(gaps).toContainEqual(expect.stringMatching(/^job pods: its targets are those that it finds/));
  });
});

function job(folder: string): object {
  return { job_name: folder, tls_config: { cert_file: `${folder}/cert-chain.pem` } };
}

function mount(output: string): string | undefined {
  return /"mountPath": "([^"]*cert[^"]*)"/.exec(output)?.[1];
}

describe("the folder of the certificates", () => {
  it("is the one that jobs read, where none is mounted and none is set", () => {
    expect(mount(runAgent({ config: jobs(job("/etc/istio-certs")) }).output)).toBe("/etc/istio-certs");
    expect(mount(runAgent({ config: jobs() }).output)).toBe("/etc/prom-certs/");
    const spec = { certificates: { mountPath: "/etc/certs" } };
    expect(mount(runAgent({ config: jobs(job("/etc/istio-certs")), spec }).output)).toBe("/etc/certs");
  });

  it("is an error where jobs read several", () => {
    const { errors } = runAgent({ config: jobs(job("/etc/a-certs"), job("/etc/b-certs")) });
    expect(errors).toEqual([expect.stringMatching(/from several folders: \/etc\/a-certs, \/etc\/b-certs/)]);
    expect(runAgent({ config: jobs(job("/etc/a-certs"), job("/conf/b")) }).errors).toEqual([]);
  });

  it("counts for PrometheusInputScrapeOnly, too: it is on while there are jobs", () => {
    const spec = { trafficInterception: "PrometheusInputScrapeOnly" };
    expect(runAgent({ config: jobs(job("/etc/istio-certs")), spec }).ports).toBe("9100");
    expect(runAgent({ config: reading({ otlp: {} }), spec }).ports).toBeUndefined();
  });
});
