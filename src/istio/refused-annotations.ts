import {
  EXCLUDE_INBOUND_PORTS,
  INCLUDE_INBOUND_PORTS,
  KUBEVIRT_INTERFACES,
  readInterfaceList,
  readPort,
  readPortList,
  REROUTE_INTERFACES,
  USER_VOLUME,
  USER_VOLUME_MOUNT,
} from "./annotations.ts";
import {
  isFalse,
  isTrue,
  NO_INTERFACE_LIST,
  NO_PORT_LIST,
  readInterceptionSettings,
  type WrongAnnotation,
} from "./interception-settings.ts";
import { readUserVolumeMounts } from "./user-volume-mount.ts";
import { isQuantity } from "./quantity.ts";
import { readUserVolumes } from "./user-volume.ts";

/** What is wrong with a value, as one clause; undefined for one that Istio accepts. */
type Check = (text: string) => string | undefined;

function check(cause: string, accepts: (text: string) => boolean): Check {
  return (text) => (accepts(text) ? undefined : cause);
}

const isPortList = (text: string): boolean => readPortList(text) !== undefined;
/** Kubernetes has 31 bits for a number of seconds, the validator 32. */
const NUMBER = check("is not a whole number", (text) => /^\d+$/.test(text) && Number(text) < 2 ** 31);
const QUANTITY = check("is not a quantity of Kubernetes", isQuantity);
const BOOLEAN = check("is neither true nor false", (text) => isTrue(text) || isFalse(text));
const INTERFACES = check(NO_INTERFACE_LIST, (text) => readInterfaceList(text) !== undefined);

/** Annotations that the injector reads besides those of the interception (istio: pkg/kube/inject/validate.go, AnnotationValidation; template.go, fromJSON). */
const CHECKS: Readonly<Record<string, Check>> = {
  [EXCLUDE_INBOUND_PORTS]: check(NO_PORT_LIST, isPortList),
  [INCLUDE_INBOUND_PORTS]: check("is neither * nor a list of ports", (text) => text === "*" || isPortList(text)),
  [KUBEVIRT_INTERFACES]: INTERFACES,
  [REROUTE_INTERFACES]: INTERFACES,
  "status.sidecar.istio.io/port": check("is not a port from 0 to 65535", (text) => readPort(text) !== undefined),
  "readiness.status.sidecar.istio.io/initialDelaySeconds": NUMBER,
  "readiness.status.sidecar.istio.io/periodSeconds": NUMBER,
  "readiness.status.sidecar.istio.io/failureThreshold": NUMBER,
  "prometheus.istio.io/merge-metrics": BOOLEAN,
  "sidecar.istio.io/proxyCPU": QUANTITY,
  "sidecar.istio.io/proxyMemory": QUANTITY,
  "sidecar.istio.io/proxyCPULimit": QUANTITY,
  "sidecar.istio.io/proxyMemoryLimit": QUANTITY,
  [USER_VOLUME_MOUNT]: (text) => sentenceOf(readUserVolumeMounts(text)),
  [USER_VOLUME]: (text) => sentenceOf(readUserVolumes(text)),
};

function sentenceOf(read: unknown): string | undefined {
  return typeof read === "string" ? read : undefined;
}

/** The annotations of a pod because of which Istio refuses it, or sets up no packet filter. */
export function refusedAnnotations(annotations: Readonly<Record<string, string>>): WrongAnnotation[] {
  const others = Object.entries(CHECKS).flatMap(([name, checkValue]): WrongAnnotation[] => {
    const value = annotations[name];
    const cause = value === undefined ? undefined : checkValue(value);
    return value === undefined || cause === undefined ? [] : [{ name, value, cause }];
  });
  return [...readInterceptionSettings(annotations).wrong, ...others];
}
