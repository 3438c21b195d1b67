import { isRecord } from "../base/record.ts";
import { goField, readJsonEntries } from "./go-json.ts";
import { isQuantity } from "./quantity.ts";

/** A volume that the injector adds to the pod; one of the same name in the pod becomes one with it. */
export interface UserVolume {
  name: string;
  /** The types that it names besides `emptyDir`. */
  otherTypes: string[];
  isEmptyDir: boolean;
}

/** Types of volumes (k8s.io/api/core/v1, VolumeSource). */
const TYPES = [
  "emptyDir",
  "hostPath",
  "secret",
  "configMap",
  "projected",
  "downwardAPI",
  "persistentVolumeClaim",
  "ephemeral",
  "csi",
  "nfs",
  "image",
  "iscsi",
  "glusterfs",
  "rbd",
  "flexVolume",
  "cinder",
  "cephfs",
  "flocker",
  "fc",
  "azureFile",
  "azureDisk",
  "vsphereVolume",
  "quobyte",
  "photonPersistentDisk",
  "portworxVolume",
  "scaleIO",
  "storageos",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "gitRepo",
];

/**
 * Reads the annotation `sidecar.istio.io/userVolume`; a sentence that says what is wrong where the injector denies the pod
 * (istio: pkg/kube/inject/template.go, fromJSON).
 */
export function readUserVolumes(text: string): UserVolume[] | string {
  const read = readJsonEntries(text, "volumes");
  if (typeof read === "string") return read;
  const volumes: UserVolume[] = [];
  for (const { at, name, fields } of read.entries) {
    const types = TYPES.filter((type) => goField(fields, type) !== undefined);
    const wrong = types.find((type) => !isRecord(goField(fields, type)?.value));
    if (wrong !== undefined) return `entry ${at} has a type ${wrong} that is not a map`;
    const emptyDir = goField(fields, "emptyDir")?.value;
    const inner = (field: string): unknown => (isRecord(emptyDir) ? goField(emptyDir, field)?.value : undefined);
    if (typeof (inner("medium") ?? "") !== "string") return `entry ${at} has a medium that is not text`;
    const limit = inner("sizeLimit") ?? 0;
    if (typeof limit !== "number" && (typeof limit !== "string" || !isQuantity(limit))) {
      return `entry ${at} has a sizeLimit that is no quantity`;
    }
    const otherTypes = types.filter((type) => type !== "emptyDir");
    // A volume without a type is an emptyDir to Kubernetes.
    volumes.push({ name, otherTypes, isEmptyDir: otherTypes.length === 0 });
  }
  return volumes;
}
