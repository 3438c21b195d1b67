/** Pod annotations and labels that the injector reads; on the DaemonSet's own metadata they do nothing (istio: pkg/kube/inject). */

/** TCP ports whose traffic the sidecar carries, whatever the destination (istio: tools/istio-iptables). */
export const INCLUDE_OUTBOUND_PORTS = "traffic.sidecar.istio.io/includeOutboundPorts";

/** Destinations whose traffic the sidecar carries besides; missing means the mesh's default, which is mostly all. */
export const INCLUDE_OUTBOUND_IP_RANGES = "traffic.sidecar.istio.io/includeOutboundIPRanges";

/** Destinations that bypass the sidecar, whatever the port (istio: tools/istio-iptables/pkg/capture/run.go). */
export const EXCLUDE_OUTBOUND_IP_RANGES = "traffic.sidecar.istio.io/excludeOutboundIPRanges";

/** Ports of the pod that are reached past the sidecar. */
export const EXCLUDE_INBOUND_PORTS = "traffic.sidecar.istio.io/excludeInboundPorts";

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
