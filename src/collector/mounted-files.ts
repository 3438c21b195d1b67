import type { AgentState, Container } from "../agent/agent-state.ts";
import { listAt, mapAt, valueAt } from "../telemetry/plain-data.ts";
import type { KeyReading, Sources } from "./sources.ts";

/** One file of a container that the stream holds. */
export interface MountedFile {
  path: string;
  kind: "ConfigMap" | "Secret";
  name: string;
  key: string;
}

/** A folder or file at which a part of a volume stands. */
interface Mount {
  path: string;
  subPath: string;
  volume: string;
  fields: Readonly<Record<string, unknown>>;
}

/** The files that a container's volumes bring from ConfigMaps and Secrets. */
export class MountedFiles {
  readonly #mounts: readonly Mount[];
  readonly #sources: Sources;

  constructor({ volumes }: AgentState, { mounts }: Container, sources: Sources) {
    this.#sources = sources;
    this.#mounts = mounts.flatMap(({ name, fields }) => {
      const volume = volumes.find((each) => each.name === name);
      const { mountPath, subPath } = fields;
      if (volume === undefined || typeof mountPath !== "string") return [];
      const inner = typeof subPath === "string" ? trimmed(subPath) : "";
      return [{ path: `/${trimmed(mountPath)}`, subPath: inner, volume: name, fields: volume.fields }];
    });
  }

  /** The text of the file at a path, or why the stream does not tell it. */
  read(path: string): KeyReading {
    const wanted = `/${trimmed(path)}`;
    const over = this.#mounts.filter((mount) => wanted === mount.path || wanted.startsWith(`${mount.path}/`));
    const [mount] = over.toSorted((one, other) => other.path.length - one.path.length);
    if (mount === undefined) return { kind: "unknown", why: `no volume of the container brings ${path}` };
    const file = filesOf(mount, this.#sources).find((each) => each.path === wanted);
    if (file) return this.#sources.read(file.kind, file.name, file.key);
    const missing = sourcesOf(mount.fields).find(({ kind, name }) => this.#sources.keys(kind, name) === undefined);
    const why = missing
      ? `${missing.kind} ${missing.name} of the volume ${mount.volume} is not in the stream`
      : `the volume ${mount.volume} does not bring it from a ConfigMap or Secret`;
    return { kind: "unknown", why: `${path}: ${why}` };
  }

  /** All files that the stream holds. */
  list(): MountedFile[] {
    return this.#mounts.flatMap((mount) => filesOf(mount, this.#sources));
  }
}

interface Source {
  kind: "ConfigMap" | "Secret";
  name: string;
  /** Which key stands under which path; absent where each stands under its own name. */
  items: readonly { key: string; path: string }[] | undefined;
}

/** The ConfigMaps and Secrets of a volume (core/v1 Volume: configMap, secret, projected). */
function sourcesOf(volume: Readonly<Record<string, unknown>>): Source[] {
  const parts = [volume, ...listAt(volume, "projected", "sources")];
  return parts.flatMap((part) =>
    (["configMap", "secret"] as const).flatMap((type): Source[] => {
      const fields = mapAt(part, type);
      const name = fields["name"] ?? fields["secretName"];
      if (typeof name !== "string") return [];
      const items = listAt(fields, "items").flatMap((item) => {
        const [key, path] = [valueAt(item, "key"), valueAt(item, "path")];
        return typeof key === "string" && typeof path === "string" ? [{ key, path: trimmed(path) }] : [];
      });
      const kind = type === "configMap" ? "ConfigMap" : "Secret";
      return [{ kind, name, items: items.length > 0 ? items : undefined }];
    }),
  );
}

function filesOf({ path: mountPath, subPath, fields }: Mount, sources: Sources): MountedFile[] {
  return sourcesOf(fields).flatMap(({ kind, name, items }) => {
    const all = items ?? (sources.keys(kind, name) ?? []).map((key) => ({ key, path: key }));
    return all.flatMap(({ key, path }) => {
      if (subPath === "") return [{ path: `${mountPath}/${path}`, kind, name, key }];
      if (path === subPath) return [{ path: mountPath, kind, name, key }];
      const isBelow = path.startsWith(`${subPath}/`);
      return isBelow ? [{ path: `${mountPath}/${path.slice(subPath.length + 1)}`, kind, name, key }] : [];
    });
  });
}

/** A path without its first and last slashes and without `.` steps. */
function trimmed(path: string): string {
  return path
    .split("/")
    .filter((step) => step !== "" && step !== ".")
    .join("/");
}
