import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../folders.ts";

/** The files of the kpt example that make a difference, below a folder. */
export function kptExample(below = ""): Record<string, string> {
  const names = ["external-backend-secret", "fn-config", "metric-agent-config", "metric-agent"];
  const pipelines = ["external", "in-cluster", "in-mesh"].map((name) => `pipelines/${name}`);
  return Object.fromEntries(
    [...names, ...pipelines].map((name) => [
      `${below}${name}.yaml`,
      readFileSync(join(root, "examples/kpt", `${name}.yaml`), "utf8"),
    ]),
  );
}

/** A DaemonSet that wants changes, as short as it can be. */
export const AGENT = `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: telemetry-metric-agent
  namespace: kyma-system
spec:
  template:
    metadata:
      labels:
        app: agent
    spec:
      containers:
      - name: collector
        image: collector
`;

/** A MetricPipeline that pushes to a port. */
export function pipeline(name: string, port: number): string {
  return `apiVersion: telemetry.kyma-project.io/v1alpha1
kind: MetricPipeline
metadata:
  name: ${name}
spec:
  output:
    otlp:
      endpoint:
        value: http://${name}.backends:${port}
  input:
    runtime: {enabled: true}
`;
}
