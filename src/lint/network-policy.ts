import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { Cluster, WORKLOADS } from "../cluster/cluster.ts";
import { selects } from "../cluster/label-selector.ts";
import { targetPortsOf } from "../cluster/target-ports.ts";
import { listAt, mapAt, valueAt } from "../telemetry/plain-data.ts";
import { servedPeers } from "./hosts.ts";
import type { Scene, Trouble } from "./warning.ts";

/** The port of the sidecar's own metrics, and the port by which it gets its configuration and certificates from istiod. */
const SIDECAR_METRICS = 15090;
const ISTIOD = 15012;

/**
 * A NetworkPolicy selects the agent and keeps out scrapers of its sidecar, or keeps in what the sidecar carries to backends
 * (kubernetes.io/docs/concepts/services-networking/network-policies: what one of several policies allows is allowed). Whom a
 * policy names is not looked at, only the ports, so that nothing is raised that might be allowed.
 */
export function* networkPolicy(scene: Scene): Iterable<Trouble> {
  const { agent, namespace, ask } = scene;
  const selecting = ask(["NetworkPolicy"]).filter(
    ({ ref, object }) =>
      ref.apiVersion.startsWith("networking.k8s.io/") &&
      ref.namespace === namespace &&
      selects(mapAt(object, "spec", "podSelector"), agent.labels),
  );
  const inward = selecting.filter((each) => holdsFor(each, "Ingress"));
  if (inward.length > 0 && !isAllowed([SIDECAR_METRICS], inward, "ingress")) {
    yield {
      cause: `${nameAll(inward, "let nothing in at")} ${SIDECAR_METRICS}, the sidecar's own metrics, which the istio input scrapes`,
      remedy: `add to spec.ingress: ${ruleFor([SIDECAR_METRICS])}`,
      about: inward[0] ?? agent.manifest,
      field: { path: "spec.ingress" },
    };
  }
  const outward = selecting.filter((each) => holdsFor(each, "Egress"));
  if (outward.length === 0) return;
  const wanted = [{ port: ISTIOD, ports: [ISTIOD] }, ...destinations(scene)];
  const kept = wanted.filter(({ ports }) => !isAllowed(ports, outward, "egress"));
  if (kept.length === 0) return;
  const missing = [...new Set(kept.flatMap(({ ports }) => ports))].toSorted((a, b) => a - b);
  const isIstiod = missing.includes(ISTIOD);
  yield {
    cause: `${nameAll(outward, "let nothing out to")} ${missing.join(", ")}${isIstiod ? ` (${ISTIOD} is istiod, without which the sidecar does not start)` : ""}`,
    remedy: `add to spec.egress: ${ruleFor(missing)}`,
    about: outward[0] ?? agent.manifest,
    field: { path: "spec.egress" },
  };
}

/** The ports of backends and token endpoints, each with those of the pods behind it, which is what a policy sees. */
function destinations(scene: Scene): { port: number; ports: readonly number[] }[] {
  const { namespace, ask, backends, tokens } = scene;
  const served = servedPeers(scene);
  const named = served.map(({ entry }) => entry?.["targetPort"]).filter((target) => typeof target === "string");
  const workloads = named.length === 0 ? [] : ask(WORKLOADS, named);
  const cluster = new Cluster([...new Set(served.map(({ service }) => service)), ...workloads]);
  return [...backends, ...tokens].map((peer) => {
    const behind = served.some((each) => each.peer.port === peer.port && each.peer.host === peer.host)
      ? targetPortsOf(peer, cluster, namespace)
      : [];
    return { port: peer.port, ports: typeof behind === "string" || behind.length === 0 ? [peer.port] : behind };
  });
}

function nameAll(policies: readonly Manifest[], deed: string): string {
  const names = policies.map(({ ref }) => ref.name).join(", ");
  if (policies.length > 1) return `the NetworkPolicies ${names} select the agent and ${deed}`;
  return `the NetworkPolicy ${names} selects the agent and ${deed.replace("let", "lets")}`;
}

function ruleFor(ports: readonly number[]): string {
  return `- ports: [${ports.map((port) => `{port: ${port}, protocol: TCP}`).join(", ")}]`;
}

/** Whether a policy is about traffic of this direction: by its types, else always for what comes in, and by its rules for the rest. */
function holdsFor({ object }: Manifest, type: "Ingress" | "Egress"): boolean {
  const types = valueAt(object, "spec", "policyTypes");
  if (Array.isArray(types) && types.length > 0) return types.includes(type);
  return type === "Ingress" || valueAt(object, "spec", "egress") !== undefined;
}

/** True where some rule allows one of the ports; a port by its name may be any. */
function isAllowed(ports: readonly number[], policies: readonly Manifest[], direction: "ingress" | "egress"): boolean {
  const rules = policies.flatMap(({ object }) => listAt(object, "spec", direction));
  return rules.some((rule) => {
    const entries = listAt(rule, "ports").filter(isRecord);
    return entries.length === 0 || entries.some((entry) => ports.some((port) => isInEntry(port, entry)));
  });
}

function isInEntry(wanted: number, { port, endPort, protocol }: Readonly<Record<string, unknown>>): boolean {
  if ((protocol ?? "TCP") !== "TCP") return false;
  if (typeof port !== "number") return true;
  return wanted >= port && wanted <= (typeof endPort === "number" ? endPort : port);
}
