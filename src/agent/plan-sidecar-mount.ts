import type { Settings } from "../config/schema.ts";
import { USER_VOLUME, USER_VOLUME_MOUNT } from "../istio/annotations.ts";
import { isSidecarVolume } from "../istio/reserved.ts";
import { readUserVolumeMounts } from "../istio/user-volume-mount.ts";
import type { UserVolumeMounts } from "../istio/user-volume-mount.ts";
import type { Change } from "../yaml/edit/change.ts";
import { at, inMap, remove, set } from "../yaml/edit/change.ts";
import { isSource, parseSource } from "../yaml/source.ts";
import type { AgentState } from "./agent-state.ts";
import { samePath } from "./same-path.ts";
import type { Plan, Step } from "./step.ts";
import { ANNOTATIONS, problemOf } from "./step.ts";

const PATH = [...ANNOTATIONS, USER_VOLUME_MOUNT];

/** Mounts the volume into the sidecar, writable, by `userVolumeMount`; other mounts and the annotation's form stay. */
export function planSidecarMount(state: AgentState, { volumeName, outputPath }: Settings["certificates"]): Plan {
  if (isSidecarVolume(volumeName)) {
    const cause = `certificates.volumeName ${volumeName} is a volume that the sidecar makes itself`;
    return failed(state, cause, "set certificates.volumeName to a name of its own");
  }
  if (makesVolume(state.annotations[USER_VOLUME], volumeName)) {
    const cause = `${USER_VOLUME} makes a volume ${volumeName} too, and Kubernetes refuses a pod with two of one name`;
    return failed(state, cause, `take it out of ${USER_VOLUME}, or set certificates.volumeName`);
  }
  const mounts = readMounts(state);
  if (typeof mounts === "string") {
    return failed(
      state,
      mounts,
      'write it as \'[{"name": "…", "mountPath": "…"}]\'; with this one Istio refuses the pod or drops the mount',
    );
  }
  const [ours, another] = mounts?.mounts.filter(({ name }) => name === volumeName) ?? [];
  if (another) return failed(state, `mounts ${volumeName} twice`, "take one of the two mounts away");
  const taken = mounts?.mounts.find(({ name, mountPath }) => name !== volumeName && samePath(mountPath, outputPath));
  if (taken) {
    const cause = `the sidecar already has the volume ${taken.name} at ${outputPath}`;
    return failed(state, cause, "set certificates.outputPath to a free path");
  }
  if (ours && ("subPath" in ours.fields || "subPathExpr" in ours.fields)) {
    const cause = `mounts ${volumeName} with a subPath, and the agent never sees the certificates`;
    return failed(state, cause, "mount the whole volume, without subPath");
  }
  const cause = `the sidecar has the volume ${volumeName} at ${outputPath}`;
  if (ours === undefined) return planned(state, addition(mounts, volumeName, outputPath), cause);
  const change = inMap([
    ["mountPath", samePath(ours.mountPath, outputPath) ? undefined : set(outputPath)],
    ["readOnly", ours.fields["readOnly"] === true ? remove : undefined],
  ]);
  return change === undefined ? { steps: [], findings: [] } : planned(state, at([ours.at], change), cause);
}

/** The way back: our mount goes, and the annotation with it when nothing else is in it. */
export function planNoSidecarMount(state: AgentState, { volumeName, outputPath }: Settings["certificates"]): Plan {
  const mounts = readMounts(state);
  if (mounts === undefined || typeof mounts === "string") return { steps: [], findings: [] };
  const ours = mounts.mounts.find(({ name, mountPath }) => name === volumeName && samePath(mountPath, outputPath));
  if (ours === undefined) return { steps: [], findings: [] };
  const cause = "the sidecar has no volume for certificates";
  if (mounts.mounts.length > 1) return planned(state, at([ours.at], remove), cause);
  const step: Step = { path: PATH, change: remove, cause, currentValue: String(state.annotations[USER_VOLUME_MOUNT]) };
  return { steps: [step], findings: [] };
}

function addition(mounts: UserVolumeMounts | undefined, volumeName: string, outputPath: string): Change {
  if (mounts?.form === "map") return at([volumeName], set({ mountPath: outputPath }));
  return { kind: "list", at: new Map(), append: [{ name: volumeName, mountPath: outputPath }] };
}

function planned(state: AgentState, change: Change, cause: string): Plan {
  const step: Step = { path: PATH, change: { kind: "document", format: "json", change }, cause };
  const current = state.annotations[USER_VOLUME_MOUNT];
  if (typeof current === "string") step.currentValue = current;
  return { steps: [step], findings: [] };
}

function readMounts({ annotations }: AgentState): UserVolumeMounts | string | undefined {
  const text = annotations[USER_VOLUME_MOUNT];
  if (text === undefined) return undefined;
  if (typeof text !== "string") return "is not a string that holds JSON";
  const source = parseSource(text);
  const mounts = readUserVolumeMounts(text);
  // JSON allows a key twice, which nobody means.
  return typeof mounts === "string" || isSource(source) ? mounts : `is ambiguous: ${source.message}`;
}

function makesVolume(text: unknown, volumeName: string): boolean {
  if (typeof text !== "string") return false;
  try {
    const volumes: unknown = JSON.parse(text);
    if (!Array.isArray(volumes)) return typeof volumes === "object" && volumes !== null && volumeName in volumes;
    return volumes.some((volume: unknown) => (volume as { name?: unknown } | null)?.name === volumeName);
  } catch {
    // Malformed JSON is for the injector to refuse; here it only cannot name our volume.
    return false;
  }
}

function failed(state: AgentState, cause: string, remedy: string): Plan {
  return { steps: [], findings: [problemOf(state.manifest, PATH, cause, remedy)] };
}
