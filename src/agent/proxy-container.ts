import { isRecord } from "../base/record.ts";
import { OUTPUT_CERTS } from "../istio/annotations.ts";
import { listAt, valueAt } from "../telemetry/plain-data.ts";

/** The name of the sidecar's container; one that a pod brings itself is merged with the injected one. */
export const PROXY_CONTAINER = "istio-proxy";

/** What a pod's own container `istio-proxy` says, which wins over what is injected (istio: pkg/kube/inject/webhook.go, reapplyOverwrittenContainers). */
export interface ProxyContainer {
  /** `containers` or `initContainers`, and the position there. */
  path: readonly [list: string, position: number];
  uid: number | undefined;
  gid: number | undefined;
  /** Its own OUTPUT_CERTS. */
  outputCerts: string | undefined;
  mounts: readonly Readonly<Record<string, unknown>>[];
}

/** The container `istio-proxy` that a pod's spec brings itself; undefined for most pods, which bring none. */
export function proxyContainerOf(podSpec: Readonly<Record<string, unknown>>): ProxyContainer | undefined {
  for (const list of ["containers", "initContainers"]) {
    const containers = listAt(podSpec, list);
    const position = containers.findIndex((each) => valueAt(each, "name") === PROXY_CONTAINER);
    const container = containers[position];
    if (container === undefined) continue;
    const idOf = (field: string): number | undefined => {
      const id = valueAt(container, "securityContext", field);
      return typeof id === "number" && id !== 0 ? id : undefined;
    };
    const variable = listAt(container, "env").find((each) => valueAt(each, "name") === OUTPUT_CERTS);
    const outputCerts = valueAt(variable, "value");
    return {
      path: [list, position],
      uid: idOf("runAsUser"),
      gid: idOf("runAsGroup"),
      outputCerts: typeof outputCerts === "string" ? outputCerts : undefined,
      mounts: listAt(container, "volumeMounts").filter(isRecord),
    };
  }
  return undefined;
}
