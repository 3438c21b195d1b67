import type { Finding } from "../finding.ts";
import type { Manifest } from "../manifest.ts";

/** A MetricPipeline's endpoint that stands in a Secret: `valueFrom.secretKeyRef`, all three required. */
export interface SecretKeyRef {
  name: string;
  namespace: string;
  key: string;
}

/** What of the stream decides the backend ports, and by which settings. */
export interface BackendQuery {
  /** All MetricPipelines of the stream, in its order. */
  pipelines: readonly Manifest[];
  /** Secrets, ExternalSecrets and SealedSecrets that may hold an endpoint. */
  secrets: readonly Manifest[];
  /** `pipelines.selector.matchLabels` of the function config; absent selects all. */
  matchLabels?: Readonly<Record<string, string>>;
  include: "AgentInputs" | "All";
  /** `endpoints.unresolved`: how an endpoint that cannot be read at build time is reported. */
  unresolved: "Error" | "Warn";
}

/** One backend that one MetricPipeline pushes to. */
export interface Backend {
  pipeline: Manifest;
  /** The TCP port that the collector's exporter dials, 1 to 65535. */
  port: number;
  /** Host name or address without brackets and port; absent when it is unknown at build time or came from a Secret. */
  host?: string;
  /** The endpoint in a form that may be shown: `value` as written without user info, or `<from Secret ns/name key>:4317`. */
  shown: string;
}

/** The backends of all selected MetricPipelines, or why they cannot be told. */
export interface Backends {
  backends: Backend[];
  /** True when a selected MetricPipeline enables `spec.input.prometheus`. */
  prometheusInput: boolean;
  /** How many MetricPipelines were selected; deleted ones and those that leave the agent alone do not count. */
  selected: number;
  findings: Finding[];
}
