import { isRecord, isSame } from "../base/record.ts";
import { defaultMountPath } from "../config/constants.ts";
import type { Settings } from "../config/schema.ts";
import { remove, set, type Change, type Value } from "../yaml/edit/change.ts";
import { chooseContainer, samePath, type Container, type Listed } from "./agent-state.ts";
import { planNoOutputCerts, planNoSidecarMount, planOutputCerts, planSidecarMount } from "./plan-sidecar.ts";
import type { Path } from "./agent-kind.ts";
import type { Plan } from "./step.ts";

/**
 * What brings the sidecar's certificates to the agent: a volume in the pod, mounted into the agent's container and, by
 * annotation, into the sidecar, which writes into it (decision record, point 3).
 */
export function planCertificates(plan: Plan, { certificates, agent }: Settings): void {
  planOutputCerts(plan, certificates);
  planSidecarMount(plan, certificates);
  const container = chooseContainer(plan.state, agent.container);
  if ("severity" in container) plan.errors.push(container);
  else planMount(plan, container, certificates);
  planVolume(plan, certificates);
}

/** The way back: volume, mount, proxy config and sidecar mount go as far as they are what we would have written. */
export function planNoCertificates(plan: Plan, { certificates, agent }: Settings): void {
  planNoOutputCerts(plan, certificates);
  planNoSidecarMount(plan, certificates);
  const container = chooseContainer(plan.state, agent.container);
  const unmounted = "severity" in container ? undefined : planNoMount(plan, container, certificates);
  planNoVolume(plan, certificates, unmounted);
}

function planVolume(plan: Plan, { volumeName, medium }: Settings["certificates"]): void {
  const [volume, another] = plan.state.volumes.filter(({ name }) => name === volumeName);
  const emptyDir = emptyDirOf(medium);
  if (volume === undefined) {
    const cause = "the volume carries the certificates from the sidecar to the agent";
    const proposedValue = { name: volumeName, emptyDir };
    return plan.add({ path: plan.state.kind.volumes, change: append(proposedValue), cause, proposedValue });
  }
  if (another) {
    const cause = `there are two volumes ${volumeName}, and Kubernetes refuses such a pod`;
    return plan.fail([...plan.state.kind.volumes, another.position], cause, "take one of them away");
  }
  const path = [...plan.state.kind.volumes, volume.position];
  const types = Object.keys(volume.fields).filter((key) => key !== "name");
  // A volume without a type is an emptyDir to Kubernetes.
  const currentValue = volume.fields["emptyDir"] ?? {};
  if (types.some((type) => type !== "emptyDir") || !isRecord(currentValue)) {
    const cause = `the volume ${volumeName} is of type ${types.join(", ")}, and the sidecar can only write into an emptyDir`;
    return plan.fail(path, cause, "rename that volume, or set certificates.volumeName");
  }
  if ((currentValue["medium"] ?? "") === medium) return;
  plan.add({
    path: [...path, "emptyDir"],
    change: { kind: "map", entries: new Map([["medium", medium === "" ? remove : set(medium)]]) },
    cause: medium === "" ? "the certificates may go to disk" : "the private key must not reach the node's disk",
    currentValue,
    proposedValue: { ...currentValue, ...emptyDir },
  });
}

function planMount(plan: Plan, container: Container, { volumeName, mountPath }: Settings["certificates"]): void {
  const path = mountsPath(container);
  const ours = container.mounts.filter(({ name }) => name === volumeName);
  const inFolder = ours.find(({ fields }) => "subPath" in fields || "subPathExpr" in fields);
  if (inFolder) {
    const cause = `the volume ${volumeName} is mounted with a subPath, and renewed certificates never arrive there`;
    return plan.fail([...path, inFolder.position], cause, "mount the whole volume, without subPath");
  }
  const currentValue = ours[0]?.fields["mountPath"];
  const wanted = mountPath ?? (typeof currentValue === "string" ? currentValue : defaultMountPath);
  const there = container.mounts.filter(({ fields }) => samePath(fields["mountPath"], wanted));
  if (there.some(({ name }) => name === volumeName)) return;
  if (there[0]) {
    const cause = `the container ${container.name} already mounts the volume ${there[0].name} at ${wanted}`;
    return plan.fail([...path, there[0].position], cause, "set certificates.mountPath to a free path");
  }
  const cause = "the agent reads the certificates there";
  if (ours.length === 1 && ours[0]) {
    return plan.add({ path: [...path, ours[0].position, "mountPath"], change: set(wanted), cause, currentValue });
  }
  const proposedValue = { name: volumeName, mountPath: wanted, readOnly: true };
  plan.add({ path, change: append(proposedValue), cause, proposedValue });
}

function planNoMount(plan: Plan, container: Container, certificates: Settings["certificates"]): Listed | undefined {
  const mountPath = certificates.mountPath ?? defaultMountPath;
  return removeEntry(plan, mountsPath(container), container.mounts, {
    name: certificates.volumeName,
    mountPath,
    readOnly: true,
  });
}

function planNoVolume(plan: Plan, { volumeName, medium }: Settings["certificates"], unmounted?: Listed): void {
  const { initMounts, containers, volumes } = plan.state;
  const isMounted =
    initMounts.has(volumeName) ||
    containers.some(({ mounts }) => mounts.some((mount) => mount.name === volumeName && mount !== unmounted));
  if (!isMounted)
    removeEntry(plan, plan.state.kind.volumes, volumes, { name: volumeName, emptyDir: emptyDirOf(medium) });
}

/** Removes our entry from a list, or the list when nothing else is in it; returns the entry. */
function removeEntry(plan: Plan, path: Path, list: readonly Listed[], ours: unknown): Listed | undefined {
  const entry = list.find(({ fields }) => isSame(fields, ours));
  const step = { change: remove, cause: "no certificates are needed" };
  if (entry && list.length === 1) plan.add({ ...step, path, currentValue: [ours] });
  else if (entry) plan.add({ ...step, path: [...path, entry.position], currentValue: ours });
  return entry;
}

function append(value: Value): Change {
  return { kind: "list", at: new Map(), append: [value] };
}

function mountsPath({ path }: Container): Path {
  return [...path, "volumeMounts"];
}

function emptyDirOf(medium: string): { [key: string]: string } {
  return medium === "" ? {} : { medium };
}
