/**
 * The function config as one zod schema: types, validation, defaults, JSON Schema and the reference in
 * `docs/function-config.md` all come from it.
 *
 * What zod's types cannot say stands in two registries: `notes` (what a field means) on the outermost schema of
 * each field, `rules` (what a value must be, in words) on the schema of the value.
 */
import * as z from "zod/mini";
import { apiVersion, defaultMountPath, defaultOutputPath, defaultVolumeName, kind, stockAgent } from "./constants.ts";

/** What a field means to the person who writes it; `description` and `examples` go into the JSON Schema as they are. */
interface Notes {
  description: string;
  examples?: unknown[];
  /** What holds if the field is absent, for a field without a default value. */
  whenAbsent?: string;
  /** The sibling that this field stands in for: both together are an error. */
  insteadOf?: string;
}

/** What a value must be, for a sentence: "70000 is not {expected}; write one such as {example}". */
interface Rule {
  expected: string;
  example: unknown;
  /** Corrects the usual slip; the result is proposed where it is valid. */
  correct?: (text: string) => string;
}

/** The meaning of each field and group, keyed by its outermost schema. */
export const notes = z.registry<Notes>();

/** The words for each kind of value, keyed by the value's schema. */
export const rules = z.registry<Rule>();

const toLowerCase = (text: string) => text.toLowerCase();

const port = z
  .int()
  .check(z.gte(1), z.lte(65535))
  .register(rules, { expected: "a port number from 1 to 65535", example: 4317 });

const dnsLabel = z
  .string()
  .check(z.maxLength(63), z.regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/))
  .register(rules, {
    expected: "a name of at most 63 lower-case letters, digits and dashes",
    example: "istio-certs",
    correct: toLowerCase,
  });

const dnsName = z
  .string()
  .check(z.maxLength(253), z.regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/))
  .register(rules, {
    expected: "a name of at most 253 lower-case letters, digits, dashes and dots",
    example: "metric-agent",
    correct: toLowerCase,
  });

// The injector refuses a bare address, spaces and `*` in excludeOutboundIPRanges (istio: pkg/kube/inject/validate.go).
// zod takes a fraction for the length of an IPv6 prefix.
const ipRange = z.union([z.cidrv4(), z.cidrv6().check(z.refine((range) => /\/\d+$/.test(range)))]).register(rules, {
  expected: "an IP range in CIDR form",
  example: "10.96.0.1/32",
  correct: (text) => `${text}/${text.includes(":") ? 128 : 32}`,
});

// Kubernetes refuses a mountPath with ":" (k8s.io/kubernetes: pkg/apis/core/validation, validateVolumeMounts).
const absolutePath = z
  .string()
  .check(z.regex(/^(?!.*\/\.\.(?:\/|$))\/+[^/:\x00-\x1f][^:\x00-\x1f]*$/))
  .register(rules, {
    expected: 'an absolute path below "/" without ".." and ":"',
    example: "/etc/certs",
    correct: (text) => `/${text}`,
  });

const labelKey = z
  .string()
  .check(
    z.maxLength(317),
    z.regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/),
  )
  .register(rules, { expected: "a label key", example: "app.kubernetes.io/name" });

const labelValue = z
  .string()
  .check(z.regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/))
  .register(rules, {
    expected: "a label value (text of at most 63 letters, digits, dashes, dots and underscores)",
    example: "metric-agent",
  });

const componentId = z
  .string()
  .check(z.regex(/^[^\s.][^\s]*$/))
  .register(rules, { expected: "a component id", example: "otlp/mesh" });

/** A label selector; an empty one would match everything, so it must name a label. */
function selector(whose: string) {
  const matchLabels = z
    .record(labelKey, labelValue)
    .check(z.refine((labels) => Object.keys(labels).length > 0))
    .register(rules, { expected: "a map of at least one label", example: { "app.kubernetes.io/name": "metric-agent" } })
    .register(notes, {
      description: `Labels that ${whose} must all have.`,
      examples: [{ "app.kubernetes.io/name": "metric-agent" }],
    });
  return z.strictObject({ matchLabels });
}

/** A list of `item` that is empty unless something is given. */
function listOf<Item extends typeof port | typeof ipRange>(item: Item, items: string, example: unknown) {
  return z._default(plainListOf(item, items, example), []);
}

function plainListOf<Item extends typeof port | typeof ipRange>(item: Item, items: string, example: unknown) {
  return z.array(item).register(rules, { expected: `a list of ${items}`, example: [example] });
}

