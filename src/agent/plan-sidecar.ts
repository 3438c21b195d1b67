import { isRecord, withoutNulls } from "../base/record.ts";
import type { Settings } from "../config/schema.ts";
import { OUTPUT_CERTS, PROXY_CONFIG, USER_VOLUME, USER_VOLUME_MOUNT } from "../istio/annotations.ts";
import { isSidecarVolume, sidecarPathAt } from "../istio/reserved.ts";
import { readUserVolumeMounts, type UserVolumeMounts } from "../istio/user-volume-mount.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { at, inMap, remove, set, type Change } from "../yaml/edit/change.ts";
import { readPlain } from "../yaml/parse.ts";
import { annotationPath, samePath, type AgentState } from "./agent-state.ts";
import type { Path } from "./agent-kind.ts";
import type { Plan } from "./step.ts";

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
  const config = readProxyConfig(plan.state);
  if (typeof config === "string") {
    return plan.fail(
      pathOf(plan, PROXY_CONFIG),
      config,
      "write a ProxyConfig as YAML or JSON; with this one Istio refuses the pod",
    );
  }
  if (config.proxyMetadata[OUTPUT_CERTS] === outputPath) return;
  const change = inProxyConfig(["proxyMetadata", OUTPUT_CERTS], set(outputPath));
  const cause = `the sidecar writes its certificates into ${outputPath}`;
  plan.add({ path: pathOf(plan, PROXY_CONFIG), change, cause, currentValue: config.text });
}

/** The way back: OUTPUT_CERTS goes where it names our folder, and what is empty then goes with it. */
export function planNoOutputCerts(plan: Plan, { outputPath }: Settings["certificates"]): void {
  const config = readProxyConfig(plan.state);
  if (typeof config === "string" || config.proxyMetadata[OUTPUT_CERTS] !== outputPath) return;
  const { text, fields, proxyMetadata } = config;
  const isAlone = Object.keys(proxyMetadata).length === 1;
  // What holds nothing but comments is still an annotation of interception, and the operator writes one above OUTPUT_CERTS.
  const isEmptied = isAlone && Object.keys(fields).length === 1;
  const change = isEmptied
    ? remove
    : inProxyConfig(isAlone ? ["proxyMetadata"] : ["proxyMetadata", OUTPUT_CERTS], remove);
  plan.add({
    path: pathOf(plan, PROXY_CONFIG),
    change,
    cause: "the sidecar writes no certificates",
    currentValue: text,
  });
}

interface ProxyConfig {
  text: string | undefined;
  fields: Readonly<Record<string, unknown>>;
  proxyMetadata: Readonly<Record<string, unknown>>;
}

/** The ProxyConfig, or a sentence on what Istio would refuse (istio: pkg/config/mesh, ApplyProxyConfig). */
function readProxyConfig({ annotations }: AgentState): ProxyConfig | string {
  const text = annotations[PROXY_CONFIG];
  if (text === undefined) return { text, fields: {}, proxyMetadata: {} };
  if (typeof text !== "string") return "is not a string that holds YAML";
  const read = readPlain(text);
  if ("message" in read) {
    const { line, message } = read;
    return line === undefined ? message : `is not YAML: ${message} (in line ${line} of the annotation)`;
  }
  const fields = read.value ?? {};
  if (!isRecord(fields)) return "is not a map";
  const written = fields["proxyMetadata"] ?? {};
  if (!isRecord(written)) return "has a proxyMetadata that is not a map";
  const proxyMetadata = withoutNulls(written);
  const wrong = Object.entries(proxyMetadata).find(([, value]) => typeof value !== "string");
  if (wrong) return `has a value in proxyMetadata that is not a string: ${wrong[0]} (quote it)`;
  return { text, fields, proxyMetadata };
}

function inProxyConfig(path: readonly string[], change: Change): Change {
  return { kind: "document", format: "yaml", change: at(path, change) };
}

/** Mounts the volume into the sidecar, writable, by `userVolumeMount`; other mounts and the annotation's form stay. */
export function planSidecarMount(plan: Plan, { volumeName, outputPath }: Settings["certificates"]): void {
  if (isSidecarVolume(volumeName)) {
    const cause = `certificates.volumeName ${volumeName} is a volume that the sidecar makes itself`;
    return plan.fail(pathOf(plan, USER_VOLUME_MOUNT), cause, "set certificates.volumeName to a name of its own");
  }
  if (makesVolume(plan.state.annotations[USER_VOLUME], volumeName)) {
    const cause = `${USER_VOLUME} makes a volume ${volumeName} too, and Kubernetes refuses a pod with two of one name`;
    return plan.fail(
      pathOf(plan, USER_VOLUME_MOUNT),
      cause,
      `take it out of ${USER_VOLUME}, or set certificates.volumeName`,
    );
  }
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
  if (ours && ("subPath" in ours.fields || "subPathExpr" in ours.fields)) {
    const cause = `mounts ${volumeName} with a subPath, and the agent never sees the certificates`;
    return plan.fail(pathOf(plan, USER_VOLUME_MOUNT), cause, "mount the whole volume, without subPath");
  }
  const change = ours
    ? inMap([
        ["mountPath", samePath(ours.mountPath, outputPath) ? undefined : set(outputPath)],
        ["readOnly", ours.fields["readOnly"] === true ? remove : undefined],
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

function makesVolume(text: unknown, volumeName: string): boolean {
  if (typeof text !== "string") return false;
  try {
    const volumes: unknown = JSON.parse(text);
    if (!Array.isArray(volumes)) return isRecord(volumes) && volumeName in volumes;
    return volumes.some((volume) => valueAt(volume, "name") === volumeName);
  } catch {
    // Malformed JSON is for the injector to refuse; here it only cannot name our volume.
    return false;
  }
}

function pathOf({ state }: Plan, annotation: string): Path {
  return annotationPath(state, annotation);
}
