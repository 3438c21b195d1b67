import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fieldsOf } from "../../src/config/fields.ts";
import { spec } from "../../src/config/table.ts";
import type { Parts } from "./stream.ts";
import { problemsOf } from "./stream.ts";

const IDS = fieldsOf(spec).flatMap(({ path: [group, id] }) => (group === "warnings" && id !== undefined ? [id] : []));

const EXCLUDE_PORTS = "traffic.sidecar.istio.io/excludeOutboundPorts";
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

function service(namespace: string, name: string, clusterIP: string): object {
  return { apiVersion: "v1", kind: "Service", metadata: { namespace, name }, spec: { clusterIP } };
}

function atLevel(parts: Parts, id: string, level: string): Parts {
  return { ...parts, config: { ...parts.config, warnings: { [id]: level } } };
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
    // pkg/kube/inject/webhook.go, selectTemplates: the annotation takes the place of the default, the sidecar.
    id: "templates-without-sidecar",
    raised: { annotations: { "inject.istio.io/templates": "grpc-agent" } },
    says: /leaves out "sidecar".*in front/,
    nearly: [{ annotations: { "inject.istio.io/templates": "sidecar, spire" } }],
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
    // istio#10528: the scraper starts before the certificates exist.
    id: "no-wait-for-sidecar",
    raised: { config: { warnings: { "no-wait-for-sidecar": "Warn" } } },
    says: /does not wait.*holdApplicationUntilProxyStarts/,
    nearly: [
      {},
      {
        annotations: { "proxy.istio.io/config": "holdApplicationUntilProxyStarts: true" },
        config: { warnings: { "no-wait-for-sidecar": "Warn" } },
      },
    ],
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
