import { WORKLOADS } from "../cluster/whereabouts.ts";
import { targetPortsOf } from "../telemetry/target-ports.ts";
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
  const services = servicesOf(peers, scene);
  const names = services.flatMap(({ object }) => peers.map(({ port }) => servicePort(object, port)?.["targetPort"]));
  const named = names.filter((name) => typeof name === "string");
  const workloads = named.length === 0 ? [] : ask(WORKLOADS, named);
  if (ask(["DaemonSet"], ["kube-proxy"]).some(({ ref }) => ref.name === "kube-proxy")) return [];
  return peers.flatMap((peer): Trouble[] => {
    const targets = targetPortsOf(peer, { services, workloads, agentNamespace: agent.manifest.ref.namespace });
    const missing =
      typeof targets === "string" ? [] : targets.filter((port) => !interception.includedPorts.includes(port));
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
