import { EXCLUDE_INBOUND_PORTS } from "./annotations.ts";
import type { WrongAnnotation } from "./interception-settings.ts";
import { readInterceptionSettings } from "./interception-settings.ts";
import { readPortList } from "./port-list.ts";

interface Check {
  name: string;
  accepts: (text: string) => boolean;
  cause: string;
}

const PORTS = "is not a list of ports from 1 to 65535";
const NUMBER = "is not a whole number";
const QUANTITY = "is not a quantity of Kubernetes";

/** Annotations that the injector checks besides those of the interception (istio: pkg/kube/inject/validate.go, AnnotationValidation). */
const CHECKS: readonly Check[] = [
  { name: EXCLUDE_INBOUND_PORTS, accepts: isPortList, cause: PORTS },
  {
    name: "traffic.sidecar.istio.io/includeInboundPorts",
    accepts: (text) => text === "*" || isPortList(text),
    cause: `is neither * nor a list of ports`,
  },
  { name: "status.sidecar.istio.io/port", accepts: isNumber, cause: "is not a port" },
  { name: "readiness.status.sidecar.istio.io/initialDelaySeconds", accepts: isNumber, cause: NUMBER },
  { name: "readiness.status.sidecar.istio.io/periodSeconds", accepts: isNumber, cause: NUMBER },
  { name: "readiness.status.sidecar.istio.io/failureThreshold", accepts: isNumber, cause: NUMBER },
  { name: "prometheus.istio.io/merge-metrics", accepts: isBoolean, cause: "is neither true nor false" },
  ...["proxyCPU", "proxyMemory", "proxyCPULimit", "proxyMemoryLimit"].map((name) => ({
    name: `sidecar.istio.io/${name}`,
    accepts: isQuantity,
    cause: QUANTITY,
  })),
];

/** The annotations of a pod because of which Istio refuses it, or sets up no packet filter. */
export function refusedAnnotations(annotations: Readonly<Record<string, string>>): WrongAnnotation[] {
  const others = CHECKS.flatMap(({ name, accepts, cause }): WrongAnnotation[] => {
    const value = annotations[name];
    return value === undefined || accepts(value) ? [] : [{ name, value, cause }];
  });
  return [...readInterceptionSettings(annotations, false).wrong, ...others];
}

function isPortList(text: string): boolean {
  return readPortList(text) !== undefined;
}

function isNumber(text: string): boolean {
  return /^\d{1,9}$/.test(text.trim());
}

/** Go's strconv.ParseBool. */
function isBoolean(text: string): boolean {
  return /^(?:1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(text);
}

/** k8s.io/apimachinery/pkg/api/resource, ParseQuantity. */
function isQuantity(text: string): boolean {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.test(text);
}
