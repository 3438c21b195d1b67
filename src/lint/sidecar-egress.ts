import type { Manifest } from "../base/manifest.ts";
import { listAt } from "../telemetry/plain-data.ts";
import { holdingSidecar } from "./holding-sidecar.ts";
import { serviceName } from "./hosts.ts";
import type { Scene, Trouble } from "./warning.ts";

/**
 * A `Sidecar` resource limits what the agent's proxy knows; it does not decide what is intercepted. A push that is
 * intercepted to a Service that it leaves out has no route: refused under REGISTRY_ONLY, else passed on without mTLS
 * (istio.io/latest/docs/reference/config/networking/sidecar; the alternative that ADR 026 rejected).
 */
export function* sidecarEgress(scene: Scene): Iterable<Trouble> {
  const named = scene.peers.flatMap(({ host, by, role }) => {
    const name = host === undefined ? undefined : serviceName(host, scene.namespace);
    return name === undefined ? [] : [{ name, by, role }];
  });
  const sidecar = named.length === 0 ? undefined : holdingSidecar(scene);
  const hosts = sidecar && hostsOf(sidecar);
  if (sidecar === undefined || hosts === undefined) return;
  const own = sidecar.ref.namespace;
  const exact = new Set(hosts);
  const patterns = hosts.filter((host) => host.includes("/*"));
  for (const { name, by, role } of named) {
    const namespace = name.split(".")[1] ?? "";
    const namespaces = [namespace, "*", ...(namespace === own ? ["."] : [])];
    if (namespaces.some((each) => exact.has(`${each}/${name}`))) continue;
    if (patterns.some((host) => matches(host, name, own))) continue;
    yield {
      cause: `egress.hosts leave out ${name}, the ${role} of ${by}: the connection is intercepted and then goes on without mTLS, or nowhere under REGISTRY_ONLY`,
      remedy: `add ${namespace}/${name} to egress.hosts`,
      about: sidecar,
      field: { path: "spec.egress" },
    };
  }
}

/** The hosts of all its listeners; undefined where it has none, which means those of the next one. */
function hostsOf({ object }: Manifest): string[] | undefined {
  const egress = listAt(object, "spec", "egress");
  if (egress.length === 0) return undefined;
  return egress.flatMap((listener) => listAt(listener, "hosts").filter((host) => typeof host === "string"));
}

/** `namespace/name`, where `.` is the Sidecar's own namespace, `*` any, `~` none, and a name may begin with `*`. */
function matches(host: string, name: string, ownNamespace: string | undefined): boolean {
  const [namespace = "", pattern = ""] = host.split("/");
  const wanted = namespace === "." ? ownNamespace : namespace;
  if (wanted !== "*" && wanted !== name.split(".")[1]) return false;
  return name.endsWith(pattern.slice(1));
}
