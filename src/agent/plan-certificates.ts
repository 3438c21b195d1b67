import type { Settings } from "../config/schema.ts";
import { defaultMountPath } from "../config/constants.ts";
import type { Finding } from "../base/finding.ts";
import type { Change, Value } from "../yaml/edit/change.ts";
import { remove, set } from "../yaml/edit/change.ts";
import type { AgentState, Container, Listed } from "./agent-state.ts";
import { chooseContainer } from "./choose-container.ts";
import { planNoOutputCerts, planOutputCerts } from "./plan-proxy-config.ts";
import { planNoSidecarMount, planSidecarMount } from "./plan-sidecar-mount.ts";
import { samePath } from "./same-path.ts";
import type { Plan } from "./step.ts";
import { problemOf, VOLUMES } from "./step.ts";
import { isRecord, isSame } from "../base/record.ts";

/**
 * What brings the sidecar's certificates to the agent: a volume in the pod, mounted into the agent's container and, by
 * annotation, into the sidecar, which is told to write into it (decision record, point 3).
 */
export function planCertificates(state: AgentState, settings: Settings): Plan {
  const { certificates } = settings;
  const container = chooseContainer(state, settings.agent.container);
  const plans = [
    planOutputCerts(state, certificates),
    planSidecarMount(state, certificates),
    "severity" in container ? { steps: [], findings: [container] } : planMount(state, container, certificates),
    planVolume(state, certificates),
  ];
  return { steps: plans.flatMap(({ steps }) => steps), findings: plans.flatMap(({ findings }) => findings) };
}

/** The way back: volume, mount, proxy config and sidecar mount go as far as they are what we would have written. */
export function planNoCertificates(state: AgentState, settings: Settings): Plan {
  const { certificates } = settings;
  const container = chooseContainer(state, settings.agent.container);
  const unmount = "severity" in container ? undefined : planNoMount(container, certificates);
  const plans = [
    planNoOutputCerts(state, certificates),
    planNoSidecarMount(state, certificates),
    unmount?.plan ?? { steps: [], findings: [] },
    planNoVolume(state, certificates, unmount?.mount),
  ];
  return { steps: plans.flatMap(({ steps }) => steps), findings: [] };
}

function planVolume(state: AgentState, { volumeName, medium }: Settings["certificates"]): Plan {
  const [volume, another] = state.volumes.filter(({ name }) => name === volumeName);
  const emptyDir = emptyDirOf(medium);
  if (volume === undefined) {
    const value = { name: volumeName, emptyDir };
    const change: Change = { kind: "list", at: new Map(), append: [value] };
    const cause = "the volume carries the certificates from the sidecar to the agent";
    return { steps: [{ path: VOLUMES, change, cause, proposedValue: value }], findings: [] };
  }
  const path = [...VOLUMES, volume.position];
  const types = Object.keys(volume.fields).filter((key) => key !== "name");
  const current = volume.fields["emptyDir"] ?? {};
  if (another) {
    const cause = `there are two volumes ${volumeName}, and Kubernetes refuses such a pod`;
    return failed(problemOf(state.manifest, [...VOLUMES, another.position], cause, "take one of them away"));
  }
  // A volume without a type is an emptyDir to Kubernetes.
  if (types.some((type) => type !== "emptyDir") || !isRecord(current)) {
    const cause = `the volume ${volumeName} is of type ${types.join(", ")}, and the sidecar can only write into an emptyDir`;
    return failed(problemOf(state.manifest, path, cause, "rename that volume, or set certificates.volumeName"));
  }
  if ((current["medium"] ?? "") === medium) return { steps: [], findings: [] };
  const mediumChange = medium === "" ? remove : set(medium);
  const change: Change = { kind: "map", entries: new Map([["medium", mediumChange]]) };
  const cause = medium === "" ? "the certificates may go to disk" : "the private key must not reach the node's disk";
  const step = { path: [...path, "emptyDir"], change, cause, currentValue: current as Value };
  return { steps: [{ ...step, proposedValue: { ...current, ...emptyDir } as Value }], findings: [] };
}

