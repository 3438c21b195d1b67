import { isRecord, isSame } from "../base/record.ts";
import { defaultMountPath, defaultVolumeName } from "../config/constants.ts";
import type { Settings } from "../config/schema.ts";
import { remove, set, type Change, type Value } from "../yaml/edit/change.ts";
import { chooseContainer, type Container, type Listed } from "./agent-state.ts";
import { certificatePlace, foldersOf, sidecarMounts, type Place } from "./certificate-place.ts";
import { samePath } from "./folder.ts";
import { planNoOutputCerts, planNoSidecarMount, planOutputCerts, planSidecarMount } from "./plan-sidecar.ts";
import type { Path } from "./agent-kind.ts";
import type { Plan } from "./step.ts";

/**
 * What brings the sidecar's certificates to the agent: a volume in the pod, mounted into the agent's container and, by
 * annotation, into the sidecar, which writes into it (decision record, point 3). What is there already stays.
 */
export function planCertificates(plan: Plan, { certificates, agent }: Settings): void {
  const container = chooseContainer(plan.state, agent.container);
  const reader = "severity" in container ? undefined : container;
  const place = certificatePlace(plan.state, certificates, reader);
  planOutputCerts(plan, place);
  planSidecarMount(plan, place);
  if ("severity" in container) plan.errors.push(container);
  else planMount(plan, container, place, certificates.mountPath);
  planVolume(plan, place, certificates, reader);
}

/** The way back: volume, mount, proxy config and sidecar mount go as far as they are what we would have written. */
export function planNoCertificates(plan: Plan, { certificates, agent }: Settings): void {
  planNoOutputCerts(plan, certificates);
  const isLeft = planNoSidecarMount(plan, certificates);
  const container = chooseContainer(plan.state, agent.container);
  const unmounted = "severity" in container ? undefined : planNoMount(plan, container, certificates);
  // The sidecar's mounts need their volumes.
  if (!isLeft) planNoVolume(plan, certificates, unmounted);
}

function planVolume(
  plan: Plan,
  { volume: name, from }: Place,
  { volumeName = defaultVolumeName, medium }: Settings["certificates"],
  reader: Container | undefined,
): void {
  const [volume, another] = plan.state.volumes.filter((each) => each.name === name);
  const emptyDir = emptyDirOf(medium);
  const volumesPath = plan.state.kind.volumes;
  if (volume === undefined) {
    const old = from === undefined ? undefined : plan.state.volumes.find((each) => each.name === from);
    if (old && isEmptyDir(old) && !isUsedByOthers(plan, old.name, reader)) {
      const cause = `the volume carries the certificates, and certificates.volumeName calls it ${name}`;
      const path = [...volumesPath, old.position, "name"];
      plan.add({ path, change: set(name), cause, currentValue: old.name });
      return planMedium(plan, old, medium);
    }
    const cause = "the volume carries the certificates from the sidecar to the agent";
    const proposedValue = { name, emptyDir };
    return plan.add({ path: volumesPath, change: append(proposedValue), cause, proposedValue });
  }
  if (another) {
    const cause = `there are two volumes ${name}, and Kubernetes refuses such a pod`;
    return plan.fail([...volumesPath, another.position], cause, "take one of them away");
  }
  if (isEmptyDir(volume)) return planMedium(plan, volume, medium);
  // What somebody else chose and the sidecar can write into works.
  if (name !== volumeName) return;
  const types = Object.keys(volume.fields).filter((key) => key !== "name");
  const cause = `the volume ${name} is of type ${types.join(", ")}, and the sidecar can only write into an emptyDir`;
  plan.fail([...volumesPath, volume.position], cause, "rename that volume, or set certificates.volumeName");
}

/** A volume without a type is an emptyDir to Kubernetes. */
function isEmptyDir({ fields }: Listed): boolean {
  return Object.keys(fields).every((key) => ["name", "emptyDir"].includes(key)) && isRecord(fields["emptyDir"] ?? {});
}

function planMedium(plan: Plan, { fields, position }: Listed, medium: string): void {
  const currentValue = isRecord(fields["emptyDir"]) ? fields["emptyDir"] : {};
  if ((currentValue["medium"] ?? "") === medium) return;
  plan.add({
    path: [...plan.state.kind.volumes, position, "emptyDir"],
    change: { kind: "map", entries: new Map([["medium", medium === "" ? remove : set(medium)]]) },
    cause: medium === "" ? "the certificates may go to disk" : "the private key must not reach the node's disk",
    currentValue,
    proposedValue: { ...currentValue, ...emptyDirOf(medium) },
  });
}

/** True for a volume that more than the reader and one mount of the sidecar have. */
function isUsedByOthers({ state }: Plan, volume: string, reader: Container | undefined): boolean {
  const read = sidecarMounts(state);
  const ofSidecar = typeof read === "object" ? read.mounts.filter(({ name }) => name === volume).length : 0;
  const others = state.containers.filter(({ position }) => position !== reader?.position);
  return (
    ofSidecar > 1 ||
    state.initMounts.has(volume) ||
    others.some(({ mounts }) => mounts.some(({ name }) => name === volume))
  );
}

function planMount(plan: Plan, container: Container, place: Place, mountPath: string | undefined): void {
  const { volume, from, inner } = place;
  const path = mountsPath(container);
  const named = container.mounts.filter(({ name }) => name === volume);
  const moved = from === undefined ? [] : container.mounts.filter(({ name }) => name === from);
  for (const { position } of moved) {
    const cause = `the agent reads the certificates from the volume ${volume}`;
    plan.add({ path: [...path, position, "name"], change: set(volume), cause, currentValue: from });
  }
  const ours = [...named, ...moved];
  const isReading = ours.some((mount) => foldersOf({ mounts: [mount] }, { volume: mount.name, inner }).length > 0);
  const inFolder = ours.find(({ fields }) => "subPath" in fields || "subPathExpr" in fields);
  if (inFolder && !isReading) {
    const cause = `the volume ${volume} is mounted with a subPath, and renewed certificates never arrive there`;
    return plan.fail([...path, inFolder.position], cause, "mount the whole volume, without subPath");
  }
  const currentValue = ours[0]?.fields["mountPath"];
  const wanted = mountPath ?? (typeof currentValue === "string" ? currentValue : defaultMountPath);
  const there = container.mounts.filter(({ fields }) => samePath(fields["mountPath"], wanted));
  if (there.some((mount) => ours.includes(mount))) return;
  if (there[0]) {
    const cause = `the container ${container.name} already mounts the volume ${there[0].name} at ${wanted}`;
    return plan.fail([...path, there[0].position], cause, "set certificates.mountPath to a free path");
  }
  const cause = "the agent reads the certificates there";
  if (ours.length === 1 && ours[0]) {
    return plan.add({ path: [...path, ours[0].position, "mountPath"], change: set(wanted), cause, currentValue });
  }
  const proposedValue = { name: volume, mountPath: wanted, readOnly: true };
  plan.add({ path, change: append(proposedValue), cause, proposedValue });
}

function planNoMount(
  plan: Plan,
  container: Container,
  { volumeName = defaultVolumeName, mountPath = defaultMountPath }: Settings["certificates"],
): Listed | undefined {
  return removeEntry(plan, mountsPath(container), container.mounts, { name: volumeName, mountPath, readOnly: true });
}

function planNoVolume(
  plan: Plan,
  { volumeName = defaultVolumeName, medium }: Settings["certificates"],
  unmounted?: Listed,
): void {
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
