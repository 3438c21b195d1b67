/** An agent as it stands in a repository; `name` is that of the DaemonSet. */
export function agent(name = "telemetry-metric-agent", annotations = ""): string {
  return `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: ${name}
  namespace: kyma-system
${annotations}spec:
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
      - name: collector
        image: collector:1
`;
}

/** A MetricPipeline whose backend listens on a port. */
export function pipeline(name = "backend", port = 4317): string {
  return `apiVersion: telemetry.kyma-project.io/v1beta1
kind: MetricPipeline
metadata:
  name: ${name}
  labels:
    tier: ${name}
spec:
  input:
    prometheus:
      enabled: true
  output:
    otlp:
      endpoint:
        value: http://${name}.observability.svc.cluster.local:${port}
`;
}

/** A function config for one agent that takes the MetricPipelines of one tier. */
export function config(name: string, tier: string): string {
  return `apiVersion: intercept-backends.dev/v1alpha1
kind: InterceptBackends
metadata:
  name: ${name}
spec:
  agent:
    name: ${name}
  pipelines:
    selector:
      matchLabels:
        tier: ${tier}
`;
}

/** The value that must not be seen anywhere but in its Secret. */
export const SECRET_VALUE = "hunter2-is-not-to-be-seen";

export const SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: credentials
stringData:
  password: ${SECRET_VALUE}
`;

export const CONFIG_MAP = `apiVersion: v1
kind: ConfigMap
metadata:
  name: words # a comment
data:   {greeting:   "hello"}
`;

/** The annotation with the backends' ports, for each agent in the output. */
export function portsIn(output: string): string[] {
  return [...output.matchAll(/includeOutboundPorts: "?([\d,]*)"?/g)].map(([, ports = ""]) => ports);
}
