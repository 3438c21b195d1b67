import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { root } from "../folders.ts";
import { streams } from "../property/streams.ts";
import type { Form } from "./oracle.ts";

/** A real stream that mutations start from. */
export interface Base {
  name: string;
  form: Form;
  text: string;
}

/** Larger ones would only slow the tests down. */
const LONGEST = 5000;

/** The golden inputs, the examples and streams as hosts write them, each as manifests and as a ResourceList where it can be. */
export function realStreams(): Base[] {
  const written = Object.entries(WRITTEN).map(([name, text]): Base => ({ name, form: "manifests", text }));
  // What people write by hand is short and holds much of what matters: it is taken more often.
  const bases = [...goldenInputs(), ...examples(), ...generated(), ...written, ...written, ...written];
  return bases.flatMap(bothForms).filter(({ text }) => text.length < LONGEST);
}

function goldenInputs(): Base[] {
  const folder = join(root, "test/golden");
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names.map(({ name }) => {
    const text = readFileSync(join(folder, name, "input.yaml"), "utf8");
    const isPlain = name.startsWith("file-") && !text.includes("ResourceList");
    return { name, form: isPlain ? "manifests" : "resource list", text };
  });
}

function examples(): Base[] {
  return [
    [
      "argocd/metrics/metric-pipelines.yaml",
      "argocd/metrics/intercept-backends.yaml",
      "argocd/metrics/metric-agent.yaml",
    ],
    ["kustomize/base/metric-pipelines.yaml", "kustomize/base/metric-agent.yaml"],
    ["kpt/pipelines/in-cluster.yaml", "kpt/pipelines/in-mesh.yaml", "kpt/metric-agent.yaml"],
    ["kpt/pipelines/external.yaml", "kpt/external-backend-secret.yaml", "kpt/metric-agent.yaml"],
  ].map((files) => ({
    name: files.join(" "),
    form: "manifests",
    text: files.map((file) => `---\n${readFileSync(join(root, "examples", file), "utf8")}`).join(""),
  }));
}

function generated(): Base[] {
  const form: Form = "resource list";
  return fc.sample(streams, { seed: 1, numRuns: 150 }).map(({ text }, at) => ({ name: `generated ${at}`, form, text }));
}

function bothForms(base: Base): Base[] {
  const other = base.form === "manifests" ? toResourceList(base.text) : toManifests(base.text);
  const form = base.form === "manifests" ? "resource list" : "manifests";
  return other === undefined ? [base] : [base, { name: base.name, form, text: other }];
}

