import {
  EXCLUDE_OUTBOUND_IP_RANGES,
  EXCLUDE_OUTBOUND_PORTS,
  INCLUDE_OUTBOUND_IP_RANGES,
  INTERCEPTION_MODE,
} from "../istio/annotations.ts";
import { refusedAnnotations } from "../istio/interception-settings.ts";
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
export function* interceptionModeNone({ agent, interception }: Scene): Iterable<Trouble> {
  if (interception.mode !== "NONE") return;
  yield {
    cause: "interceptionMode is NONE, so that no traffic of the agent goes through its sidecar",
    remedy: 'remove the annotation, or set trafficInterception to "Off" if that is what is wanted',
    field: annotationField(agent, INTERCEPTION_MODE),
  };
}

/** A port is both included and excluded; the exclusion wins (istio: tools/istio-iptables/pkg/capture/run.go). */
export function* excludedPort({ agent, interception }: Scene): Iterable<Trouble> {
  const excluded = new Set(interception.excludedPorts);
  for (const port of interception.includedPorts.filter((each) => excluded.has(each))) {
    yield {
      cause: `port ${port} is to be intercepted and stands in excludeOutboundPorts too, which wins, so that the push or the call for a token bypasses the sidecar`,
      remedy: `take ${port} out of excludeOutboundPorts`,
      field: annotationField(agent, EXCLUDE_OUTBOUND_PORTS),
    };
  }
}

/**
 * A backend's address is excluded, which wins over its port, although the reference says that excluded ranges apply with
 * `*` alone (istio: tools/istio-iptables/pkg/capture/run.go).
 */
export function* excludedBackend({ agent, interception, backends }: Scene): Iterable<Trouble> {
  for (const { host, by } of backends) {
    const address = host === undefined ? undefined : readAddress(host);
    const range = address && interception.excludedRanges.find((each) => isInRange(address, each));
    if (range === undefined) continue;
    yield {
      cause: `the backend ${host} of ${by} lies in ${range.text} of excludeOutboundIPRanges, which wins over its port, so that the push bypasses the sidecar`,
      remedy: `narrow ${range.text} in excludeOutboundIPRanges or bypass.ipRanges`,
      field: annotationField(agent, EXCLUDE_OUTBOUND_IP_RANGES),
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
