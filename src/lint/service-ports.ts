import { Cluster, WORKLOADS } from "../cluster/cluster.ts";
import { targetPortsOf } from "../cluster/target-ports.ts";
import { servedPeers } from "./hosts.ts";
import type { Scene, Trouble } from "./warning.ts";

/**
 * The backend's Service leads to another port. Where a load balancer rewrites connections at the socket, that is the port
 * which the packet filter sees (cilium#17276). A stream that has kube-proxy shows that none does.
 */
export function* targetPort(scene: Scene): Iterable<Trouble> {
  const { namespace, ask, interception } = scene;
  const served = servedPeers(scene);
  const targetPorts = new Set(served.map(({ entry }) => entry?.["targetPort"]));
  const named = [...targetPorts].filter((name) => typeof name === "string");
  const workloads = named.length === 0 ? [] : ask(WORKLOADS, named);
  const cluster = new Cluster([...new Set(served.map(({ service }) => service)), ...workloads]);
  if (ask(["DaemonSet"], ["kube-proxy"]).some(({ ref }) => ref.name === "kube-proxy")) return;
  const included = new Set(interception.includedPorts);
  for (const { peer } of served) {
    const targets = targetPortsOf(peer, cluster, namespace);
    const missing = typeof targets === "string" ? [] : targets.filter((port) => !included.has(port));
    if (missing.length === 0) continue;
    yield {
      cause: `the Service behind ${peer.shown} leads from port ${peer.port} to ${missing.join(", ")}, which is not intercepted: where connections are balanced at the socket (Cilium in place of kube-proxy), they bypass the sidecar`,
      remedy:
        "set ports.socketLoadBalancer of the function config to true in such a cluster, and turn this warning off in others",
      about: peer.about,
      field: { path: peer.field },
    };
  }
}

/**
 * The backend's Service has the port for UDP alone. Exporters speak TCP, and UDP a sidecar never carries (istio:
 * tools/istio-iptables/pkg/capture/run.go; istio#44843).
 */
export function* udpPort(scene: Scene): Iterable<Trouble> {
  for (const { peer, entry } of servedPeers(scene)) {
    if (entry?.["protocol"] !== "UDP") continue;
    yield {
      cause: `the Service behind ${peer.shown} has port ${peer.port} for UDP alone, and both the agent and its sidecar carry TCP there`,
      remedy: "push to a port of the backend that speaks OTLP over TCP",
      about: peer.about,
      field: { path: peer.field },
    };
  }
}