const agent = z.strictObject({
  name: z._default(dnsName, stockAgent).register(notes, {
    description:
      "Name of the agent's workload: its present name, a name it had before kustomize renamed it, or the value of the label `app.kubernetes.io/name`, its own or that of its pods. Exactly one workload must match.",
  }),
  kind: z
    .optional(
      z.enum([
        "DaemonSet",
        "Deployment",
        "StatefulSet",
        "OpenTelemetryCollector",
        "Prometheus",
        "PrometheusAgent",
        "VMAgent",
      ]),
    )
    .register(notes, {
      description: "Kind of the agent's workload.",
      examples: ["Deployment"],
      whenAbsent: `a DaemonSet for the name \`${stockAgent}\`, else any of these kinds`,
    }),
  namespace: z.optional(dnsLabel).register(notes, {
    description: "Namespace of the agent's workload.",
    examples: ["kyma-system"],
    whenAbsent: "any namespace",
  }),
  selector: z.optional(selector("the agent's workload")).register(notes, {
    description: "Finds the agent's workload by its labels.",
    whenAbsent: "the name decides",
    insteadOf: "name",
  }),
  container: z.optional(dnsLabel).register(notes, {
    description: "The agent's container, which gets the certificates.",
    examples: ["collector"],
    whenAbsent: "the only container, else `collector`, else `metric-agent`, else an error that lists the containers",
  }),
});

const pipelines = z.strictObject({
  selector: z.optional(selector("a MetricPipeline")).register(notes, {
    description: "Takes only some of the MetricPipelines into account.",
    whenAbsent: "all pipelines",
  }),
  include: z._default(z.enum(["AgentInputs", "EnabledInputs", "All"]), "AgentInputs").register(notes, {
    description:
      "Which MetricPipelines the agent exports for. `AgentInputs` leaves out a pipeline only if its `spec.input` is there and enables none of runtime, prometheus and istio; `EnabledInputs`, the operator's view, leaves out one without `spec.input` as well; `All` leaves out none.",
  }),
});

const ports = z.strictObject({
  additional: listOf(port, "port numbers", 4317).register(notes, {
    description: "Ports that are always intercepted, besides those of the backends (an OTLP gateway, for example).",
    examples: [[4317]],
  }),
  exporters: z
    ._default(
      z.record(componentId, plainListOf(port, "port numbers", 4317)).register(rules, {
        expected: "a map of lists of port numbers",
        example: { "otlp/mesh": [4317] },
      }),
      {},
    )
    .register(notes, {
      description:
        "Ports of exporters, or other components that push, of the agent's own configuration by their ids. They take the place of what the configuration says; an empty list is for one that needs none.",
      examples: [{ "otlp/mesh": [4317] }],
    }),
  excludeInbound: z.optional(plainListOf(port, "port numbers", 8888)).register(notes, {
    description:
      "Ports added to what `excludeInboundPorts` of the pods already lists (the annotation takes the place of `global.proxy.excludeInboundPorts` of the mesh), so that they are reached past the sidecar: those of the agent's own metrics, which scrapers without a sidecar read. A list that is given, an empty one too, takes the place of the default, and what the default had added is taken back.",
    examples: [[8888]],
    whenAbsent:
      "the port that a Service of the input which selects the agent has scraped (`prometheus.io/scrape`) with `prometheus.io/scheme: http`; no port without such a Service",
  }),
  existing: z._default(z.enum(["Replace", "Keep"]), "Replace").register(notes, {
    description:
      "What happens to ports that `includeOutboundPorts` already lists and no backend asks for. `Replace` drops them and names them in a result; `Keep` leaves them.",
  }),
  socketLoadBalancer: z._default(z.boolean(), false).register(notes, {
    description:
      "`true` lists the targetPort of a backend's Service too, for clusters that balance at the socket (Cilium in place of kube-proxy).",
  }),
});

const backends = z.strictObject({
  source: z._default(z.enum(["Auto", "MetricPipelines", "AgentConfig"]), "Auto").register(notes, {
    description:
      "What says where the agent pushes. `MetricPipelines`: those of the input. `AgentConfig`: the agent's own configuration, which its container or its custom resource names. `Auto`: the MetricPipelines where any of the input is for the agent, else its configuration where there is one; the configuration for a resource of an operator.",
  }),
  scope: z.optional(z.enum(["All", "InCluster"])).register(notes, {
    description:
      "Whose ports are intercepted: those of all backends, or only of those that are not certainly outside of the cluster, since a port counts for every destination and outside a sidecar has little to add. A host that cannot be placed, and one that a ServiceEntry names, counts as inside.",
    examples: ["InCluster"],
    whenAbsent: "`All` for MetricPipelines, `InCluster` for the agent's configuration",
  }),
});

const bypass = z.strictObject({
  ipRanges: listOf(ipRange, "IP ranges in CIDR form", "10.96.0.1/32").register(notes, {
    description:
      "IP ranges that are added to what `excludeOutboundIPRanges` of the pods already lists (that of the Kubernetes API server if a backend's port is 443, for example). The annotation takes the place of the mesh's own list, `global.proxy.excludeIPRanges`.",
    examples: [["10.96.0.1/32"]],
  }),
});

