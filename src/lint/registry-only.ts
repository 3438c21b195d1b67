import type { Manifest } from "../base/manifest.ts";
import { INSTALLATION_KINDS, installationsAmong } from "../cluster/mesh.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { holdingSidecar } from "./holding-sidecar.ts";
import { isOutside, namesOf } from "../cluster/host-names.ts";
import type { Scene, Trouble } from "./warning.ts";

const REGISTRY_ONLY = "REGISTRY_ONLY";

/**
 * The mesh lets out what it knows alone, and a backend outside is not known: what is intercepted on its way there goes
 * nowhere (istio.io/latest/docs/reference/config/istio.mesh.v1alpha1, OutboundTrafficPolicy; istio#33281).
 */
export function* registryOnly(scene: Scene): Iterable<Trouble> {
  const outside = scene.peers.filter(({ host = "" }) => isOutside(host));
  const policy = outside.length === 0 ? undefined : registryOnlyPolicy(scene);
  if (policy === undefined) return;
  const names = new Set(outside.flatMap(({ host = "" }) => namesOf(host)));
  const hosts = scene.ask(["ServiceEntry"], [...names]).flatMap(({ object }) => valueAt(object, "spec", "hosts") ?? []);
  const known = new Set(hosts.map((host) => (typeof host === "string" ? host.toLowerCase() : "")));
  for (const { host = "", about, role, field } of outside) {
    if (known.has("*") || namesOf(host).some((name) => known.has(name))) continue;
    yield {
      cause: `the ${role} ${host} is outside of the cluster and no ServiceEntry names it, and ${policy.ref.kind} ${policy.ref.name} lets nothing else out (${REGISTRY_ONLY})`,
      remedy: `add a ServiceEntry for ${host}`,
      about,
      field: { path: field },
    };
  }
}

/** What says REGISTRY_ONLY for the agent: its Sidecar resource, which wins whatever it says, else the mesh. */
export function registryOnlyPolicy(scene: Scene): Manifest | undefined {
  const saying = scene.ask(["Sidecar", "ConfigMap", ...INSTALLATION_KINDS], [REGISTRY_ONLY]);
  const sidecar = saying.length === 0 ? undefined : holdingSidecar(scene);
  const own = sidecar && valueAt(sidecar.object, "spec", "outboundTrafficPolicy", "mode");
  if (own !== undefined) return own === REGISTRY_ONLY ? sidecar : undefined;
  const mesh = installationsAmong(saying).find(
    ({ meshConfig }) => valueAt(meshConfig, "outboundTrafficPolicy", "mode") === REGISTRY_ONLY,
  );
  return mesh?.manifest;
}
