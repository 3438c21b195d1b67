/** Volume names that the injector's templates use (istio: manifests/charts/istio-control/istio-discovery/files). */
const SIDECAR_VOLUMES: readonly string[] = [
  "workload-socket",
  "credential-socket",
  "workload-certs",
  "gke-workload-certificate",
  "istio-envoy",
  "istio-data",
  "istio-podinfo",
  "istio-token",
  "istiod-ca-cert",
  "istio-ca-crl",
  "custom-bootstrap-volume",
  "lightstep-certs",
];

/** Folders that the injector's templates mount into the sidecar (same files). */
const SIDECAR_PATHS: readonly string[] = [
  "/var/run/secrets/workload-spiffe-uds",
  "/var/run/secrets/credential-uds",
  "/var/run/secrets/workload-spiffe-credentials",
  "/var/run/secrets/istio",
  "/var/run/secrets/istio/crl",
  "/var/run/secrets/tokens",
  "/var/lib/istio/data",
  "/etc/istio/proxy",
  "/etc/istio/pod",
  "/etc/istio/custom-bootstrap",
  "/etc/certs/",
];

/** Ports that sidecars listen on themselves (istio: pilot/cmd/pilot-agent/status/server.go, istioReservedPorts). */
const DATA_PLANE_PORTS: readonly number[] = [15000, 15001, 15004, 15006, 15008, 15020, 15021, 15053, 15090];

/** True for a port that every sidecar has for itself. */
export function isDataPlanePort(port: number): boolean {
  return DATA_PLANE_PORTS.includes(port);
}

/** True for a volume name that the injector adds to the pod itself. */
export function isSidecarVolume(name: string): boolean {
  return SIDECAR_VOLUMES.includes(name);
}

/** The sidecar's own folder that a path equals, contains or lies in; undefined when it is free. */
export function sidecarPathAt(path: string): string | undefined {
  const wanted = withSlash(path);
  return SIDECAR_PATHS.find((owned) => withSlash(owned).startsWith(wanted) || wanted.startsWith(withSlash(owned)));
}

function withSlash(path: string): string {
  return `${path.replace(/\/+/g, "/").replace(/\/$/, "")}/`;
}