// Istio pastes the path between double quotes (istio: istio-discovery/files/injection-template.yaml).
const outputPath = z
  .string()
  .check(z.regex(/^(?!.*\/\.\.(?:\/|$))\/+[^/:"\\\x00-\x1f][^:"\\\x00-\x1f]*$/))
  .register(rules, {
    expected: 'an absolute path below "/" without "..", ":", quotes and backslashes',
    example: defaultOutputPath,
    correct: (text) => `/${text}`,
  });

const certificates = z.strictObject({
  volumeName: z.optional(dnsLabel).register(notes, {
    description: "Volume by which the sidecar hands its certificates to the agent.",
    examples: [defaultVolumeName],
    whenAbsent: `the volume into which the sidecar already writes them for the agent, else \`${defaultVolumeName}\``,
  }),
  mountPath: z.optional(absolutePath).register(notes, {
    description: "Where the agent's container finds the certificates.",
    examples: [defaultMountPath],
    whenAbsent: `where the container already mounts the volume, else \`${defaultMountPath}\``,
  }),
  outputPath: z.optional(outputPath).register(notes, {
    description: "Where the sidecar writes the certificates, inside its own container.",
    examples: [defaultOutputPath],
    whenAbsent: `where the sidecar already writes them into a volume, else \`${defaultOutputPath}\``,
  }),
  medium: z._default(z.enum(["Memory", ""]), "Memory").register(notes, {
    description: 'Medium of the volume: `"Memory"`, or `""` for the node\'s disk.',
  }),
});

const endpoints = z.strictObject({
  unresolved: z._default(z.enum(["Error", "Warn"]), "Error").register(notes, {
    description:
      "What an endpoint that cannot be read at build time is: an error, or a warning with its port left out.",
  }),
  oauth2TokenEndpoints: z._default(z.enum(["InCluster", "All", "Off"]), "InCluster").register(notes, {
    description:
      "Whose ports are intercepted besides those of the backends: of OAuth2 token endpoints in the cluster, so that the sidecar brings mTLS to them, of `All`, or of none. In the cluster is a host of one label, one that ends with `.svc` or goes on behind it, and one that a Service or Namespace of the input or a mesh-internal ServiceEntry shows to be there.",
  }),
});

const severity = z.enum(["Error", "Warn", "Off"]);

/** A warning of src/lint by its id, which is stable; the description is also its line in docs/warnings. */
function warning(description: string, level: "Warn" | "Off" = "Warn") {
  return z._default(severity, level).register(notes, { description });
}

const warnings = z.strictObject({
  "istio-port": warning("A port of Istio's own is to be intercepted."),
  "api-server-port": warning("A backend's port 443 captures the agent's calls to the Kubernetes API server too."),
  "excluded-port": warning("A backend's port stands in `excludeOutboundPorts`, which wins."),
  "excluded-backend": warning("A backend's address lies in `excludeOutboundIPRanges`, which wins over its port."),
  "interception-mode-none": warning("`interceptionMode` is `NONE`, so that nothing is intercepted."),
  "host-network": warning("The agent is in the network of its host, where no sidecar is injected."),
  "never-injected-namespace": warning("The agent is in a namespace where Istio never injects a sidecar."),
  "templates-without-sidecar": warning("`inject.istio.io/templates` leaves out the sidecar."),
  "runs-as-proxy": warning("The collector runs as uid or gid 1337, whose traffic is never intercepted."),
  "own-proxy-container": warning(
    "The agent's pods bring a container `istio-proxy` of their own with another identity than the injected one.",
  ),
  "inject-annotation": warning("The legacy annotation refuses the sidecar that the label asks for."),
  "revision-only": warning("Istio is installed by revisions alone, and nothing names one for the agent."),
  "plaintext-outside": warning(
    "Metrics, or the secret of an OAuth2 client, leave the cluster over `http://`, which no sidecar encrypts.",
  ),
  "sidecar-egress": warning("A `Sidecar` resource holds for the agent and leaves out a backend's host."),
  "certificate-folder": warning("The collector reads the mesh certificates from a folder where they are not mounted."),
  "moved-certificates": warning("A setting moves the certificates, and something still goes by the old place."),
  "no-wait-for-sidecar": warning("The collector does not wait until its sidecar runs.", "Off"),
  "token-endpoint": warning("An OAuth2 token endpoint in the mesh is called past the sidecar."),
  "token-endpoint-unknown": warning(
    "The port of an OAuth2 token endpoint, or whether it is in the cluster, cannot be told.",
  ),
  "scrape-port": warning("A port that is intercepted for a backend is scraped as well."),
  "scrape-tls": warning(
    "A Service is scraped with TLS that its sidecars do not end, or in plain text that they refuse.",
  ),
  "prometheus-port": warning(
    "Istio refuses the `prometheus.io/port` of a pod in the mesh, or nobody reads it as a port.",
  ),
  "registry-only": warning("A backend outside of the cluster has no ServiceEntry, and the mesh lets nothing else out."),
  "target-port": warning(
    "A backend's Service leads to another port, which counts where connections are balanced at the socket.",
  ),
  "udp-port": warning("A backend's Service serves the port over UDP alone."),
  "metrics-port": warning(
    "The agent's own metrics are scraped over http, and its sidecar refuses scrapers without one where it is STRICT.",
  ),
  "network-policy": warning(
    "NetworkPolicies that select the agent keep out its sidecar's metrics, or keep in what goes to a backend.",
  ),
  "managed-agent": warning("An operator owns the agent and reverts what Git says of it."),
  "refused-annotation": warning("Istio refuses the agent's pods because of an annotation."),
  "ignored-proxy-config": warning("Something in `proxy.istio.io/config` does nothing, or not what it says."),
  "interception-variable": warning("A variable of `proxyMetadata` changes what is intercepted."),
  "replaced-ip-ranges": warning("`includeOutboundIPRanges` named destinations, and the rewrite empties it."),
  "mesh-wide-lists": warning("An annotation takes the place of a list of the whole mesh and leaves out some of it."),
  "proxy-config-resource": warning("A `ProxyConfig` that selects the agent has the certificates written elsewhere."),
  ambient: warning("Without a sidecar the agent is in the ambient mesh, which takes its scrapes too."),
  "too-many-pipelines": warning("There are more MetricPipelines than the operator serves."),
  "shared-volume": warning("Another container of the agent's pods may write into the volume of the certificates."),
  "target-allocator": warning(
    "The target allocator of an OpenTelemetryCollector gets the annotation of the certificates' volume without the volume.",
  ),
  "missing-input": warning("A MetricPipeline leaves out `spec.input`, which an operator takes for the gateway alone."),
  "refused-pipeline": warning("The API server refuses a MetricPipeline because of one of its fields."),
  "nearly-right": warning("A resource is nearly a MetricPipeline, the agent's workload or an InterceptBackends."),
  "unknown-annotation": warning("An annotation `intercept-backends.dev/…` is not one that this function knows."),
});

