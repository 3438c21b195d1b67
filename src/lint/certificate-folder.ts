import { samePath } from "../agent/same-path.ts";
import type { Listed } from "../agent/agent-state.ts";
import type { Manifest } from "../base/manifest.ts";
import { mapAt, valueAt } from "../telemetry/plain-data.ts";
import { fieldPath } from "../agent/step.ts";
import type { Scene, Trouble, Warning } from "./warning.ts";

/** The files that a sidecar writes, and hardly anybody else by these names (istio: pilot/cmd/pilot-agent). */
const FILES = ["root-cert.pem", "cert-chain.pem"];

/** A path that ends with one of these files; the folder is the first group. */
const PATHS = /([\w./-]*)\/(?:root-cert|cert-chain)\.pem/g;

/**
 * The collector's configuration reads the certificates from a folder where nothing is mounted, so that scrapes of STRICT
 * workloads fail (telemetry-manager: internal/otelcollector/config/metricagent/prometheus_receiver.go; istio#24768).
 */
export const certificateFolder: Warning = (scene) => {
  const mounts = scene.container?.mounts ?? [];
  const ours = mounts.find(({ name }) => name === scene.settings.certificates.volumeName);
  const mountPath = ours?.fields["mountPath"];
  if (typeof mountPath !== "string") return [];
  return scene
    .ask(["ConfigMap"], FILES)
    .filter((each) => isMounted(each, scene))
    .flatMap((configMap) =>
      Object.entries(mapAt(configMap.object, "data")).flatMap(([key, text]) =>
        foldersIn(text)
          .filter((folder) => !mounts.some((mount) => holds(mount, folder)))
          .map((folder): Trouble => ({
            cause: `the collector reads the mesh certificates from ${folder}, and they are mounted at ${mountPath}, so that scrapes of STRICT workloads fail`,
            remedy: `set certificates.mountPath of the function config to ${folder}, or mend the collector's configuration`,
            about: configMap,
            field: { path: fieldPath(["data", key]) },
          })),
      ),
    );
};

function isMounted({ ref, previousNames }: Manifest, { agent }: Scene): boolean {
  const names = agent.volumes.map(({ fields }) => valueAt(fields, "configMap", "name"));
  return (
    ref.namespace === agent.manifest.ref.namespace && [ref.name, ...previousNames].some((name) => names.includes(name))
  );
}

function foldersIn(text: unknown): string[] {
  return typeof text === "string" ? [...new Set([...text.matchAll(PATHS)].map(([, folder = ""]) => folder))] : [];
}

/** True where a volume, ours or another, is mounted at the folder or above it. */
function holds({ fields }: Listed, folder: string): boolean {
  const path = fields["mountPath"];
  return samePath(path, folder) || (typeof path === "string" && folder.startsWith(`${path.replace(/\/+$/, "")}/`));
}
