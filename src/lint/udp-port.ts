import { interceptedPeers } from "./intercepted.ts";
import { servicePort, servicesOf } from "./service-port.ts";
import type { Trouble, Warning } from "./warning.ts";

/**
 * The backend's Service has the port for UDP alone. Exporters speak TCP, and UDP a sidecar never carries (istio:
 * tools/istio-iptables/pkg/capture/run.go; istio#44843).
 */
export const udpPort: Warning = (scene) => {
  const peers = interceptedPeers(scene);
  const serviceOf = servicesOf(peers, scene);
  return peers.flatMap((peer): Trouble[] => {
    const { port, pipeline, field, shown } = peer;
    const service = serviceOf(peer);
    if (service === undefined || servicePort(service.object, port)?.["protocol"] !== "UDP") return [];
    return [
      {
        cause: `the Service behind ${shown} has port ${port} for UDP alone, and both the agent and its sidecar carry TCP there`,
        remedy: "push to a port of the backend that speaks OTLP over TCP",
        about: pipeline,
        field: { path: field },
      },
    ];
  });
};
