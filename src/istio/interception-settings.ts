import {
  EXCLUDE_INBOUND_PORTS,
  EXCLUDE_INTERFACES,
  EXCLUDE_OUTBOUND_IP_RANGES,
  EXCLUDE_OUTBOUND_PORTS,
  INCLUDE_INBOUND_PORTS,
  INCLUDE_OUTBOUND_IP_RANGES,
  INCLUDE_OUTBOUND_PORTS,
  INTERCEPTION_MODE,
  readCommaList,
  readPortList,
} from "./annotations.ts";
import { readRange, type IpRange } from "./ip-range.ts";

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
  const ports = (name: string): readonly number[] => read(name, [], readPortList, PORTS[0]);
  const settings: InterceptionSettings = {
    mode: read(INTERCEPTION_MODE, "REDIRECT", readMode, "is neither REDIRECT nor TPROXY nor NONE"),
    excludedInterfaces: read(EXCLUDE_INTERFACES, [], readInterfaces, "names an interface that cannot exist"),
    excludedPorts: ports(EXCLUDE_OUTBOUND_PORTS),
    includedPorts: ports(INCLUDE_OUTBOUND_PORTS),
    excludedRanges: read(EXCLUDE_OUTBOUND_IP_RANGES, [], readRanges, "is not a list of CIDR ranges"),
    includedRanges: read(INCLUDE_OUTBOUND_IP_RANGES, "*", readAllOrRanges, "is neither * nor a list of CIDR ranges"),
    capturesDns,
  };
  return { settings, wrong };
}

function readMode(text: string): InterceptionSettings["mode"] | undefined {
  return (["REDIRECT", "TPROXY", "NONE"] as const).find((mode) => mode === text);
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

function readAllOrRanges(text: string): InterceptionSettings["includedRanges"] | undefined {
  return text === "*" ? text : readRanges(text);
}

type Check = readonly [cause: string, accepts: (text: string) => boolean];

const isPortList = (text: string): boolean => readPortList(text) !== undefined;
const isNumber = (text: string): boolean => /^\d{1,9}$/.test(text.trim());
const PORTS: Check = ["is not a list of ports from 1 to 65535", isPortList];
const NUMBER: Check = ["is not a whole number", isNumber];
/** As k8s.io/apimachinery/pkg/api/resource, ParseQuantity. */
const QUANTITY: Check = [
  "is not a quantity of Kubernetes",
  (text) => /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.test(text),
];
/** As Go's strconv.ParseBool. */
const BOOLEAN: Check = [
  "is neither true nor false",
  (text) => /^(?:1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(text),
];

/** Annotations that the injector checks besides those of the interception (istio: pkg/kube/inject/validate.go, AnnotationValidation). */
const CHECKS: Readonly<Record<string, Check>> = {
  [EXCLUDE_INBOUND_PORTS]: PORTS,
  [INCLUDE_INBOUND_PORTS]: ["is neither * nor a list of ports", (text) => text === "*" || isPortList(text)],
  "status.sidecar.istio.io/port": ["is not a port", isNumber],
  "readiness.status.sidecar.istio.io/initialDelaySeconds": NUMBER,
  "readiness.status.sidecar.istio.io/periodSeconds": NUMBER,
  "readiness.status.sidecar.istio.io/failureThreshold": NUMBER,
  "prometheus.istio.io/merge-metrics": BOOLEAN,
  "sidecar.istio.io/proxyCPU": QUANTITY,
  "sidecar.istio.io/proxyMemory": QUANTITY,
  "sidecar.istio.io/proxyCPULimit": QUANTITY,
  "sidecar.istio.io/proxyMemoryLimit": QUANTITY,
};

/** The annotations of a pod because of which Istio refuses it, or sets up no packet filter. */
export function refusedAnnotations(annotations: Readonly<Record<string, string>>): WrongAnnotation[] {
  const others = Object.entries(CHECKS).flatMap(([name, [cause, accepts]]): WrongAnnotation[] => {
    const value = annotations[name];
    return value === undefined || accepts(value) ? [] : [{ name, value, cause }];
  });
  return [...readInterceptionSettings(annotations, false).wrong, ...others];
}
