import type { Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { isRecord, withoutNulls } from "../base/record.ts";
import { PROXY_CONFIG } from "../istio/annotations.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { agentKindOf, type AgentKind, type Path } from "./agent-kind.ts";
import { readProxyConfig, type ProxyConfig } from "./proxy-config.ts";
import { PROXY_CONTAINER } from "./proxy-container.ts";
import { errorAt } from "./step.ts";

/** A volume or mount as written but for fields that are null, with its place in its list. */
export interface Listed {
  position: number;
  name: string;
  fields: Readonly<Record<string, unknown>>;
}

/** A container of the pods, with its place in `containers`. */
export interface Container extends Listed {
  path: Path;
  mounts: Listed[];
}

/** What of the agent's workload the rules look at, in the types that they need. */
export interface AgentState {
  manifest: Manifest;
  kind: AgentKind;
  /** The spec of its pods, as far as it is written where that of a pod would be; `securityContext` is the pods'. */
  podSpec: Readonly<Record<string, unknown>>;
  /** Labels and annotations of its pods without those that are null; a number there is a mistake worth reporting. */
  labels: Readonly<Record<string, unknown>>;
  annotations: Readonly<Record<string, unknown>>;
  proxyConfig: ProxyConfig;
  containers: Container[];
  /** Names of the volumes that init containers mount. */
  initMounts: ReadonlySet<string>;
  volumes: Listed[];
}

/** Reads what the agent's workload says of its pods; errors for every field whose type leaves no place for what is to be written. */
export function readAgent(manifest: Manifest): AgentState | Finding[] {
  const errors: Finding[] = [];
  const refuse = (path: Path, wanted: string): void => {
    const remedy = `write it as ${wanted}, as Kubernetes requires`;
    errors.push(errorAt(manifest, path, `is not ${wanted}`, remedy));
  };
  const mapAt = (path: readonly string[]): Record<string, unknown> => {
    const value = valueAt(manifest.object, ...path) ?? {};
    if (isRecord(value)) return value;
    refuse(path, "a map");
    return {};
  };
  const listOf = (value: unknown, path: Path): Listed[] => {
    const list = value ?? [];
    if (!Array.isArray(list) || !list.every(isRecord)) {
      refuse(path, "a list of maps");
      return [];
    }
    return list.map(withoutNulls).map((fields, position) => {
      const name = typeof fields["name"] === "string" ? fields["name"] : "";
      return { position, name, fields };
    });
  };
  const containersAt = (value: unknown, list: Path): Container[] =>
    listOf(value, list).map((container) => {
      const path = [...list, container.position];
      return { ...container, path, mounts: listOf(container.fields["volumeMounts"], [...path, "volumeMounts"]) };
    });

  const kind = agentKindOf(manifest);
  const above = [kind.labels, kind.annotations, kind.podSpec].flatMap((path) =>
    path.slice(1).map((_, at) => path.slice(0, at + 1)),
  );
  for (const path of new Set(above.map((each) => each.join(".")))) mapAt(path.split("."));
  const podSpec = mapAt(kind.podSpec);
  const initContainers = containersAt(podSpec["initContainers"], [...kind.podSpec, "initContainers"]);
  const { operated } = kind;
  const own: Container[] = operated
    ? [
        {
          position: 0,
          name: operated.container,
          fields: { ...podSpec, env: podSpec[operated.env] },
          path: kind.podSpec,
          mounts: listOf(podSpec["volumeMounts"], [...kind.podSpec, "volumeMounts"]),
        },
      ]
    : [];
  if (operated?.without && valueAt(manifest.object, ...operated.without.path) === operated.without.value) {
    const { path, value } = operated.without;
    const cause = `with ${value} the agent runs in the pods of others, which have their own annotations`;
    errors.push(errorAt(manifest, path, cause, "annotate those pods, or give the agent pods of its own", value));
  }
  const inherited = kind.inheritedAnnotations ? withoutNulls(mapAt(kind.inheritedAnnotations)) : {};
  const beside = containersAt(valueAt(manifest.object, ...kind.containers), kind.containers);
  const labels = withoutNulls(mapAt(kind.labels));
  const annotations = { ...inherited, ...withoutNulls(mapAt(kind.annotations)) };
  const state: AgentState = {
    manifest,
    kind,
    podSpec: { ...podSpec, securityContext: podSpec[kind.podSecurity] },
    labels,
    annotations,
    proxyConfig: readProxyConfig(annotations[PROXY_CONFIG]),
    // What has the name of the operator's container is a patch of it.
    containers: [...own, ...beside.filter(({ name }) => name !== operated?.container)],
    initMounts: new Set(initContainers.flatMap(({ mounts }) => mounts).map(({ name }) => name)),
    volumes: listOf(valueAt(manifest.object, ...kind.volumes), kind.volumes),
  };
  return errors.length === 0 ? state : errors;
}

/** Where an annotation of the agent's pods stands, or belongs where there is none yet. */
export function annotationPath({ kind, manifest }: AgentState, name: string): Path {
  const { annotations, inheritedAnnotations } = kind;
  const isInherited =
    inheritedAnnotations !== undefined &&
    valueAt(manifest.object, ...annotations, name) === undefined &&
    valueAt(manifest.object, ...inheritedAnnotations, name) !== undefined;
  return [...(isInherited ? inheritedAnnotations : annotations), name];
}

/** Names of the collector's container in the operator, newest first (telemetry-manager: internal/resources/otelcollector). */
const USUAL_NAMES = ["collector", "metric-agent"];

/**
 * The container that reads the certificates: the one that the settings name, else the only one, else by its usual name.
 * Everything else is an error that lists the containers. A sidecar that the pod brings itself is none of them.
 */
export function chooseContainer(
  { containers: all, kind, manifest }: AgentState,
  wanted: string | undefined,
): Container | Finding {
  const containers = all.filter(({ name }) => name !== PROXY_CONTAINER || name === wanted);
  const isClear = containers.length === 1 || kind.operated !== undefined;
  if (wanted === undefined && isClear && containers[0]) return containers[0];
  const names = wanted === undefined ? USUAL_NAMES : [wanted];
  const named = names.map((name) => containers.find((container) => container.name === name));
  const chosen = named.find((container) => container !== undefined);
  if (chosen) return chosen;
  const there =
    containers.length === 0 ? "there is none" : `there are ${containers.map(({ name }) => name).join(", ")}`;
  const cause = `no container ${names.join(" or ")} to mount the certificates into; ${there}`;
  return errorAt(
    manifest,
    kind.containers,
    cause,
    "name the collector's container in agent.container of the function config",
  );
}
