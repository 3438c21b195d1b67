import { EXCLUDE_OUTBOUND_IP_RANGES, INCLUDE_OUTBOUND_IP_RANGES, INCLUDE_OUTBOUND_PORTS } from "./annotations.ts";
import { readCommaList } from "./comma-list.ts";
import type { IpRange } from "./ip-range.ts";
import { readRange } from "./ip-range.ts";
import { readPortList } from "./port-list.ts";

/** Ports whose traffic bypasses the sidecar, TCP and UDP, whatever the destination (istio: tools/istio-iptables). */
export const EXCLUDE_OUTBOUND_PORTS = "traffic.sidecar.istio.io/excludeOutboundPorts";

/** Interfaces of the pod whose traffic bypasses the sidecar (same folder). */
export const EXCLUDE_INTERFACES = "traffic.sidecar.istio.io/excludeInterfaces";

/** How traffic is brought to the sidecar: REDIRECT, TPROXY, or NONE for not at all. */
export const INTERCEPTION_MODE = "sidecar.istio.io/interceptionMode";

/** What the packet filter of a pod is made from. */
export interface InterceptionSettings {
  mode: "REDIRECT" | "TPROXY" | "NONE";
  excludedInterfaces: readonly string[];
  excludedPorts: readonly number[];
  includedPorts: readonly number[];
  excludedRanges: readonly IpRange[];
  includedRanges: "*" | readonly IpRange[];
  /** `ISTIO_META_DNS_CAPTURE`: port 53 goes to the agent of the sidecar, as the CNI plugin sets it up for every server. */
  capturesDns: boolean;
}

/** An annotation with which Istio refuses the pod, or the packet filter fails. */
export interface WrongAnnotation {
  name: string;
  value: string;
  /** What is wrong, as one clause. */
  cause: string;
}

/**
 * Reads the annotations of a pod as the injector hands them to istio-iptables. A missing annotation stands for the
 * default of the mesh, taken to be the chart's own: all ranges included, nothing excluded (istio:
 * manifests/charts/istio-control/istio-discovery, `global.proxy`; checks as in pkg/kube/inject/validate.go). An annotation
 * that is wrong is reported and then read as if it were missing.
 */
export function readInterceptionSettings(
  annotations: Readonly<Record<string, string>>,
  capturesDns: boolean,
): { settings: InterceptionSettings; wrong: WrongAnnotation[] } {
  const wrong: WrongAnnotation[] = [];
  const read = <Value>(name: string, fallback: Value, parse: (text: string) => Value | undefined, cause: string) => {
    const value = annotations[name];
    const parsed = value === undefined ? fallback : parse(value);
    if (parsed === undefined) wrong.push({ name, value: value ?? "", cause });
    return parsed ?? fallback;
  };
  const ports = (name: string): readonly number[] =>
    read(name, [], readPortList, "is not a list of ports from 1 to 65535");
  const settings: InterceptionSettings = {
    mode: read(INTERCEPTION_MODE, "REDIRECT", readMode, "is neither REDIRECT nor TPROXY nor NONE"),
    excludedInterfaces: read(EXCLUDE_INTERFACES, [], readInterfaces, "names an interface that cannot exist"),
    excludedPorts: ports(EXCLUDE_OUTBOUND_PORTS),
    includedPorts: ports(INCLUDE_OUTBOUND_PORTS),
    excludedRanges: read(EXCLUDE_OUTBOUND_IP_RANGES, [], readRanges, "is not a list of CIDR ranges"),
    includedRanges: read<"*" | readonly IpRange[]>(
      INCLUDE_OUTBOUND_IP_RANGES,
      "*",
      (text) => (text === "*" ? text : readRanges(text)),
      "is neither * nor a list of CIDR ranges",
    ),
    capturesDns,
  };
  return { settings, wrong };
}

function readMode(text: string): InterceptionSettings["mode"] | undefined {
  return text === "REDIRECT" || text === "TPROXY" || text === "NONE" ? text : undefined;
}

function readInterfaces(text: string): readonly string[] | undefined {
  const names = readCommaList(text);
  return names.every((name) => /^[^\s/]{1,15}$/.test(name)) ? names : undefined;
}

function readRanges(text: string): readonly IpRange[] | undefined {
  const ranges = text === "" ? [] : text.split(",").map(readRange);
  const known = ranges.filter((range) => range !== undefined);
  return known.length === ranges.length ? known : undefined;
}
