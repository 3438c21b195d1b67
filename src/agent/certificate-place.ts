import { defaultOutputPath, defaultVolumeName } from "../config/constants.ts";
import type { Settings } from "../config/schema.ts";
import { OUTPUT_CERTS, USER_VOLUME, USER_VOLUME_MOUNT } from "../istio/annotations.ts";
import { isSidecarVolume, sidecarPathAt } from "../istio/reserved.ts";
import { readUserVolumeMounts, type UserVolumeMount, type UserVolumeMounts } from "../istio/user-volume-mount.ts";
import { readUserVolumes } from "../istio/user-volume.ts";
import { readPlain } from "../yaml/parse.ts";
import type { AgentState, Container, Listed } from "./agent-state.ts";
import { folderOf, pathBelow } from "./folder.ts";
import { proxyContainerOf } from "./proxy-container.ts";

/** A volume into which the sidecar writes its certificates. */
export interface Filled {
  volume: string;
  /** The folder inside of the sidecar, as written. */
  folder: string;
  /** Where in the volume that is: "" for the volume's own root. */
  inner: string;
  /** The mount of the annotation; absent where the pod's own container istio-proxy has it. */
  mount?: UserVolumeMount;
}

/** Where the certificates are to go through, made of what is there and of what the settings ask for. */
export interface Place {
  volume: string;
  /** The value of OUTPUT_CERTS, and where in the volume it leads. */
  folder: string;
  inner: string;
  /** The sidecar's mount that stays or is changed; without one a mount is added. */
  mount?: UserVolumeMount;
  /** True where the pod's own container istio-proxy has the mount. */
  isMountedByPod?: boolean;
  /** The volume that had the certificates until now, if a setting names another one. */
  from?: string;
}

/** The volume that the sidecar writes its certificates into, whatever its name and its folder; undefined where there is none. */
export function filledVolume(state: AgentState): Filled | undefined {
  const folder = outputFolder(state);
  if (folder === undefined || folderOf(folder) === undefined || sidecarPathAt(folder) !== undefined) return undefined;
  const read = sidecarMounts(state);
  // The pod's own container istio-proxy wins over what is injected (istio: reapplyOverwrittenContainers).
  const own = proxyContainerOf(state.podSpec)?.mounts ?? [];
  const mounts = [
    ...own.map(({ name, mountPath }) => ({ name: String(name), mountPath, mount: undefined })),
    ...(typeof read === "object" ? read.mounts : []).map((mount) => ({ ...mount, mount })),
  ];
  const holding = mounts.flatMap(({ name, mountPath, mount }) => {
    const inner = pathBelow(folder, mountPath);
    return inner === undefined ? [] : { volume: name, folder, inner, ...(mount && { mount }) };
  });
  // Of mounts in one another the innermost one holds the folder.
  const [filled] = holding.toSorted((one, other) => one.inner.length - other.inner.length);
  return filled && canBeWritten(state, filled.volume) && !isSidecarVolume(filled.volume) ? filled : undefined;
}

/**
 * Where the certificates go. An arrangement that works stays as it is: the volume that the sidecar fills and the agent mounts,
 * under any name and at any path. The defaults are for what is missing, and settings win over both.
 */
