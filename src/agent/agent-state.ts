import type { Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { isRecord, withoutNulls } from "../base/record.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { CONTAINERS, errorAt, type Path } from "./step.ts";

/** A volume or mount as written but for fields that are null, with its place in its list. */
export interface Listed {
  position: number;
  name: string;
  fields: Readonly<Record<string, unknown>>;
}

/** A container of the pod template, with its place in `containers`. */
export interface Container extends Listed {
  mounts: Listed[];
}

/** What of the agent's DaemonSet the rules look at, in the types that they need. */
export interface AgentState {
  manifest: Manifest;
  /** Labels and annotations of the pod template without those that are null; a number there is a mistake worth reporting. */
  labels: Readonly<Record<string, unknown>>;
  annotations: Readonly<Record<string, unknown>>;
  containers: Container[];
  /** Names of the volumes that init containers mount. */
  initMounts: ReadonlySet<string>;
  volumes: Listed[];
}

/** Reads the agent's pod template; errors for every field whose type leaves no place for what is to be written. */
export function readAgent(manifest: Manifest): AgentState | Finding[] {
  const errors: Finding[] = [];
  const refuse = (path: Path, wanted: string): void => {
    const remedy = `write it as ${wanted}, as Kubernetes requires`;
    errors.push(errorAt(manifest, path, `is not ${wanted}`, remedy));
  };
  const mapAt = (...path: string[]): Record<string, unknown> => {
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
  const mountsOf = ({ fields, position }: Listed, list: Path): Listed[] =>
    listOf(fields["volumeMounts"], [...list, position, "volumeMounts"]);

  mapAt("spec");
  mapAt("spec", "template");
  mapAt("spec", "template", "metadata");
  const podSpec = ["spec", "template", "spec"];
  const spec = mapAt(...podSpec);
  const containers = listOf(spec["containers"], CONTAINERS).map((container) => ({
    ...container,
    mounts: mountsOf(container, CONTAINERS),
  }));
  const initContainers = [...podSpec, "initContainers"];
  const initMounts = listOf(spec["initContainers"], initContainers).flatMap((each) => mountsOf(each, initContainers));
  const state: AgentState = {
    manifest,
    labels: withoutNulls(mapAt("spec", "template", "metadata", "labels")),
    annotations: withoutNulls(mapAt("spec", "template", "metadata", "annotations")),
    containers,
    initMounts: new Set(initMounts.map(({ name }) => name)),
    volumes: listOf(spec["volumes"], [...podSpec, "volumes"]),
  };
  return errors.length === 0 ? state : errors;
}

/** Names of the collector's container in the operator, newest first (telemetry-manager: internal/resources/otelcollector). */
const USUAL_NAMES = ["collector", "metric-agent"];

/**
 * The container that reads the certificates: the one that the settings name, else the only one, else by its usual name.
 * Everything else is an error that lists the containers.
 */
export function chooseContainer({ containers, manifest }: AgentState, wanted: string | undefined): Container | Finding {
  if (wanted === undefined && containers.length === 1 && containers[0]) return containers[0];
  const names = wanted === undefined ? USUAL_NAMES : [wanted];
  const named = names.map((name) => containers.find((container) => container.name === name));
  const chosen = named.find((container) => container !== undefined);
  if (chosen) return chosen;
  const there =
    containers.length === 0 ? "there is none" : `there are ${containers.map(({ name }) => name).join(", ")}`;
  const cause = `no container ${names.join(" or ")} to mount the certificates into; ${there}`;
  return errorAt(
    manifest,
    CONTAINERS,
    cause,
    "name the collector's container in agent.container of the function config",
  );
}

/** True when two paths name one folder: a slash at the end makes no difference to a mount. */
export function samePath(path: unknown, other: string): boolean {
  return typeof path === "string" && path.replace(/\/+$/, "") === other.replace(/\/+$/, "");
}
