import {
  EXCLUDE_INTERFACES,
  EXCLUDE_OUTBOUND_IP_RANGES,
  EXCLUDE_OUTBOUND_PORTS,
  INCLUDE_OUTBOUND_IP_RANGES,
  INCLUDE_OUTBOUND_PORTS,
  INTERCEPTION_MODE,
  readInterfaceList,
  readPortList,
} from "./annotations.ts";
import { readRange, type IpRange } from "./ip-range.ts";
import { INTERCEPTION_MODES } from "./proxy-config-fields.ts";

/** What the packet filter of a pod is made from. */
export interface InterceptionSettings {
  mode: (typeof INTERCEPTION_MODES)[number];
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

/** What of the pod's ProxyConfig decides the interception. */
export interface ProxySettings {
  /** The fields by their names in camel case. */
  fields?: Readonly<Record<string, unknown>>;
  proxyMetadata?: Readonly<Record<string, unknown>>;
}

/**
 * Reads the annotations of a pod as the injector hands them to istio-iptables. A missing annotation stands for the
 * default of the mesh, taken to be the chart's own: all ranges included, nothing excluded (istio:
 * manifests/charts/istio-control/istio-discovery, `global.proxy`; checks as in pkg/kube/inject/validate.go). An annotation
 * that is wrong is reported and then read as if it were missing. The mode of the ProxyConfig counts where there is no
 * annotation for it.
 */
export function readInterceptionSettings(
  annotations: Readonly<Record<string, string>>,
  { fields = {}, proxyMetadata = {} }: ProxySettings = {},
): { settings: InterceptionSettings; wrong: WrongAnnotation[] } {
  const wrong: WrongAnnotation[] = [];
  const read = <Value>(name: string, fallback: Value, parse: (text: string) => Value | undefined, cause: string) => {
    const value = annotations[name];
    const parsed = value === undefined ? fallback : parse(value);
    if (parsed === undefined) wrong.push({ name, value: value ?? "", cause });
    return parsed ?? fallback;
  };
  const ports = (name: string): readonly number[] => read(name, [], readPortList, NO_PORT_LIST);
  const mode = modeOf(fields["interceptionMode"]);
  const settings: InterceptionSettings = {
    mode: read(INTERCEPTION_MODE, mode, readMode, "is neither REDIRECT nor TPROXY nor NONE"),
    excludedInterfaces: read(EXCLUDE_INTERFACES, [], readInterfaceList, NO_INTERFACE_LIST),
    excludedPorts: ports(EXCLUDE_OUTBOUND_PORTS),
    includedPorts: ports(INCLUDE_OUTBOUND_PORTS),
    excludedRanges: read(EXCLUDE_OUTBOUND_IP_RANGES, [], readRanges, "is not a list of CIDR ranges"),
    includedRanges: read(INCLUDE_OUTBOUND_IP_RANGES, "*", readAllOrRanges, "is neither * nor a list of CIDR ranges"),
    capturesDns: isTrue(proxyMetadata["ISTIO_META_DNS_CAPTURE"] ?? proxyMetadata["REDIRECT_DNS"]),
  };
  return { settings, wrong };
}

/** What is wrong with a list of ports, and of interfaces. */
export const NO_PORT_LIST = "is not a list of ports from 0 to 65535";
export const NO_INTERFACE_LIST =
  "is not a list of interfaces: names of at most 15 letters, digits, dots, dashes and underscores that begin with a letter";

/** True for what Go's strconv.ParseBool takes for true. */
export function isTrue(value: unknown): boolean {
  return typeof value === "string" && ["1", "t", "T", "true", "TRUE", "True"].includes(value);
}

/** True for what it takes for false; all else is neither. */
export function isFalse(text: string): boolean {
  return ["0", "f", "F", "false", "FALSE", "False"].includes(text);
}

function readMode(text: string): InterceptionSettings["mode"] | undefined {
  return INTERCEPTION_MODES.find((mode) => mode === text);
}

/** A number that is no mode is handed on, and sets up what REDIRECT does (istio: tools/istio-iptables/pkg/capture/run.go). */
function modeOf(field: unknown): InterceptionSettings["mode"] {
  return INTERCEPTION_MODES.find((mode, number) => field === mode || field === number) ?? "REDIRECT";
}

function readRanges(text: string): readonly IpRange[] | undefined {
  const ranges = text === "" ? [] : text.split(",").map(readRange);
  const known = ranges.filter((range) => range !== undefined);
  return known.length === ranges.length ? known : undefined;
}

function readAllOrRanges(text: string): InterceptionSettings["includedRanges"] | undefined {
  return text === "*" ? text : readRanges(text);
}
