import { Cluster, WORKLOADS } from "../cluster/cluster.ts";
import { targetPortsOf } from "../cluster/target-ports.ts";
import { interceptedPeers } from "./intercepted.ts";
import { servicePort, servicesOf } from "./service-port.ts";
import type { Trouble, Warning } from "./warning.ts";

/**
 * The backend's Service leads to another port. Where a load balancer rewrites connections at the socket, that is the port
 * which the packet filter sees (cilium#17276). A stream that has kube-proxy shows that none does.
 */
export const targetPort: Warning = (scene) => {
  const { agent, ask, interception } = scene;
  const peers = interceptedPeers(scene);
  const serviceOf = servicesOf(peers, scene);
  const services = new Set(peers.map(serviceOf).filter((service) => service !== undefined));
  const names = peers.map((peer) => {
    const service = serviceOf(peer);
    return service && servicePort(service.object, peer.port)?.["targetPort"];
  });
  const named = new Set(names.filter((name) => typeof name === "string"));
  const workloads = named.size === 0 ? [] : ask(WORKLOADS, [...named]);
  const cluster = new Cluster([...services, ...workloads]);
  const included = new Set(interception.includedPorts);
  if (ask(["DaemonSet"], ["kube-proxy"]).some(({ ref }) => ref.name === "kube-proxy")) return [];
  return peers.flatMap((peer): Trouble[] => {
    const targets = targetPortsOf(peer, cluster, agent.manifest.ref.namespace);
    const missing = typeof targets === "string" ? [] : targets.filter((port) => !included.has(port));
    if (missing.length === 0) return [];
    return [
      {
        cause: `the Service behind ${peer.shown} leads from port ${peer.port} to ${missing.join(", ")}, which is not intercepted: where connections are balanced at the socket (Cilium in place of kube-proxy), they bypass the sidecar`,
        remedy:
          "set ports.socketLoadBalancer of the function config to true in such a cluster, and turn this warning off in others",
        about: peer.pipeline,
        field: { path: peer.field },
      },
    ];
  });
};
