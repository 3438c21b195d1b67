import { isRecord, withoutNulls } from "../base/record.ts";

/** One mount of the sidecar, as `userVolumeMount` names it. */
export interface UserVolumeMount {
  /** Position in the list form, name in the map form. */
  at: number | string;
  name: string;
  mountPath: string;
  /** All fields as written but for those that are null. */
  fields: Readonly<Record<string, unknown>>;
}

/** What `userVolumeMount` says, in either of its two forms. */
export interface UserVolumeMounts {
  form: "list" | "map";
  mounts: UserVolumeMount[];
}

/**
 * Reads the annotation `sidecar.istio.io/userVolumeMount`; a sentence that says what is wrong when the injector would deny
 * the pod or drop a mount without a word (istio: pkg/kube/inject, parseVolumeMounts).
 */
export function readUserVolumeMounts(text: string): UserVolumeMounts | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The engine's own words differ from version to version.
    return "is not JSON: keys and texts need double quotes, and no comma may be left over";
  }
  if (!Array.isArray(parsed) && !isRecord(parsed))
    return "is neither a JSON list of mounts nor a map of them by volume name";
  const isList = Array.isArray(parsed);
  const mounts: UserVolumeMount[] = [];
  for (const [key, fields] of Object.entries<unknown>(parsed)) {
    const mount = mountOf(isList ? Number(key) : key, fields);
    if (typeof mount === "string") return mount;
    mounts.push(mount);
  }
  return { form: isList ? "list" : "map", mounts };
}

function mountOf(at: number | string, fields: unknown): UserVolumeMount | string {
  if (!isRecord(fields)) return `entry ${at} is not a map`;
  const name = typeof at === "string" ? at : fields["name"];
  const mountPath = fields["mountPath"];
  if (typeof name !== "string" || name === "") return `entry ${at} has no name`;
  if (typeof mountPath !== "string" || mountPath === "") return `entry ${at} has no mountPath`;
  return { at, name, mountPath, fields: withoutNulls(fields) };
}
