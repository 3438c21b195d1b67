import type { Settings } from "../config/schema.ts";
import { OUTPUT_CERTS, PROXY_CONFIG, USER_VOLUME, USER_VOLUME_MOUNT } from "../istio/annotations.ts";
import { goKeys } from "../istio/go-json.ts";
import { isSidecarVolume, sidecarPathAt } from "../istio/reserved.ts";
import { readUserVolumeMounts, type UserVolumeMounts } from "../istio/user-volume-mount.ts";
import { readUserVolumes } from "../istio/user-volume.ts";
import { at, inMap, remove, set, type Change } from "../yaml/edit/change.ts";
import { readPlain } from "../yaml/parse.ts";
import { annotationPath, samePath, type AgentState } from "./agent-state.ts";
import type { Path } from "./agent-kind.ts";
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
 * Makes the sidecar write its certificates into `outputPath`, by the key OUTPUT_CERTS of `proxyMetadata`, merged into
 * the ProxyConfig that is there, which often carries `holdApplicationUntilProxyStarts` or tracing.
 */
export function planOutputCerts(plan: Plan, { outputPath }: Settings["certificates"]): void {
  const owned = sidecarPathAt(outputPath);
  if (owned !== undefined) {
    const cause = `certificates.outputPath ${outputPath} collides with ${owned}, which the sidecar mounts itself`;
    return plan.fail(pathOf(plan, PROXY_CONFIG), cause, "set certificates.outputPath to a folder of its own");
  }
  const { proxyMetadata, metadataKey } = plan.state.proxyConfig;
  if (proxyMetadata[OUTPUT_CERTS] === outputPath) return;
  const cause = `the sidecar writes its certificates into ${outputPath}`;
  changeProxyConfig(plan, at([metadataKey, OUTPUT_CERTS], set(outputPath)), cause);
}

/** The way back: OUTPUT_CERTS goes where it names our folder, and what is empty then goes with it. */
export function planNoOutputCerts(plan: Plan, { outputPath }: Settings["certificates"]): void {
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
export function planSidecarMount(plan: Plan, { volumeName, outputPath }: Settings["certificates"]): void {
  if (isSidecarVolume(volumeName)) {
    const cause = `certificates.volumeName ${volumeName} is a volume that the sidecar makes itself`;
    return plan.fail(pathOf(plan, USER_VOLUME_MOUNT), cause, "set certificates.volumeName to a name of its own");
  }
  planUserVolume(plan, volumeName);
  const read = readMounts(plan.state);
  if (typeof read === "string") {
    const form = `'[{"name": "…", "mountPath": "…"}]'`;
    return plan.fail(
      pathOf(plan, USER_VOLUME_MOUNT),
      read,
      `write it as ${form}; with this one Istio refuses the pod or drops the mount`,
    );
  }
  const mounts = read?.mounts ?? [];
  const [ours, another] = mounts.filter(({ name }) => name === volumeName);
  if (another)
    return plan.fail(pathOf(plan, USER_VOLUME_MOUNT), `mounts ${volumeName} twice`, "take one of the two mounts away");
  const taken = mounts.find(({ name, mountPath }) => name !== volumeName && samePath(mountPath, outputPath));
  if (taken) {
    const cause = `the sidecar already has the volume ${taken.name} at ${outputPath}`;
    return plan.fail(pathOf(plan, USER_VOLUME_MOUNT), cause, "set certificates.outputPath to a free path");
  }
  if (ours?.hasSubPath) {
    const cause = `mounts ${volumeName} with a subPath, and the agent never sees the certificates`;
    return plan.fail(pathOf(plan, USER_VOLUME_MOUNT), cause, "mount the whole volume, without subPath");
  }
  const change = ours
    ? inMap([
        [ours.mountPathKey, samePath(ours.mountPath, outputPath) ? undefined : set(outputPath)],
        ...(ours.isReadOnly ? goKeys(ours.fields, "readOnly") : []).map((key) => [key, remove] as const),
      ])
    : addition(read, volumeName, outputPath);
  if (change === undefined) return;
  addStep(plan, ours ? at([ours.at], change) : change, `the sidecar has the volume ${volumeName} at ${outputPath}`);
}

/** The way back: our mount goes, and the annotation with it when nothing else is in it. */
export function planNoSidecarMount(plan: Plan, { volumeName, outputPath }: Settings["certificates"]): void {
  const read = readMounts(plan.state);
  const mounts = typeof read === "object" ? read.mounts : [];
  const ours = mounts.find(({ name, mountPath }) => name === volumeName && samePath(mountPath, outputPath));
  if (ours === undefined) return;
  addStep(plan, mounts.length > 1 ? at([ours.at], remove) : undefined, "the sidecar has no volume for certificates");
}

function addition(mounts: UserVolumeMounts | undefined, volumeName: string, outputPath: string): Change {
  if (mounts?.form === "map") return at([volumeName], set({ mountPath: outputPath }));
  return { kind: "list", at: new Map(), append: [{ name: volumeName, mountPath: outputPath }] };
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

function readMounts({ annotations }: AgentState): UserVolumeMounts | string | undefined {
  const text = annotations[USER_VOLUME_MOUNT];
  if (text === undefined) return undefined;
  if (typeof text !== "string") return "is not a string that holds JSON";
  const read = readPlain(text);
  const mounts = readUserVolumeMounts(text);
  // JSON allows a key twice, which nobody means.
  return typeof mounts === "string" || "value" in read ? mounts : `is ambiguous: ${read.message}`;
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
