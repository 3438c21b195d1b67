import { isRecord } from "../base/record.ts";
import { listAt, mapAt, valueAt } from "../telemetry/plain-data.ts";
import { isLoopback, readAddress } from "./address.ts";
import { componentType } from "./exporters.ts";
import { namedIn } from "./service.ts";
import { Text, textAt, textsAt, type Filled } from "./text.ts";

/** One connection that the agent opens to read something, by its configuration. */
export interface ConfigScrape {
  /** Who reads: `job pods`, `receiver kubeletstats`. */
  by: string;
  /** What is read, in a form that may be shown. */
  target: string;
  port: number;
  /** Absent where it is not known before the agent runs, or came from a Secret. */
  host?: string;
  scheme: "http" | "https" | "tcp";
}

/** What an agent reads, as far as its configuration says. */
export interface ConfigScrapes {
  targets: readonly ConfigScrape[];
  /** True where there is a job of Prometheus' at all. */
  hasJobs: boolean;
  /** True where a job takes its targets' ports from `prometheus.io/port`. */
  byAnnotation: boolean;
  /** Jobs whose targets only the cluster shows. */
  open: readonly string[];
  /** The folders from which jobs read certificates of the mesh, each once. */
  certificateFolders: readonly string[];
}

/** What a collector reads: the receivers and processors that its pipelines name. */
export function collectorScrapes(tree: unknown): ConfigScrapes {
  const receivers = [...namedIn(tree, "receivers").keys()].map((id) => ({
    id,
    fields: valueAt(tree, "receivers", id),
  }));
  const jobs = receivers
    .filter(({ id }) => componentType(id) === "prometheus")
    .flatMap(({ fields }) => listAt(fields, "config", "scrape_configs"));
  const others = receivers.flatMap(({ id, fields }) => receiverScrapes(id, fields));
  const metadata = [...namedIn(tree, "processors").keys()].flatMap((id) =>
    metadataScrapes(id, valueAt(tree, "processors", id)),
  );
  return { ...jobScrapes(jobs), targets: [...jobScrapes(jobs).targets, ...others, ...metadata] };
}

/** What the jobs of a Prometheus read (prometheus: config/config.go, scrape_configs). */
export function jobScrapes(jobs: readonly unknown[]): ConfigScrapes {
  const targets: ConfigScrape[] = [];
  const open: string[] = [];
  for (const job of jobs) {
    const by = `job ${textAt(job, "job_name")?.shown ?? "without a name"}`;
    const scheme = textAt(job, "scheme")?.value === "https" ? "https" : "http";
    for (const text of listAt(job, "static_configs").flatMap((each) => textsAt(each, "targets"))) {
      targets.push(...scrapeAt(by, text, scheme, scheme === "https" ? 443 : 80));
    }
    const roles = listAt(job, "kubernetes_sd_configs").flatMap((each) => textAt(each, "role")?.value ?? []);
    if (roles.includes("node")) targets.push({ by, target: "kubelet", port: KUBELET, scheme: "https" });
    const isFound = Object.keys(mapAt(job)).some((key) => key.endsWith("_sd_configs"));
    if (isFound && !roles.every((role) => role === "node") && !takesAnnotatedPort(job)) open.push(by);
  }
  return {
    targets,
    open,
    hasJobs: jobs.length > 0,
    byAnnotation: jobs.some(takesAnnotatedPort),
    certificateFolders: [...new Set(jobs.flatMap((job) => folderOf(job) ?? []))],
  };
}

/** The kubelet's port, of nodes as Prometheus discovers them too (prometheus: discovery/kubernetes/node.go). */
const KUBELET = 10250;

/** The port that the relabelling of a job takes is that of an annotation. */
function takesAnnotatedPort(job: unknown): boolean {
  const labels = listAt(job, "relabel_configs").flatMap((rule) => textsAt(rule, "source_labels"));
  return labels.some(({ value }) => /_annotation_prometheus_io_(?:port|scrape)$/.test(value));
}

/** The file that a sidecar writes the certificate to (istio: pkg/security, OUTPUT_CERTS). */
const CERTIFICATE = "/cert-chain.pem";

function folderOf(job: unknown): string | undefined {
  const file = (textAt(job, "tls_config", "cert_file") ?? textAt(job, "tlsConfig", "certFile"))?.value;
  return file?.endsWith(CERTIFICATE) ? file.slice(0, -CERTIFICATE.length) : undefined;
}

/** Receivers that dial what their own fields name; without one the kubelet is that of the node (receiver/kubeletstatsreceiver). */
function receiverScrapes(id: string, fields: unknown): ConfigScrape[] {
  const by = `receiver ${id}`;
  const type = componentType(id);
  if (type === "kubeletstats") {
    const text = textAt(fields, "endpoint");
    const found = text ? scrapeAt(by, withoutScheme(text), "https", KUBELET) : [];
    return found.length > 0 ? found : [{ by, target: "kubelet", port: KUBELET, scheme: "https" }];
  }
  if (type === "httpcheck") {
    const targets = listAt(fields, "targets").flatMap((target) => [
      ...textsAt(target, "endpoint"),
      ...textsAt(target, "endpoints"),
    ]);
    return targets.flatMap((text) => urlScrape(by, text));
  }
  if (["redis", "postgresql", "mysql", "memcached"].includes(type)) {
    const text = textAt(fields, "endpoint");
    return text ? scrapeAt(by, text, "tcp", undefined) : [];
  }
  return [];
}

/** Clouds tell a node about itself at an address of their own (processor/resourcedetectionprocessor). */
function metadataScrapes(id: string, fields: unknown): ConfigScrape[] {
  if (componentType(id) !== "resourcedetection") return [];
  const isCloud = textsAt(fields, "detectors").some(({ value }) =>
    ["ec2", "eks", "gcp", "azure", "aks"].includes(value),
  );
  const host = "169.254.169.254";
  return isCloud ? [{ by: `processor ${id}`, target: `${host}:80`, host, port: 80, scheme: "http" }] : [];
}

function withoutScheme(text: Filled): Filled {
  return { ...text, value: text.value.replace(/^https?:\/\//, "") };
}

function urlScrape(by: string, text: Filled): ConfigScrape[] {
  const scheme = text.value.startsWith("https:") ? "https" : "http";
  const reading = readAddress(text, "url");
  return reading.kind === "dialled" ? [scrapeOf(by, text, scheme, reading)] : [];
}

function scrapeAt(by: string, text: Filled, scheme: ConfigScrape["scheme"], port: number | undefined): ConfigScrape[] {
  const reading = readAddress(text, "host:port", port);
  return reading.kind === "dialled" ? [scrapeOf(by, text, scheme, reading)] : [];
}

function scrapeOf(
  by: string,
  { shown, isSecret }: Filled,
  scheme: ConfigScrape["scheme"],
  { port, host }: { port: number; host?: string },
): ConfigScrape {
  const own = host === undefined || isSecret || isLoopback(host) ? {} : { host };
  return { by, target: shown ?? `<from Secret>:${port}`, port, ...own, scheme };
}

/** The jobs of a file of Prometheus', and what stands in their place in a resource of an operator. */
export function prometheusJobs(tree: unknown, path: readonly string[]): unknown[] {
  const fields = valueAt(tree, ...path);
  const classes = listAt(fields, "scrapeClasses").filter((each) => isRecord(each) && !(each instanceof Text));
  return [...listAt(fields, "scrape_configs"), ...classes];
}
