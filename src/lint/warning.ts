import { annotationPath, type AgentState, type Container } from "../agent/agent-state.ts";
import { fieldPath, type Field } from "../base/finding.ts";
import { withoutKept } from "../base/kept-values.ts";
import type { Manifest, Mention } from "../base/manifest.ts";
import type { ConfigScrapes } from "../collector/config-scrapes.ts";
import type { Settings } from "../config/schema.ts";
import type { Installation, MeshDefault } from "../cluster/mesh.ts";
import type { InterceptionSettings } from "../istio/interception-settings.ts";
import type { Backend, UntoldTokenEndpoint } from "../telemetry/backend.ts";

/** What a run knows when it looks for warnings. */
export interface Subject {
  /** The agent's workload as it is after the rewrite, and as it was before. */
  agent: Manifest;
  before: Manifest;
  /** True when its pods get a sidecar. */
  hasSidecar: boolean;
  settings: Settings;
  backends: readonly Backend[];
  /** OAuth2 token endpoints of the selected MetricPipelines, and those that cannot be read. */
  tokens: readonly Backend[];
  untoldTokens: readonly UntoldTokenEndpoint[];
  /** All MetricPipelines of the stream. */
  pipelines: readonly Manifest[];
  /** True when a selected MetricPipeline enables the prometheus input, with which the agent scrapes what is annotated. */
  scrapes: boolean;
  /** What the agent reads by its own configuration, where that says where it pushes. */
  configured: ConfigScrapes | undefined;
  ask: Ask;
}

/** What a warning gets to see: the agent as it is after the rewrite, and the rest of the stream as far as it asks for it. */
export interface Scene extends Omit<Subject, "agent"> {
  agent: AgentState;
  namespace: string | undefined;
  /** The annotations of the agent's pods that are text. */
  texts: Readonly<Record<string, string>>;
  /** The collector's container; absent where it is not clear which one it is. */
  container: Container | undefined;
  /** What the packet filter of the agent's pods is made from. */
  interception: InterceptionSettings;
  /** The backends, and the token endpoints whose ports are intercepted. */
  /** What the stream shows of the installation of Istio that holds for the agent. */
  installations: readonly Installation[];
  /** What of it holds for pods that have no annotation of their own. */
  defaults: readonly MeshDefault[];
  peers: readonly Backend[];
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
  field?: Field | undefined;
}

/** The stable name of a warning, by which the function config and its page in docs/warnings know it. */
export type WarningId = keyof Settings["warnings"];

/**
 * Looks for one mistake that raises no error anywhere, and finds nothing where it cannot be sure. A generator: one that is off
 * asks for nothing.
 */
export type Warning = (scene: Scene) => Iterable<Trouble>;

/** A field of the agent's pod spec, by its keys and positions below it. */
export function podField({ kind }: AgentState, path: readonly (string | number)[], currentValue: unknown): Field {
  return { path: fieldPath([...kind.podSpec, ...path]), currentValue };
}

/** An annotation of the agent's pods, without values that are to be kept. */
export function annotationField(agent: AgentState, name: string): Field {
  const value = agent.annotations[name];
  const currentValue = typeof value === "string" ? withoutKept(value) : value;
  return { path: fieldPath(annotationPath(agent, name)), currentValue };
}

export function isAgent({ ref }: Manifest, { agent }: Scene): boolean {
  const own = agent.manifest.ref;
  return ref.kind === own.kind && ref.name === own.name && ref.namespace === own.namespace;
}
