import { fieldPath, type Field } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import type { Container } from "../agent/agent-state.ts";
import { filledVolume, foldersOf, mountPathFor } from "../agent/certificate-place.ts";
import { pathBelow, samePath } from "../agent/folder.ts";
import { listAt, mapAt, valueAt } from "../telemetry/plain-data.ts";
import type { Scene, Trouble } from "./warning.ts";

/** The files that a sidecar writes, and hardly anybody else by these names (istio: pilot/cmd/pilot-agent). */
const FILES = ["root-cert.pem", "cert-chain.pem"];

/** A path that ends with one of these files; the folder is the first group. */
const PATHS = /([\w./-]*)\/(?:root-cert|cert-chain)\.pem/g;

/**
 * The collector reads the certificates from a folder where the sidecar's volume is not mounted, by a ConfigMap or by its own
 * arguments and environment, so that scrapes of STRICT workloads fail (telemetry-manager:
 * internal/otelcollector/config/metricagent/prometheus_receiver.go; istio#24768).
 */
export function* certificateFolder(scene: Scene): Iterable<Trouble> {
  const { agent, container } = scene;
  const filled = filledVolume(agent);
  if (container === undefined || filled === undefined) return;
  const folders = foldersOf(container, filled);
  const [there] = folders;
  if (there === undefined) return;
  for (const { text, about, field } of textsOf(scene, container)) {
    const paths = [...text.matchAll(PATHS)].map(([, found = ""]) => found);
    for (const folder of new Set(paths)) {
      if (folders.some((each) => samePath(folder, each)) || isElsewhere(scene, container, filled.volume, folder))
        continue;
      yield {
        cause: `the collector reads the mesh certificates from ${folder}, and they are mounted at ${there}, so that scrapes of STRICT workloads fail`,
        remedy: `set certificates.mountPath of the function config to ${mountPathFor(folder, filled.inner)}, or correct the collector's configuration`,
        ...(about && { about }),
        field,
      };
    }
  }
}

/** The texts in which the collector may name the folder. */
function* textsOf(
  { agent, namespace, ask }: Scene,
  container: Container,
): Iterable<{ text: string; about?: Manifest; field: Field }> {
  const mounted = agent.volumes.map(({ fields }) => valueAt(fields, "configMap", "name"));
  for (const about of ask(["ConfigMap"], FILES)) {
    const { ref, previousNames, object } = about;
    if (ref.namespace !== namespace || ![ref.name, ...previousNames].some((name) => mounted.includes(name))) continue;
    for (const [key, text] of Object.entries(mapAt(object, "data"))) {
      if (typeof text === "string") yield { text, about, field: { path: fieldPath(["data", key]) } };
    }
  }
  for (const name of ["command", "args", "env"]) {
    for (const [at, each] of listAt(container.fields, name).entries()) {
      const text = name === "env" ? valueAt(each, "value") : each;
      const path = [...container.path, name, at, ...(name === "env" ? ["value"] : [])];
      if (typeof text === "string") yield { text, field: { path: fieldPath(path) } };
    }
  }
}

/** True for a folder in a mount of another volume, which may hold certificates of another kind: nothing is known of those. */
function isElsewhere({ agent }: Scene, { mounts, position }: Container, volume: string, folder: string): boolean {
  const [inner] = mounts
    .flatMap(({ name, fields }) => ({ name, rest: pathBelow(folder, fields["mountPath"]) }))
    .filter(({ rest }) => rest !== undefined)
    .toSorted((one, other) => (one.rest ?? "").length - (other.rest ?? "").length);
  if (inner === undefined || inner.name === volume) return false;
  const fields = agent.volumes.find(({ name }) => name === inner.name)?.fields ?? {};
  const isEmpty = Object.keys(fields).every((key) => ["name", "emptyDir"].includes(key));
  const others = agent.containers.filter((each) => each.position !== position);
  // What is empty at first and nobody else has can hold nothing.
  return (
    !isEmpty ||
    agent.initMounts.has(inner.name) ||
    others.some((each) => each.mounts.some(({ name }) => name === inner.name))
  );
}
