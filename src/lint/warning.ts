import type { AgentState, Container } from "../agent/agent-state.ts";
import type { Settings } from "../config/schema.ts";
import type { Field } from "../base/finding.ts";
import type { InterceptionSettings } from "../istio/interception-settings.ts";
import type { Manifest, Mention } from "../base/manifest.ts";
import type { Backend } from "../telemetry/backends.ts";
import type { TokenEndpoint, UntoldTokenEndpoint } from "../telemetry/token-endpoints.ts";

/** What a warning gets to see: the agent as it is after the rewrite, and the rest of the stream as far as it asks for it. */
export interface Scene {
  agent: AgentState;
  /** `spec.template.spec` of the agent. */
  podSpec: Readonly<Record<string, unknown>>;
  /** The collector's container; absent where nothing tells which one it is. */
  container?: Container;
  /** What the packet filter of the agent's pods is made from. */
  interception: InterceptionSettings;
  settings: Settings;
  backends: readonly Backend[];
  /** OAuth2 token endpoints of the selected MetricPipelines, and those that cannot be told. */
  tokens: readonly TokenEndpoint[];
  untoldTokens: readonly UntoldTokenEndpoint[];
  /** All MetricPipelines of the stream. */
  pipelines: readonly Manifest[];
  /** True when a selected MetricPipeline enables the prometheus input, with which the agent scrapes what is annotated. */
  scrapes: boolean;
  /** The agent as it was before the rewrite. */
  before: Manifest;
  ask: Ask;
}

/**
 * Hands out the manifests of some kinds; with `mentioning` it may leave out those that hold none of these. Each one
 * that it hands out is parsed for it, so a kind of which a stream has many is asked for with a narrow `mentioning` alone.
 */
export type Ask = (kinds: readonly string[], mentioning?: readonly Mention[]) => readonly Manifest[];

/** One thing that a warning has found. */
export interface Trouble {
  /** What is the case and what comes of it, as one clause without a full stop. */
  cause: string;
  /** What to do about it, as one clause without a full stop. */
  remedy: string;
  /** What it is about; the agent unless another is named. */
  about?: Manifest;
  field?: Field;
}

/** The stable name of a warning, by which the function config and its page in docs/warnings know it. */
export type WarningId = keyof Settings["warnings"];

/** Looks for one mistake that raises no error anywhere. It is pure, and finds nothing where it cannot tell. */
export type Warning = (scene: Scene) => readonly Trouble[];
