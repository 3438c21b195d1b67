import { fieldPath } from "../base/finding.ts";
import { filledVolume } from "../agent/certificate-place.ts";
import { PROXY_CONTAINER, proxyContainerOf } from "../agent/proxy-container.ts";
import { hasNativeSidecars } from "../cluster/mesh.ts";
import { PROXY_CONFIG } from "../istio/annotations.ts";
import { PROXY_ID } from "../istio/surroundings.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { annotationField, type Scene, type Trouble } from "./warning.ts";

/** The collector runs as the sidecar's uid or gid, and the packet filter lets the sidecar's own traffic pass (istio#27202). */
export function* runsAsProxy({ agent, container }: Scene): Iterable<Trouble> {
  if (container === undefined) return;
  const proxy = proxyContainerOf(agent.podSpec);
  for (const [name, own] of [
    ["runAsUser", proxy?.uid],
    ["runAsGroup", proxy?.gid],
  ] as const) {
    const set = valueAt(container.fields, "securityContext", name);
    const id = set ?? valueAt(agent.podSpec, "securityContext", name);
    // With the CNI plugin the identity of a container istio-proxy that the pod brings itself takes the place of 1337.
    if (typeof id !== "number" || (id !== PROXY_ID && id !== own)) continue;
    const { podSpec, podSecurity } = agent.kind;
    const place = set === undefined ? [...podSpec, podSecurity] : [...container.path, "securityContext"];
    yield {
      cause: `the collector runs as ${id}, the identity of the sidecar itself, so that nothing it sends is intercepted`,
      remedy: `set ${name} to another number`,
      field: { path: fieldPath([...place, name]), currentValue: id },
    };
  }
}

/**
 * The pod brings a container `istio-proxy` itself, with another identity, and the packet filter that the init container writes
 * does not know the sidecar by that, so that it sends the sidecar's traffic back to it (istio: pkg/kube/inject/webhook.go,
 * reapplyOverwrittenContainers). What else it says is taken into account, or an error.
 */
export function* ownProxyContainer({ agent }: Scene): Iterable<Trouble> {
  const proxy = proxyContainerOf(agent.podSpec);
  if (proxy === undefined) return;
  const [list, position] = proxy.path;
  const at = (...keys: (string | number)[]) => ({ path: fieldPath([...agent.kind.podSpec, list, position, ...keys]) });
  if ((proxy.uid ?? PROXY_ID) !== PROXY_ID || (proxy.gid ?? PROXY_ID) !== PROXY_ID) {
    yield {
      cause: `the pod's own container ${PROXY_CONTAINER} runs with another identity than ${PROXY_ID}, which only the CNI plugin takes over: without it the sidecar's own traffic is sent back to the sidecar`,
      remedy: `remove runAsUser and runAsGroup from it, or turn this warning off in a mesh with the CNI plugin`,
      field: at("securityContext"),
    };
  }
}

/**
 * A second container, another agent for example, has the volume of the certificates and may write there, over the key
 * that the sidecar renews (istio#31726). A volume of this kind belongs to one pod: two agents never share one.
 */
export function* sharedVolume({ agent, container }: Scene): Iterable<Trouble> {
  const volumeName = filledVolume(agent)?.volume;
  if (volumeName === undefined || !container?.mounts.some(({ name }) => name === volumeName)) return;
  for (const { name, position, path, mounts } of agent.containers) {
    if (position === container.position || name === PROXY_CONTAINER) continue;
    for (const mount of mounts) {
      if (mount.name !== volumeName || mount.fields["readOnly"] === true) continue;
      yield {
        cause: `the container ${name} mounts the volume ${volumeName} too and may write there, where the sidecar keeps its certificates`,
        remedy:
          "add readOnly: true to that mount, or give one of the two a volume of its own (certificates.volumeName)",
        field: { path: fieldPath([...path, "volumeMounts", mount.position]), currentValue: mount.fields },
      };
    }
  }
}

/** Asks for a native sidecar, or refuses one (istio: istio-discovery/files/injection-template.yaml). */
const NATIVE_SIDECAR = "sidecar.istio.io/nativeSidecar";

/**
 * The collector may start before its sidecar: its first pushes fail, and its certificates are not there yet (istio#10528).
 * Off by default, since the mesh may have set it for all, and the collector tries again.
 */
export function* noWaitForSidecar({ agent, texts, installations }: Scene): Iterable<Trouble> {
  if (agent.proxyConfig.fields["holdApplicationUntilProxyStarts"] !== undefined) return;
  const native = texts[NATIVE_SIDECAR];
  // A native sidecar starts before all other containers, whatever the ProxyConfig says.
  if (native === undefined ? hasNativeSidecars(installations) : native !== "false") return;
  const isHeldByMesh = installations.some(
    ({ meshConfig }) => valueAt(meshConfig, "defaultConfig", "holdApplicationUntilProxyStarts") === true,
  );
  if (isHeldByMesh) return;
  yield {
    cause:
      "the collector does not wait for its sidecar, so that its first pushes fail and its certificates are missing",
    remedy: `add "holdApplicationUntilProxyStarts: true" to ${PROXY_CONFIG}`,
    field: agent.annotations[PROXY_CONFIG] === undefined ? undefined : annotationField(agent, PROXY_CONFIG),
  };
}