export function certificatePlace(
  state: AgentState,
  { volumeName, outputPath }: Settings["certificates"],
  reader: Container | undefined,
): Place {
  const filled = filledVolume(state);
  const isRead = (volume: string): boolean => reader?.mounts.some(({ name }) => name === volume) ?? false;
  const own = volumeName ?? defaultVolumeName;
  const isAdopted = filled && (filled.volume === own || isRead(filled.volume) || !isRead(own));
  if (isAdopted && (volumeName === undefined || filled.volume === volumeName)) {
    return { ...filled, folder: outputPath ?? filled.folder, ...(filled.mount ? {} : { isMountedByPod: true }) };
  }
  const read = sidecarMounts(state);
  const mount = typeof read === "object" ? read.mounts.find(({ name }) => name === own) : undefined;
  if (isAdopted && mount === undefined && filled.mount) {
    return { ...filled, volume: own, folder: outputPath ?? filled.folder, from: filled.volume };
  }
  const shared =
    typeof read === "object" && outputFolder(state) !== undefined ? read.mounts.filter(({ name }) => isRead(name)) : [];
  const [only, another] = shared.filter(({ name }) => canBeWritten(state, name));
  if (filled === undefined && volumeName === undefined && mount === undefined && only && !another) {
    return { volume: only.name, folder: outputPath ?? only.mountPath, inner: "", mount: only };
  }
  const free = filled || sidecarPathAt(outputFolder(state) ?? "/") !== undefined ? undefined : outputFolder(state);
  if (isAdopted && mount) {
    const folder = filled.inner === "" ? mount.mountPath : `${folderOf(mount.mountPath) ?? ""}/${filled.inner}`;
    return { volume: own, folder: outputPath ?? folder, inner: filled.inner, mount, from: filled.volume };
  }
  const ofPod = proxyContainerOf(state.podSpec)?.mounts.find(({ name }) => name === own)?.["mountPath"];
  const there = mount?.mountPath ?? (typeof ofPod === "string" ? ofPod : undefined);
  return {
    volume: own,
    folder: outputPath ?? there ?? free ?? defaultOutputPath,
    inner: "",
    ...(mount && { mount }),
  };
}

/** Where a container finds the certificates: the folders at which it has that part of the volume. */
export function foldersOf(
  { mounts }: Pick<Container, "mounts">,
  { volume, inner }: Pick<Filled, "volume" | "inner">,
): string[] {
  return mounts.flatMap(({ name, fields }) => {
    const at = folderOf(fields["mountPath"]);
    if (name !== volume || at === undefined) return [];
    const part = subPathOf(fields);
    if (part === undefined) return [];
    const rest = pathBelow(`/${inner}`, `/${part}`);
    if (rest === undefined) return [];
    return [rest === "" ? String(fields["mountPath"]) : (folderOf(`${at}/${rest}`) ?? at)];
  });
}

/** Where the volume must be mounted for its part to be that folder; the folder itself where no mount makes it so. */
export function mountPathFor(folder: string, inner: string): string {
  const clean = folderOf(folder) ?? folder;
  return inner !== "" && clean.endsWith(`/${inner}`) ? clean.slice(0, -inner.length - 1) : folder;
}

/** The part of the volume that a mount shows; undefined for one that is made from variables. */
function subPathOf(fields: Listed["fields"]): string | undefined {
  if ((fields["subPathExpr"] ?? "") !== "") return undefined;
  return typeof fields["subPath"] === "string" ? fields["subPath"] : "";
}

/** The mounts of the annotation, undefined without one, or a sentence on what is wrong with it. */
export function sidecarMounts({ annotations }: AgentState): UserVolumeMounts | string | undefined {
  const text = annotations[USER_VOLUME_MOUNT];
  if (text === undefined) return undefined;
  if (typeof text !== "string") return "is not a string that holds JSON";
  const read = readPlain(text);
  const mounts = readUserVolumeMounts(text);
  // JSON allows a key twice, which nobody means.
  return typeof mounts === "string" || "value" in read ? mounts : `is ambiguous: ${read.message}`;
}

/** The folder that the sidecar writes its certificates into, as written; undefined where there is none that it can. */
export function outputFolder(state: AgentState): string | undefined {
  const folder = proxyContainerOf(state.podSpec)?.outputCerts ?? state.proxyConfig.proxyMetadata[OUTPUT_CERTS];
  // The injector pastes it between double quotes.
  return folder === undefined || /["\\\n]/.test(folder) || folderOf(folder) === undefined ? undefined : folder;
}

/** Types of volumes that nobody can write into (k8s.io/api/core/v1, VolumeSource). */
const READ_ONLY = ["secret", "configMap", "projected", "downwardAPI", "image"];

function canBeWritten({ volumes, annotations }: AgentState, volume: string): boolean {
  const text = annotations[USER_VOLUME];
  const injected = typeof text === "string" ? readUserVolumes(text) : [];
  const added = typeof injected === "string" ? [] : injected.filter(({ name }) => name === volume);
  const types = [
    ...volumes.filter(({ name }) => name === volume).flatMap(({ fields }) => Object.keys(fields)),
    ...added.flatMap(({ otherTypes }) => otherTypes),
  ];
  return !types.some((type) => READ_ONLY.includes(type));
}
