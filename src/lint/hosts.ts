/**
 * The names by which a Service of the cluster may be meant, in full (kubernetes.io/docs, DNS for Services and Pods);
 * undefined for a host that is none. Two labels are a Service and its namespace, or a short domain: nothing tells.
 */
export function serviceName(host: string, agentNamespace: string | undefined): string | undefined {
  const labels = host.toLowerCase().replace(/\.$/, "").split(".");
  const [service = "", namespace = agentNamespace ?? "default", svc] = labels;
  if (/^\d+$/.test(labels.at(-1) ?? "") || host.includes(":")) return undefined;
  return labels.length <= 2 || svc === "svc" ? `${service}.${namespace}.svc.cluster.local` : undefined;
}

/** True for a host that only a public DNS can know, as far as its name tells. */
export function isOutside(host: string): boolean {
  const labels = host.toLowerCase().replace(/\.$/, "").split(".");
  const top = labels.at(-1) ?? "";
  return labels.length > 2 && labels[2] !== "svc" && /^[a-z]{2,}$/.test(top) && !INNER.includes(top);
}

/** Last labels that no public DNS knows (RFC 6761, RFC 6762; ICANN's reservation of internal; Docker's habit). */
const INNER = ["local", "localhost", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "test"];
