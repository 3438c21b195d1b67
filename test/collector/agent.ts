import type { Finding } from "../../src/base/finding.ts";
import { readManifest } from "../../src/stream/read-manifest.ts";
import { run } from "../../src/rewrite/run.ts";
import { oneFile } from "../stream/open.ts";

/** What an agent with a configuration is made of; each part may be left out. */
export interface AgentParts {
  /** The text of the configuration. */
  config?: string;
  /** What else the container has: args, env. */
  container?: Readonly<Record<string, unknown>>;
  /** In place of a ConfigMap at /conf/relay.yaml. */
  volumes?: readonly object[];
  /** Other resources of the stream. */
  others?: readonly object[];
  /** `spec` of the function config besides the agent's name. */
  spec?: Readonly<Record<string, unknown>>;
}

/** What a run makes of it. */
export interface Ran {
  /** The intercepted ports; undefined where nothing was written. */
  ports: string | undefined;
  /** The causes of errors, warnings and infos. */
  errors: string[];
  warnings: string[];
  infos: string[];
  findings: readonly Finding[];
  output: string;
}

export function runAgent({ config, container = {}, volumes, others = [], spec = {} }: AgentParts): Ran {
  const data = config === undefined ? [] : [configMap("agent-config", { relay: config })];
  const items = [deployment(container, volumes), ...data, ...others];
  return runItems(items, { agent: { name: "agent" }, ...spec });
}

/** Runs over resources with this `spec` of the function config. */
export function runItems(items: readonly object[], spec: object): Ran {
  const text = JSON.stringify({ apiVersion: "config.kubernetes.io/v1", kind: "ResourceList", items }, undefined, 2);
  const functionConfig = readManifest({
    apiVersion: "intercept-backends.dev/v1alpha1",
    kind: "InterceptBackends",
    metadata: { name: "config" },
    spec,
  });
  if (functionConfig === undefined) throw new Error("no map");
  const { findings, output } = run(oneFile(text), { functionConfig });
  const of = (severity: string): string[] =>
    findings.filter((each) => each.severity === severity).map(({ cause, remedy }) => `${cause}; ${remedy ?? ""}`);
  const written = Buffer.concat(output).toString();
  return {
    ports: /includeOutboundPorts\\?": "([\d,]*)"/.exec(written)?.[1],
    errors: of("error"),
    warnings: of("warning"),
    infos: of("info"),
    findings,
    output: written,
  };
}

export function configMap(name: string, data: Readonly<Record<string, string>>, metadata: object = {}): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "monitoring", ...metadata }, data };
}

export function secret(name: string, stringData: Readonly<Record<string, string>>): object {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "monitoring" }, stringData };
}

/** A variable of a container that is a key of the Secret `s`. */
export function fromSecret(name: string, key: string): object {
  return { name, valueFrom: { secretKeyRef: { name: "s", key } } };
}

function deployment(container: Readonly<Record<string, unknown>>, volumes?: readonly object[]): object {
  const own = { name: "conf", configMap: { name: "agent-config", items: [{ key: "relay", path: "relay.yaml" }] } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "agent", namespace: "monitoring" },
    spec: {
      template: {
        spec: {
          containers: [
            {
              name: "otc",
              args: ["--config=/conf/relay.yaml"],
              volumeMounts: [{ name: "conf", mountPath: "/conf" }],
              ...container,
            },
          ],
          volumes: volumes ?? [own],
        },
      },
    },
  };
}

/** A configuration whose metrics, logs and traces go to these exporters; `exporters` is JSON. */
export function exporting(exporters: string, extra = ""): string {
  const ids = Object.keys(JSON.parse(exporters) as object).join(", ");
  return `receivers: {otlp: {}}
exporters: ${exporters}
${extra}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [${ids}]}
    traces: {receivers: [otlp], exporters: [${ids}]}
    logs: {receivers: [otlp], exporters: [${ids}]}
`;
}
