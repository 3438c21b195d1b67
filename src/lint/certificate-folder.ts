import { fieldPath } from "../base/finding.ts";
import type { Listed } from "../agent/agent-state.ts";
import { samePath } from "../agent/agent-state.ts";
import { mapAt, valueAt } from "../telemetry/plain-data.ts";
import type { Scene, Trouble } from "./warning.ts";

/** The files that a sidecar writes, and hardly anybody else by these names (istio: pilot/cmd/pilot-agent). */
const FILES = ["root-cert.pem", "cert-chain.pem"];

/** A path that ends with one of these files; the folder is the first group. */
const PATHS = /([\w./-]*)\/(?:root-cert|cert-chain)\.pem/g;

/**
 * The collector's configuration reads the certificates from a folder where nothing is mounted, so that scrapes of STRICT
 * workloads fail (telemetry-manager: internal/otelcollector/config/metricagent/prometheus_receiver.go; istio#24768).
 */
export function* certificateFolder({ agent, container, namespace, settings, ask }: Scene): Iterable<Trouble> {
  const mounts = container?.mounts ?? [];
  const mountPath = mounts.find(({ name }) => name === settings.certificates.volumeName)?.fields["mountPath"];
  if (typeof mountPath !== "string") return;
  const mounted = agent.volumes.map(({ fields }) => valueAt(fields, "configMap", "name"));
  for (const about of ask(["ConfigMap"], FILES)) {
    const { ref, previousNames, object } = about;
    if (ref.namespace !== namespace || ![ref.name, ...previousNames].some((name) => mounted.includes(name))) continue;
    for (const [key, text] of Object.entries(mapAt(object, "data"))) {
      const paths = typeof text === "string" ? [...text.matchAll(PATHS)] : [];
      for (const folder of new Set(paths.map(([, found = ""]) => found))) {
        if (mounts.some((mount) => holds(mount, folder))) continue;
        yield {
          cause: `the collector reads the mesh certificates from ${folder}, and they are mounted at ${mountPath}, so that scrapes of STRICT workloads fail`,
          remedy: `set certificates.mountPath of the function config to ${folder}, or correct the collector's configuration`,
          about,
          field: { path: fieldPath(["data", key]) },
        };
      }
    }
  }
}

function holds({ fields }: Listed, folder: string): boolean {
  const path = fields["mountPath"];
  return samePath(path, folder) || (typeof path === "string" && folder.startsWith(`${path.replace(/\/+$/, "")}/`));
}
