// ResourceLists of any length, always the same bytes: what kpt hands to a function for a package of Deployments, with the
// agent and its pipelines among them and the function config behind.
import { closeSync, existsSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";

/** The path of a file with a stream of `count` items in block style; written on the first call. */
export function blockStream(folder, count) {
  return onceWritten(join(folder, `block-${count}.yaml`), function* () {
    yield "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n";
    for (const item of items(count)) yield `- ${indented(lines(item))}\n`;
    yield `functionConfig:\n  ${indented(lines(functionConfig))}\n`;
  });
}

/** The same as one line of JSON, as `kubectl` and scripts write it. */
export function jsonStream(folder, count) {
  return onceWritten(join(folder, `json-${count}.json`), function* () {
    yield '{"apiVersion":"config.kubernetes.io/v1","kind":"ResourceList","items":[';
    let separator = "";
    for (const item of items(count)) {
      yield separator + JSON.stringify(item);
      separator = ",";
    }
    yield `],"functionConfig":${JSON.stringify(functionConfig)}}\n`;
  });
}

/** The same in flow style with as few quotes as possible, a line for each resource: YAML that is not JSON. */
export function flowStream(folder, count) {
  return onceWritten(join(folder, `flow-${count}.yaml`), function* () {
    yield "{apiVersion: config.kubernetes.io/v1, kind: ResourceList, items: [";
    let separator = "\n  ";
    for (const item of items(count)) {
      yield separator + flow(item);
      separator = ",\n  ";
    }
    yield `\n], functionConfig: ${flow(functionConfig)}}\n`;
  });
}

/** The resources of a stream as files hold them: without what a host writes to find them again. */
export function resourceFiles(count) {
  return Array.from(items(count), (item) => {
    const { annotations: _, ...metadata } = item.metadata;
    return `${lines({ ...item, metadata }).join("\n")}\n`;
  });
}

function onceWritten(file, texts) {
  if (existsSync(file)) return file;
  const fresh = openSync(`${file}.part`, "w");
  let buffered = "";
  for (const text of texts()) {
    buffered += text;
    if (buffered.length < 1 << 20) continue;
    writeSync(fresh, buffered);
    buffered = "";
  }
  writeSync(fresh, buffered);
  closeSync(fresh);
  renameSync(`${file}.part`, file);
  return file;
}

/** The agent first, then two pipelines, then Deployments; whoever stops at the first find has nothing from it. */
function* items(count) {
  yield agent;
  for (let index = 0; index < 2; index++) yield pipeline(index);
  for (let index = 3; index < count; index++) yield deployment(index);
}

const functionConfig = {
  apiVersion: "intercept-backends.dev/v1alpha1",
  kind: "InterceptBackends",
  metadata: { name: "metric-agent" },
  spec: { agent: { name: "telemetry-metric-agent" }, ports: { additional: [4317] } },
};

/** The same in a file of its own. */
export const functionConfigFile = `${lines(functionConfig).join("\n")}\n`;

function placed(path, index) {
  return {
    "config.kubernetes.io/index": String(index),
    "config.kubernetes.io/path": path,
    "internal.config.kubernetes.io/index": String(index),
    "internal.config.kubernetes.io/path": path,
    "internal.config.kubernetes.io/seqindent": "compact",
  };
}

const agentLabels = { "app.kubernetes.io/name": "telemetry-metric-agent" };

const agent = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: {
    name: "telemetry-metric-agent",
    namespace: "kyma-system",
    labels: agentLabels,
    annotations: placed("agent.yaml", 0),
  },
  spec: {
    selector: { matchLabels: agentLabels },
    template: {
      metadata: {
        labels: { ...agentLabels, "sidecar.istio.io/inject": "true" },
        annotations: { "traffic.sidecar.istio.io/includeOutboundPorts": "4317" },
      },
      spec: {
        containers: [
          {
            name: "collector",
            image: "example.com/collector:1",
            args: ["--config=/conf/relay.conf"],
            volumeMounts: [{ name: "config", mountPath: "/conf" }],
          },
        ],
        volumes: [{ name: "config", configMap: { name: "telemetry-metric-agent" } }],
      },
    },
  },
};

function pipeline(index) {
  return {
    apiVersion: "telemetry.kyma-project.io/v1alpha1",
    kind: "MetricPipeline",
    metadata: { name: `backend-${index}`, annotations: placed("pipelines.yaml", index) },
    spec: {
      input: { prometheus: { enabled: true } },
      output: {
        otlp: { endpoint: { value: `http://backend-${index}.observability.svc.cluster.local:${4318 + index}` } },
      },
    },
  };
}

function deployment(index) {
  const name = `app-${index}`;
  const team = `team-${index % 50}`;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name,
      namespace: team,
      labels: { app: name, "app.kubernetes.io/part-of": "shop" },
      annotations: placed(`${team}/${name}.yaml`, 0),
    },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: "app",
              image: `example.com/shop/app:${index}`,
              ports: [{ containerPort: 8080, name: "http" }],
              env: [
                { name: "LOG_LEVEL", value: "info" },
                { name: "REGION", value: "eu" },
              ],
              resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "128Mi" } },
              readinessProbe: { httpGet: { path: "/healthz", port: "http" } },
            },
          ],
        },
      },
    },
  };
}

function indented(texts) {
  return texts.join("\n  ");
}

/** Block YAML with compact lists and quotes only where they are needed, as the hosts print it. */
function lines(value) {
  return Object.entries(value).flatMap(([key, inner]) => {
    if (Array.isArray(inner)) return [`${key}:`, ...inner.flatMap(elementLines)];
    if (typeof inner === "object") return [`${key}:`, ...lines(inner).map((line) => `  ${line}`)];
    return [`${key}: ${scalar(inner)}`];
  });
}

function flow(value) {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value !== "object") return scalar(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}: ${flow(inner)}`)
    .join(", ")}}`;
}

function elementLines(element) {
  if (typeof element !== "object") return [`- ${scalar(element)}`];
  return lines(element).map((line, position) => (position === 0 ? `- ${line}` : `  ${line}`));
}

function scalar(value) {
  return typeof value === "string" && /^(?:\d+|true|false)$/.test(value) ? `'${value}'` : String(value);
}
