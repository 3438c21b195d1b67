/** Pod annotations and labels that the injector reads; on the DaemonSet's own metadata they do nothing (istio: pkg/kube/inject). */

/** TCP ports whose traffic the sidecar carries, whatever the destination (istio: tools/istio-iptables). */
export const INCLUDE_OUTBOUND_PORTS = "traffic.sidecar.istio.io/includeOutboundPorts";

/** Destinations whose traffic the sidecar carries besides; missing means the mesh's default, which is mostly all. */
export const INCLUDE_OUTBOUND_IP_RANGES = "traffic.sidecar.istio.io/includeOutboundIPRanges";

/** Ports whose traffic bypasses the sidecar, TCP and UDP, whatever the destination (istio: tools/istio-iptables). */
export const EXCLUDE_OUTBOUND_PORTS = "traffic.sidecar.istio.io/excludeOutboundPorts";

/** Destinations that bypass the sidecar, whatever the port (istio: tools/istio-iptables/pkg/capture/run.go). */
export const EXCLUDE_OUTBOUND_IP_RANGES = "traffic.sidecar.istio.io/excludeOutboundIPRanges";

/** Ports of the pod that are reached past the sidecar. */
export const EXCLUDE_INBOUND_PORTS = "traffic.sidecar.istio.io/excludeInboundPorts";

/** Ports of the pod that the sidecar answers for: `*`, which is the default, or a list. */
export const INCLUDE_INBOUND_PORTS = "traffic.sidecar.istio.io/includeInboundPorts";

/** Interfaces whose inbound traffic is taken for outbound, by the old name and the new one (istio: istio-iptables -k). */
export const KUBEVIRT_INTERFACES = "traffic.sidecar.istio.io/kubevirtInterfaces";
export const REROUTE_INTERFACES = "istio.io/reroute-virtual-interfaces";

/** Interfaces of the pod whose traffic bypasses the sidecar (istio: tools/istio-iptables). */
export const EXCLUDE_INTERFACES = "traffic.sidecar.istio.io/excludeInterfaces";

/** How traffic is brought to the sidecar: REDIRECT, TPROXY, or NONE for not at all. */
export const INTERCEPTION_MODE = "sidecar.istio.io/interceptionMode";

/** ProxyConfig of this pod as YAML or JSON; unknown fields are ignored, wrong types deny the pod. */
export const PROXY_CONFIG = "proxy.istio.io/config";

/** Mounts of the sidecar as JSON, a map by volume name or a list; malformed JSON denies the pod. */
export const USER_VOLUME_MOUNT = "sidecar.istio.io/userVolumeMount";

/** Volumes that the injector adds to the pod, as JSON of the same two forms. */
export const USER_VOLUME = "sidecar.istio.io/userVolume";

/** Label of the pod template that asks for a sidecar, or refuses one. */
export const INJECT_LABEL = "sidecar.istio.io/inject";

/** The key of `proxyMetadata` that makes the sidecar write its certificates into a folder (istio: pilot/cmd/pilot-agent). */
export const OUTPUT_CERTS = "OUTPUT_CERTS";

/** The items of a comma-separated annotation without blanks around them; "" is the empty list. */
export function readCommaList(text: string): string[] {
  return text.trim() === "" ? [] : text.split(",").map((item) => item.trim());
}

/** The list with items appended that it lacks; what is there keeps its place. */
export function mergeList(existing: readonly string[], added: readonly string[]): string[] {
  return [...existing, ...added.filter((item, at) => !existing.includes(item) && added.indexOf(item) === at)];
}

/** Blanks as Go's strings.TrimSpace takes them off. */
const BLANKS = "[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*";
const AROUND = new RegExp(`^${BLANKS}|${BLANKS}$`, "g");

/** The port that a text means: 0 to 65535, leading zeros and blanks around it allowed (istio: validate.go, parsePort). */
export function readPort(text: string): number | undefined {
  const digits = text.replaceAll(AROUND, "");
  return /^\d+$/.test(digits) && Number(digits) <= 65535 ? Number(digits) : undefined;
}

/**
 * The ports that an annotation lists, or undefined when it is not a list of ports: comma-separated, as `readPort` reads them;
 * "" is the empty list. Ranges and `*` are no ports (istio: pkg/kube/inject/validate.go, parsePorts).
 */
export function readPortList(text: string): number[] | undefined {
  const list = text.replaceAll(AROUND, "");
  const ports = list === "" ? [] : list.split(",").map(readPort);
  const known = ports.filter((port) => port !== undefined);
  return known.length === ports.length ? known : undefined;
}

/** The interfaces that an annotation lists, or undefined for a name that Istio refuses (istio: pkg/util/net, ValidateInterfaceNames). */
export function readInterfaceList(text: string): string[] | undefined {
  const names = text === "" ? [] : text.split(",").map((name) => name.replaceAll(AROUND, ""));
  return names.every((name) => /^[a-zA-Z][a-zA-Z0-9_.-]{0,14}$/.test(name)) ? names : undefined;
}

/**
 * Ports as `includeOutboundPorts` needs them: by number, each once, no blanks, since the text goes into a packet-filter
 * command as it is (istio: tools/istio-iptables).
 */
export function writePortList(ports: Iterable<number>): string {
  return [...new Set(ports)].toSorted((a, b) => a - b).join(",");
}

/**
 * True when a pod's sidecar answers for a port of the pod; exclusions count only where all ports are included (istio:
 * tools/istio-iptables/pkg/capture/run.go, handleInboundPortsInclude).
 */
export function isInboundCaptured(port: number, annotations: Readonly<Record<string, unknown>>): boolean {
  const listOf = (name: string): readonly number[] => {
    const text = annotations[name];
    return typeof text === "string" ? (readPortList(text) ?? []) : [];
  };
  const included = annotations[INCLUDE_INBOUND_PORTS] ?? "*";
  return included === "*"
    ? !listOf(EXCLUDE_INBOUND_PORTS).includes(port)
    : listOf(INCLUDE_INBOUND_PORTS).includes(port);
}
