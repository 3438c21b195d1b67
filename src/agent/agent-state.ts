import type { Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { isRecord, withoutNulls } from "../base/record.ts";

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
  const findings: Finding[] = [];
  const at = (parent: unknown, path: string): Record<string, unknown> => {
    const value = child(parent, path);
    if (value === undefined || value === null || isRecord(value)) return isRecord(value) ? value : {};
    findings.push(wrongType(manifest, path, "a map"));
    return {};
  };
  const listAt = (parent: unknown, path: string): Listed[] => {
    const value = child(parent, path) ?? [];
    if (Array.isArray(value) && value.every(isRecord)) {
      return value.map(withoutNulls).map((fields, position) => ({
        position,
        name: typeof fields["name"] === "string" ? fields["name"] : "",
        fields,
      }));
    }
    findings.push(wrongType(manifest, path, "a list of maps"));
    return [];
  };
  const template = at(at(manifest.object, "spec"), "spec.template");
  const metadata = at(template, "spec.template.metadata");
  const spec = at(template, "spec.template.spec");
  const containers = listAt(spec, "spec.template.spec.containers").map((container) => ({
    ...container,
    mounts: listAt(container.fields, `spec.template.spec.containers[${container.position}].volumeMounts`),
  }));
  const initMounts = listAt(spec, "spec.template.spec.initContainers").flatMap(({ fields, position }) =>
    listAt(fields, `spec.template.spec.initContainers[${position}].volumeMounts`).map(({ name }) => name),
  );
  const state: AgentState = {
    manifest,
    labels: withoutNulls(at(metadata, "spec.template.metadata.labels")),
    annotations: withoutNulls(at(metadata, "spec.template.metadata.annotations")),
    containers,
    initMounts: new Set(initMounts),
    volumes: listAt(spec, "spec.template.spec.volumes"),
  };
  return findings.length === 0 ? state : findings;
}

function child(parent: unknown, path: string): unknown {
  return isRecord(parent) ? parent[path.slice(path.lastIndexOf(".") + 1)] : undefined;
}

function wrongType({ ref, file }: Manifest, path: string, wanted: string): Finding {
  return {
    severity: "error",
    cause: `is not ${wanted}`,
    remedy: `write it as ${wanted}, as Kubernetes requires`,
    resource: ref,
    field: { path },
    ...(file ? { file } : {}),
  };
}
