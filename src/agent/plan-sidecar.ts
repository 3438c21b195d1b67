import { defaultOutputPath, defaultVolumeName } from "../config/constants.ts";
import type { Settings } from "../config/schema.ts";
import { OUTPUT_CERTS, PROXY_CONFIG, USER_VOLUME, USER_VOLUME_MOUNT } from "../istio/annotations.ts";
import { goKeys } from "../istio/go-json.ts";
import { isSidecarVolume, sidecarPathAt } from "../istio/reserved.ts";
import type { UserVolumeMount, UserVolumeMounts } from "../istio/user-volume-mount.ts";
import { readUserVolumes } from "../istio/user-volume.ts";
import { at, inMap, remove, set, type Change, type Value } from "../yaml/edit/change.ts";
import { annotationPath } from "./agent-state.ts";
import type { Path } from "./agent-kind.ts";
import { filledVolume, sidecarMounts, type Place } from "./certificate-place.ts";
import { pathBelow, samePath } from "./folder.ts";
import { proxyContainerOf } from "./proxy-container.ts";
import type { Plan } from "./step.ts";

/** Errors for a ProxyConfig because of which Istio refuses the pods, and for one that cannot be read with certainty. */
export function planProxyConfig(plan: Plan): void {
  const { refused, unclear } = plan.state.proxyConfig;
  const path = pathOf(plan, PROXY_CONFIG);
  for (const cause of refused) {
    plan.fail(path, cause, "write a ProxyConfig as YAML or JSON; with this one Istio refuses the pod");
  }
  if (unclear !== undefined) plan.fail(path, unclear, "write it in plain YAML, which every YAML reader reads alike");
}

/**
 * Makes the sidecar write its certificates into a folder, by the key OUTPUT_CERTS of `proxyMetadata`, merged into the
 * ProxyConfig that is there, which often carries `holdApplicationUntilProxyStarts` or tracing.
 */
export function planOutputCerts(plan: Plan, { folder }: Place): void {
  const owned = sidecarPathAt(folder);
  if (owned !== undefined) {
    const cause = `certificates.outputPath ${folder} collides with ${owned}, which the sidecar mounts itself`;
    return plan.fail(pathOf(plan, PROXY_CONFIG), cause, "set certificates.outputPath to a folder of its own");
  }
  const ofPod = proxyContainerOf(plan.state.podSpec)?.outputCerts;
  if (ofPod !== undefined && !samePath(ofPod, folder)) {
    const cause = `the pod's own container istio-proxy sets OUTPUT_CERTS to ${ofPod}, which wins over the ProxyConfig`;
    return plan.fail(
      plan.state.kind.containers,
      cause,
      `set it to ${folder} there, or set certificates.outputPath to ${ofPod}`,
    );
  }
  const { proxyMetadata, metadataKey } = plan.state.proxyConfig;
  if (ofPod !== undefined || samePath(proxyMetadata[OUTPUT_CERTS], folder)) return;
  const cause = `the sidecar writes its certificates into ${folder}`;
  changeProxyConfig(plan, at([metadataKey, OUTPUT_CERTS], set(folder)), cause);
}

/** The way back: OUTPUT_CERTS goes where it names our folder, and what is empty then goes with it. */
export function planNoOutputCerts(plan: Plan, { outputPath = defaultOutputPath }: Settings["certificates"]): void {
  const { refused, written, proxyMetadata, metadataKey } = plan.state.proxyConfig;
  if (refused.length > 0 || proxyMetadata[OUTPUT_CERTS] !== outputPath) return;
  const isAlone = Object.keys(proxyMetadata).length === 1;
  // What holds nothing but comments is still an annotation of interception, and the operator writes one above OUTPUT_CERTS.
  const isEmptied = isAlone && Object.keys(written).length === 1;
  const change = isEmptied ? undefined : at(isAlone ? [metadataKey] : [metadataKey, OUTPUT_CERTS], remove);
  changeProxyConfig(plan, change, "the sidecar writes no certificates");
}

/** Plans a change inside the ProxyConfig, or with undefined that the annotation goes. */
function changeProxyConfig(plan: Plan, inner: Change | undefined, cause: string): void {
  const { text, fixed, refused, unclear } = plan.state.proxyConfig;
  if (refused.length > 0 || unclear !== undefined) return;
  const path = pathOf(plan, PROXY_CONFIG);
  if (fixed !== undefined && inner) {
    return plan.fail(
      path,
      `${fixed}, so that ${OUTPUT_CERTS} cannot be changed in it`,
      "keep what counts, and remove the rest",
      text,
    );
  }
  const change: Change = inner ? { kind: "document", format: "yaml", change: inner } : remove;
  plan.add({ path, change, cause, currentValue: text });
}