function group<Fields extends z.ZodMiniObject>(fields: Fields, description: string): z.ZodMiniPrefault<Fields> {
  const schema = z.prefault(fields, {} as z.input<Fields>);
  notes.add(schema, { description });
  return schema;
}

/** The settings as a person writes them under `spec`; every one may be left out. */
export const spec = z.strictObject({
  agent: group(agent, "Which workload is the metric agent."),
  backends: group(backends, "Where the agent pushes to."),
  pipelines: group(pipelines, "Which MetricPipelines count."),
  trafficInterception: z
    ._default(z.enum(["On", "PrometheusInputScrapeOnly", "ExportOnly", "Off"]), "On")
    .register(notes, {
      description:
        "When the agent is in the mesh. `On`: always, with the backends' ports intercepted and the certificates for scraping. `PrometheusInputScrapeOnly`: the same, but only while a MetricPipeline enables the prometheus input, else as `Off`. `ExportOnly`: the ports without the certificates. `Off`: never, and what this function wrote before is removed. Put the value in quotes: some YAML readers take On and Off for booleans.",
    }),
  ports: group(ports, "Ports besides those of the backends."),
  bypass: group(bypass, "Destinations that are never intercepted."),
  certificates: group(certificates, "How the agent gets the mesh certificates for scraping STRICT workloads."),
  endpoints: group(endpoints, "How endpoints are read."),
  warnings: group(
    warnings,
    "How severe each warning is, by its id. `Error` changes nothing where it is raised, `Off` does not look for it. [warnings](warnings/README.md) says what each one means.",
  ),
});

/** The whole function config, as it is in a file. */
export const interceptBackends = z.strictObject({
  apiVersion: z.literal(apiVersion).register(notes, { description: "Version of the function config." }),
  kind: z.literal(kind).register(notes, { description: "Kind of the function config." }),
  metadata: z.optional(z.looseObject({ name: z.optional(z.string()) })).register(notes, {
    description: "Kubernetes metadata. kpt and kustomize ask for a name; the function itself reads nothing here.",
  }),
  spec: z.prefault(spec, {}).register(notes, { description: "The settings; each may be left out." }),
});

/**
 * The settings of a run with all defaults filled in. Where absence has a meaning of its own the field stays optional:
 * `backends.scope`, `agent.kind`, `agent.namespace`, `agent.selector` (when there, it decides and `agent.name` does not), `agent.container`,
 * `pipelines.selector`, `ports.excludeInbound` (the stream decides then), `certificates.mountPath` (see
 * {@link defaultMountPath}).
 */
export type Settings = z.output<typeof spec>;
