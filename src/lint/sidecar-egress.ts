import type { Manifest } from "../base/manifest.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { holdingSidecar } from "./holding-sidecar.ts";
import { serviceName } from "./hosts.ts";
import { interceptedPeers } from "./intercepted.ts";
import type { Trouble, Warning } from "./warning.ts";

/**
 * A `Sidecar` resource limits what the agent's proxy knows; it does not decide what is intercepted. A push that is
 * intercepted to a Service that it leaves out has no route: refused under REGISTRY_ONLY, else passed on without mTLS
 * (istio.io/latest/docs/reference/config/networking/sidecar; the alternative that ADR 026 rejected).
 */
export const sidecarEgress: Warning = (scene) => {
  const names = interceptedPeers(scene).flatMap(({ host, pipeline, role }) => {
    const name = host === undefined ? undefined : serviceName(host, scene.agent.manifest.ref.namespace);
    return name === undefined ? [] : [{ name, pipeline, role }];
  });
  const sidecar = names.length === 0 ? undefined : holdingSidecar(scene);
  const hosts = sidecar && hostsOf(sidecar);
  if (sidecar === undefined || hosts === undefined) return [];
  const exact = new Set(hosts);
  const patterns = hosts.filter((host) => host.includes("/*"));
  const isLetThrough = (name: string): boolean =>
    namespacesOf(name, sidecar).some((namespace) => exact.has(`${namespace}/${name}`)) ||
    patterns.some((host) => matches(host, name, sidecar.ref.namespace));
  return names
    .filter(({ name }) => !isLetThrough(name))
    .map(({ name, pipeline, role }): Trouble => {
      const wanted = `${name.split(".")[1]}/${name}`;
      return {
        cause: `egress.hosts leave out ${name}, the ${role} of MetricPipeline ${pipeline.ref.name}: the connection is intercepted and then goes on without mTLS, or nowhere under REGISTRY_ONLY`,
        remedy: `add ${wanted} to egress.hosts`,
        about: sidecar,
        field: { path: "spec.egress" },
      };
    });
};

/** The hosts of all its listeners; undefined where it has none, which means those of the next one. */
function hostsOf({ object }: Manifest): string[] | undefined {
  const egress = valueAt(object, "spec", "egress");
  if (!Array.isArray(egress) || egress.length === 0) return undefined;
  return egress.flatMap((listener) => {
    const hosts = valueAt(listener, "hosts");
    return Array.isArray(hosts) ? hosts.filter((host) => typeof host === "string") : [];
  });
}

/** How `egress.hosts` may name the namespace of a Service. */
function namespacesOf(name: string, { ref }: Manifest): string[] {
  const namespace = name.split(".")[1] ?? "";
  return [namespace, "*", ...(namespace === ref.namespace ? ["."] : [])];
}

/** `namespace/name`, where `.` is the Sidecar's own namespace, `*` any, `~` none, and a name may begin with `*`. */
function matches(host: string, name: string, ownNamespace: string | undefined): boolean {
  const [namespace = "", pattern = ""] = host.split("/");
  const wanted = namespace === "." ? ownNamespace : namespace;
  if (wanted !== "*" && wanted !== name.split(".")[1]) return false;
  return name.endsWith(pattern.slice(1));
}