/** Mounts the volume into the sidecar, writable, by `userVolumeMount`; other mounts and the annotation's form stay. */
export function planSidecarMount(plan: Plan, place: Place): void {
  const { volume, folder, inner, mount } = place;
  if (isSidecarVolume(volume)) {
    const cause = `certificates.volumeName ${volume} is a volume that the sidecar makes itself`;
    return plan.fail(pathOf(plan, USER_VOLUME_MOUNT), cause, "set certificates.volumeName to a name of its own");
  }
  planUserVolume(plan, volume);
  const read = sidecarMounts(plan.state);
  if (typeof read === "string") {
    const form = `'[{"name": "…", "mountPath": "…"}]'`;
    return plan.fail(
      pathOf(plan, USER_VOLUME_MOUNT),
      read,
      `write it as ${form}; with this one Istio refuses the pod or drops the mount`,
    );
  }
  if (place.isMountedByPod) return;
  const mounts = read?.mounts ?? [];
  const filled = filledVolume(plan.state);
  if (filled === undefined && mounts.filter(({ name }) => name === volume).length > 1) {
    return plan.fail(pathOf(plan, USER_VOLUME_MOUNT), `mounts ${volume} twice`, "take one of the two mounts away");
  }
  if (mount && inner !== "" && pathBelow(folder, mount.mountPath) !== inner) {
    const cause = `the sidecar writes into the folder ${inner} of the volume ${mount.name}, and moved from there the agent would not find them`;
    const remedy = "remove certificates.outputPath from the function config";
    return plan.fail(pathOf(plan, USER_VOLUME_MOUNT), cause, remedy);
  }
  const path = inner === "" ? folder : (mount?.mountPath ?? folder);
  const ofPod = proxyContainerOf(plan.state.podSpec)?.mounts ?? [];
  if (ofPod.some((each) => each["name"] === volume && samePath(each["mountPath"], path))) return;
  const taken = [...mounts.filter((each) => each.at !== mount?.at), ...ofPod].find(({ mountPath }) =>
    samePath(mountPath, path),
  );
  if (taken) {
    const cause = `the sidecar already has the volume ${String(taken.name)} at ${path}`;
    const isRead = plan.state.containers.some((each) => each.mounts.some(({ name }) => name === taken.name));
    const remedy = isRead
      ? `set certificates.volumeName to ${String(taken.name)}`
      : "set certificates.outputPath to a free path";
    return plan.fail(pathOf(plan, USER_VOLUME_MOUNT), cause, remedy);
  }
  if (mount?.hasSubPath) {
    const cause = `mounts ${mount.name} with a subPath, and the agent never sees the certificates`;
    return plan.fail(pathOf(plan, USER_VOLUME_MOUNT), cause, "mount the whole volume, without subPath");
  }
  const change = mount ? changedMount(mount, volume, path) : addition(read, volume, path);
  if (change !== undefined) addStep(plan, change, `the sidecar has the volume ${volume} at ${path}`);
}

/** A mount of another volume becomes one of this volume; in the map form that is another key. */
function changedMount(mount: UserVolumeMount, volume: string, path: string): Change | undefined {
  const isRenamed = mount.name !== volume;
  const isByKey = typeof mount.at === "string" && mount.fields["name"] === undefined;
  if (isRenamed && isByKey) {
    const dropped = new Set(goKeys(mount.fields, "readOnly"));
    const kept = Object.entries(mount.fields).filter(([key]) => !dropped.has(key) && key !== mount.mountPathKey);
    const fields = { [mount.mountPathKey]: path, ...Object.fromEntries(kept) } as Record<string, Value>;
    return inMap([
      [String(mount.at), remove],
      [volume, set(fields)],
    ]);
  }
  const change = inMap([
    ["name", isRenamed ? set(volume) : undefined],
    [mount.mountPathKey, samePath(mount.mountPath, path) ? undefined : set(path)],
    ...(mount.isReadOnly ? goKeys(mount.fields, "readOnly") : []).map((key) => [key, remove] as const),
  ]);
  return change && at([mount.at], change);
}

/** The way back: our mount goes, and the annotation with it when nothing else is in it; true for a mount that stays. */
export function planNoSidecarMount(
  plan: Plan,
  { volumeName = defaultVolumeName, outputPath }: Settings["certificates"],
): boolean {
  const read = sidecarMounts(plan.state);
  const mounts = typeof read === "object" ? read.mounts : [];
  const ofVolume = mounts.filter(({ name }) => name === volumeName);
  const written = plan.state.proxyConfig.proxyMetadata[OUTPUT_CERTS];
  const folders = [outputPath ?? defaultOutputPath, ...(written === undefined ? [] : [written])];
  const ours = ofVolume.find(({ mountPath }) => folders.some((folder) => samePath(mountPath, folder)));
  if (ours) {
    addStep(plan, mounts.length > 1 ? at([ours.at], remove) : undefined, "the sidecar has no volume for certificates");
  }
  return ofVolume.length > (ours ? 1 : 0);
}

function addition(mounts: UserVolumeMounts | undefined, volume: string, path: string): Change {
  if (mounts?.form === "map") return at([volume], set({ mountPath: path }));
  return { kind: "list", at: new Map(), append: [{ name: volume, mountPath: path }] };
}

function addStep(plan: Plan, inner: Change | undefined, cause: string): void {
  const change: Change = inner ? { kind: "document", format: "json", change: inner } : remove;
  plan.add({
    path: pathOf(plan, USER_VOLUME_MOUNT),
    change,
    cause,
    currentValue: plan.state.annotations[USER_VOLUME_MOUNT],
  });
}

/** A volume of the injector's becomes one with the pod's of its name, unless their types differ (strategic merge by name). */
function planUserVolume(plan: Plan, volumeName: string): void {
  const text = plan.state.annotations[USER_VOLUME];
  const read =
    text === undefined ? [] : typeof text === "string" ? readUserVolumes(text) : "is not a string that holds JSON";
  const path = pathOf(plan, USER_VOLUME);
  if (typeof read === "string") {
    return plan.fail(path, read, "write it as JSON, a list of volumes; with this one Istio refuses the pod", text);
  }
  const clash = read.find(({ name, isEmptyDir }) => name === volumeName && !isEmptyDir);
  if (clash === undefined) return;
  const cause = `makes ${volumeName} a volume of type ${clash.otherTypes.join(", ")}, and the sidecar can only write into an emptyDir`;
  plan.fail(path, cause, "rename that volume, or set certificates.volumeName", text);
}

function pathOf({ state }: Plan, annotation: string): Path {
  return annotationPath(state, annotation);
}