/** The documents of a text as the elements of a list of items, by their lines alone. */
function toResourceList(text: string): string | undefined {
  const documents = text.split(/^---[^\n]*\n/m).filter((document) => /^[^\s#]/m.test(document));
  if (documents.length === 0 || /^(?:%|\.\.\.|\ufeff|[{"]|\r)/m.test(text)) return undefined;
  const items = documents.map((document) => {
    const margin = document.replace(/^(?=[^\n])/gm, "  ");
    return margin.replace(/^ {2}(?=[^\s#])/m, "- ");
  });
  return `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${items.join("")}`;
}

/** The elements of a block list of items as documents, by their lines alone. */
function toManifests(text: string): string | undefined {
  const items = /^items:[ \t]*\n([^]*?)(?=^[a-zA-Z"'.?]|(?![^]))/m.exec(text.replaceAll("\r\n", "\n"))?.[1];
  const margin = items === undefined ? undefined : /^( *)- /m.exec(items)?.[1]?.length;
  if (items === undefined || margin === undefined) return undefined;
  const dash = new RegExp(`^ {${margin}}- ( *)`);
  let inner = margin + 2;
  const lines = items.split("\n").map((line) => {
    const start = dash.exec(line);
    if (start) inner = start[0].length;
    const isOutside = line.slice(0, inner).trim() !== "" && !start;
    return start ? `---\n${line.slice(inner)}` : isOutside ? line.trimStart() : line.slice(inner);
  });
  return lines.join("\n");
}

const AGENT = `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: telemetry-metric-agent
  namespace: kyma-system
spec:
  selector:
    matchLabels: {app: agent}
  template:
    metadata:
      labels:
        app: agent
      annotations:
        checksum/config: "1"
    spec:
      containers:
      - name: collector
        image: collector:1
        ports:
        - containerPort: 8888
        volumeMounts:
        - name: config
          mountPath: /conf
      volumes:
      - name: config
        configMap:
          name: agent
          defaultMode: 0400
`;

const SHORT_AGENT = `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: telemetry-metric-agent
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata:
      labels: {app: agent}
    spec:
      containers:
      - {name: collector, image: "collector:1"}
`;

const pipeline = (name: string, endpoint: string): string => `apiVersion: telemetry.kyma-project.io/v1alpha1
kind: MetricPipeline
metadata:
  name: ${name}
spec:
  input:
    prometheus:
      enabled: true
  output:
    otlp:
      endpoint:
        value: ${endpoint}
`;

/** Shapes that people write by hand. */
const WRITTEN: Record<string, string> = {
  plain: `${pipeline("crab", "https://crab.example.com:4317")}---\n${AGENT}`,
  short: `${SHORT_AGENT}---\n${pipeline("eel", "eel.example.com:4318")}`,
  several: `${pipeline("crab", "crab:4317")}---\n${SHORT_AGENT}---\n${pipeline("eel", '"http://eel:9090"')}`,
  secret: `apiVersion: telemetry.kyma-project.io/v1beta1
kind: MetricPipeline
metadata:
  name: clam
spec:
  input:
    runtime: {enabled: true}
    prometheus: {enabled: true}
  output:
    otlp:
      protocol: http
      endpoint:
        valueFrom:
          secretKeyRef:
            name: clam
            namespace: default
            key: endpoint
---
apiVersion: v1
kind: Secret
metadata:
  name: clam
  namespace: default
stringData:
  endpoint: https://clam.example.com:4444
data:
  other: aHR0cDovL3g6MQ==
---
${AGENT}`,
  config: `apiVersion: intercept-backends.dev/v1alpha1
kind: InterceptBackends
metadata:
  name: metric-agent
spec:
  ports:
    additional: [9999]
---
${pipeline("crab", "crab:4317")}---
${SHORT_AGENT}`,
  bystanders: `# everything
apiVersion: v1
kind: ConfigMap
metadata:
  name: scripts
data:
  run.sh: |
    #!/bin/sh
    echo "kind: MetricPipeline"

    exit 0
  list: "- a\\n- b"
---
${pipeline("crab", "crab:4317")}---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: barnacle
spec:
  template:
    metadata:
      labels: {app: barnacle}
    spec:
      containers: []
---
${SHORT_AGENT}`,
  settled: `${pipeline("crab", "crab:4317")}---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: telemetry-metric-agent
spec:
  selector:
    matchLabels: {app: agent}
  template:
    metadata:
      labels:
        app: agent
        sidecar.istio.io/inject: "true"
      annotations:
        traffic.sidecar.istio.io/includeOutboundPorts: "4317"
        traffic.sidecar.istio.io/includeOutboundIPRanges: ""
        proxy.istio.io/config: |
          holdApplicationUntilProxyStarts: true
          proxyMetadata:
            OUTPUT_CERTS: /etc/istio-output-certs
        sidecar.istio.io/userVolumeMount: '[{"name": "istio-certs", "mountPath": "/etc/istio-output-certs"}]'
    spec:
      containers:
      - name: collector
        image: collector:1
        volumeMounts:
        - {name: istio-certs, mountPath: /etc/prom-certs/, readOnly: true}
      volumes:
      - name: istio-certs
        emptyDir: {medium: Memory}
`,
};