function planMount(state: AgentState, container: Container, certificates: Settings["certificates"]): Plan {
  const { volumeName } = certificates;
  const path = mountsPath(container);
  const ours = container.mounts.filter(({ name }) => name === volumeName);
  const inFolder = ours.find(({ fields }) => "subPath" in fields || "subPathExpr" in fields);
  if (inFolder) {
    const cause = `the volume ${volumeName} is mounted with a subPath, and renewed certificates never arrive there`;
    const remedy = "mount the whole volume, without subPath";
    return failed(problemOf(state.manifest, [...path, inFolder.position], cause, remedy));
  }
  const existing = ours[0]?.fields["mountPath"];
  const wanted = certificates.mountPath ?? (typeof existing === "string" ? existing : defaultMountPath);
  if (ours.some(({ fields }) => samePath(fields["mountPath"], wanted))) return { steps: [], findings: [] };
  const taken = container.mounts.find(({ fields }) => samePath(fields["mountPath"], wanted));
  if (taken) {
    const cause = `the container ${container.name} already mounts the volume ${taken.name} at ${wanted}`;
    return failed(
      problemOf(state.manifest, [...path, taken.position], cause, "set certificates.mountPath to a free path"),
    );
  }
  const cause = "the agent reads the certificates there";
  if (ours.length === 1 && ours[0]) {
    const field = [...path, ours[0].position, "mountPath"];
    const step = { path: field, change: set(wanted), cause, proposedValue: wanted };
    return { steps: [existing === undefined ? step : { ...step, currentValue: existing as Value }], findings: [] };
  }
  const value = { name: volumeName, mountPath: wanted, readOnly: true };
  const change: Change = { kind: "list", at: new Map(), append: [value] };
  return { steps: [{ path, change, cause, proposedValue: value }], findings: [] };
}

function planNoMount(container: Container, certificates: Settings["certificates"]): { plan: Plan; mount?: Listed } {
  const ours = {
    name: certificates.volumeName,
    mountPath: certificates.mountPath ?? defaultMountPath,
    readOnly: true,
  };
  const mount = container.mounts.find(({ fields }) => isSame(fields, ours));
  if (mount === undefined) return { plan: { steps: [], findings: [] } };
  const path = mountsPath(container);
  const step = {
    path: [...path, mount.position],
    change: remove,
    cause: "no certificates are needed",
    currentValue: ours,
  };
  const alone = { ...step, path, currentValue: [ours] };
  return { plan: { steps: [container.mounts.length === 1 ? alone : step], findings: [] }, mount };
}

function planNoVolume(state: AgentState, certificates: Settings["certificates"], unmounted: Listed | undefined): Plan {
  const ours = { name: certificates.volumeName, emptyDir: emptyDirOf(certificates.medium) };
  const volume = state.volumes.find(({ fields }) => isSame(fields, ours));
  const isMounted =
    state.initMounts.has(ours.name) ||
    state.containers.some(({ mounts }) => mounts.some((mount) => mount.name === ours.name && mount !== unmounted));
  if (volume === undefined || isMounted) return { steps: [], findings: [] };
  const step = {
    path: [...VOLUMES, volume.position],
    change: remove,
    cause: "no certificates are needed",
    currentValue: ours,
  };
  const alone = { ...step, path: VOLUMES, currentValue: [ours] };
  return { steps: [state.volumes.length === 1 ? alone : step], findings: [] };
}

function mountsPath(container: Container): (string | number)[] {
  return ["spec", "template", "spec", "containers", container.position, "volumeMounts"];
}

function emptyDirOf(medium: string): { [key: string]: string } {
  return medium === "" ? {} : { medium };
}

function failed(finding: Finding): Plan {
  return { steps: [], findings: [finding] };
}
