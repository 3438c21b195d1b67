import { goField, readJsonEntries } from "./go-json.ts";

/** One mount of the sidecar, as `userVolumeMount` names it. */
export interface UserVolumeMount {
  /** Position in the list form, key in the map form. */
  at: number | string;
  name: string;
  mountPath: string;
  /** The key under which `mountPath` is written. */
  mountPathKey: string;
  isReadOnly: boolean;
  hasSubPath: boolean;
  /** All fields as written. */
  fields: Readonly<Record<string, unknown>>;
}

/** What `userVolumeMount` says, in either of its two forms. */
export interface UserVolumeMounts {
  form: "list" | "map";
  mounts: UserVolumeMount[];
}

/** The other fields of a mount, with their types (k8s.io/api/core/v1, VolumeMount). */
const TYPES = {
  readOnly: "boolean",
  recursiveReadOnly: "string",
  subPath: "string",
  subPathExpr: "string",
  mountPropagation: "string",
} as const;

/**
 * Reads the annotation `sidecar.istio.io/userVolumeMount`; a sentence that says what is wrong when the injector or Kubernetes
 * would deny the pod. Names of fields are read as encoding/json reads them, without regard to case (istio:
 * istio-discovery/files/injection-template.yaml).
 */
export function readUserVolumeMounts(text: string): UserVolumeMounts | string {
  const read = readJsonEntries(text, "mounts");
  if (typeof read === "string") return read;
  const mounts: UserVolumeMount[] = [];
  for (const { at, name, fields } of read.entries) {
    const path = goField(fields, "mountPath");
    const isUnnamed = read.form === "list" && fields["name"] === undefined;
    if (isUnnamed || name === "") return `entry ${at} has no name`;
    if (typeof path?.value !== "string" || path.value === "") return `entry ${at} has no mountPath`;
    const wrong = Object.entries(TYPES).find(([field, type]) => {
      const value = goField(fields, field)?.value;
      return value !== undefined && typeof value !== type;
    });
    if (wrong) return `entry ${at} has a ${wrong[0]} that is not ${wrong[1] === "string" ? "text" : "true or false"}`;
    mounts.push({
      at,
      name,
      mountPath: path.value,
      mountPathKey: path.key,
      isReadOnly: goField(fields, "readOnly")?.value === true,
      hasSubPath: ["subPath", "subPathExpr"].some((field) => (goField(fields, field)?.value ?? "") !== ""),
      fields,
    });
  }
  return { form: read.form, mounts };
}
