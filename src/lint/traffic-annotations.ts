import {
  EXCLUDE_OUTBOUND_IP_RANGES,
  EXCLUDE_OUTBOUND_PORTS,
  INCLUDE_OUTBOUND_IP_RANGES,
  INTERCEPTION_MODE,
  PROXY_CONFIG,
} from "../istio/annotations.ts";
import type { MeshDefault } from "../cluster/mesh.ts";
import { refusedAnnotations } from "../istio/refused-annotations.ts";
import { isInRange, readAddress } from "../istio/ip-range.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { annotationField, type Scene, type Trouble } from "./warning.ts";

/** The DaemonSet is applied, and then Istio refuses each of its pods (istio: pkg/kube/inject/validate.go; istio#45810). */
export function* refusedAnnotation({ agent, texts }: Scene): Iterable<Trouble> {
  for (const { name, value, cause } of refusedAnnotations(texts)) {
    yield {
      cause: `${JSON.stringify(value)} ${cause}, so that Istio refuses the pods or sets up no packet filter`,
      remedy: "correct the annotation, or remove it",
      field: annotationField(agent, name),
    };
  }
}

/** The pod has no packet filter (istio: istio-discovery/files/injection-template.yaml); the CNI plugin refuses NONE. */
export function* interceptionModeNone({ agent, interception, texts }: Scene): Iterable<Trouble> {
  if (interception.mode !== "NONE") return;
  const isAnnotated = texts[INTERCEPTION_MODE] !== undefined;
  const isOfMesh = !isAnnotated && agent.proxyConfig.fields["interceptionMode"] === undefined;
  const annotation = isAnnotated ? INTERCEPTION_MODE : PROXY_CONFIG;
  const change = isOfMesh
    ? `give the agent's pods the annotation ${INTERCEPTION_MODE}: REDIRECT`
    : `remove ${isAnnotated ? "the annotation" : "it from the ProxyConfig"}`;
  yield {
    cause: `interceptionMode is NONE${isOfMesh ? " in the defaultConfig of the mesh" : ""}, so that no traffic of the agent goes through its sidecar`,
    remedy: `${change}, or set trafficInterception to "Off" if that is what is wanted`,
    field: isOfMesh ? undefined : annotationField(agent, annotation),
  };
}

/** A port is both included and excluded; the exclusion wins (istio: tools/istio-iptables/pkg/capture/run.go). */
export function* excludedPort({ agent, interception, defaults }: Scene): Iterable<Trouble> {
  const excluded = new Set(interception.excludedPorts);
  const mesh = defaultFor(EXCLUDE_OUTBOUND_PORTS, agent, defaults);
  for (const port of interception.includedPorts.filter((each) => excluded.has(each))) {
    yield {
      cause: `port ${port} is to be intercepted and stands in ${placeOf(mesh, "excludeOutboundPorts")} too, which wins, so that the push or the call for a token bypasses the sidecar`,
      remedy: mesh
        ? `give the agent's pods the annotation ${EXCLUDE_OUTBOUND_PORTS} without ${port}, "" for no port: it takes the place of the mesh's list`
        : `take ${port} out of excludeOutboundPorts`,
      field: mesh ? undefined : annotationField(agent, EXCLUDE_OUTBOUND_PORTS),
    };
  }
}

/**
 * A backend's address is excluded, which wins over its port, although the reference says that excluded ranges apply with
 * `*` alone (istio: tools/istio-iptables/pkg/capture/run.go).
 */
export function* excludedBackend({ agent, interception, backends, defaults }: Scene): Iterable<Trouble> {
  const mesh = defaultFor(EXCLUDE_OUTBOUND_IP_RANGES, agent, defaults);
  for (const { host, by } of backends) {
    const address = host === undefined ? undefined : readAddress(host);
    const range = address && interception.excludedRanges.find((each) => isInRange(address, each));
    if (range === undefined) continue;
    yield {
      cause: `the backend ${host} of ${by} lies in ${range.text} of ${placeOf(mesh, "excludeOutboundIPRanges")}, which wins over its port, so that the push bypasses the sidecar`,
      remedy: mesh
        ? "set bypass.ipRanges of the function config to ranges without it: they take the place of the mesh's list"
        : `narrow ${range.text} in excludeOutboundIPRanges or bypass.ipRanges`,
      field: mesh ? undefined : annotationField(agent, EXCLUDE_OUTBOUND_IP_RANGES),
    };
  }
}

/**
 * Somebody had chosen destinations that go through the sidecar, and the rewrite leaves none, so that scrapes bypass it. With
 * `*` nobody has chosen anything: it is what the mesh does without the annotation (istio#32677).
 */
export function* replacedIpRanges({ agent, before }: Scene): Iterable<Trouble> {
  const ranges = valueAt(before.object, ...agent.kind.annotations, INCLUDE_OUTBOUND_IP_RANGES);
  if (typeof ranges !== "string" || ["", "*"].includes(ranges.trim())) return;
  yield {
    cause: `what goes to ${ranges} went through the sidecar on every port, and now does so on the backends' ports alone`,
    remedy: "list the ports that are to be intercepted besides in ports.additional of the function config",
    field: annotationField(agent, INCLUDE_OUTBOUND_IP_RANGES),
  };
}

/** The default of the mesh that holds for the agent's pods, which have no annotation of their own. */
function defaultFor(
  annotation: string,
  { annotations }: Scene["agent"],
  defaults: readonly MeshDefault[],
): MeshDefault | undefined {
  return annotations[annotation] === undefined ? defaults.find((each) => each.annotation === annotation) : undefined;
}

function placeOf(mesh: MeshDefault | undefined, annotation: string): string {
  return mesh ? `${mesh.field} of ${mesh.manifest.ref.kind} ${mesh.manifest.ref.name}` : annotation;
}
