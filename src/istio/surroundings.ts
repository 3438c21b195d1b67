import { EXCLUDE_OUTBOUND_PORTS } from "./annotations.ts";

/** What decides an interception besides the pod's settings: how Istio is installed and what else the pod says. */
export interface Surroundings {
  /** The program that writes the rules: istio-iptables, or istio-nftables (`global.nativeNftables`). */
  filter: "iptables" | "nftables";
  /** The pod has rules for IPv6: its first address is one, or ISTIO_DUAL_STACK is on (istio: tools/common/config/config.go, getLocalIP). */
  hasV6: boolean;
  /** What is excluded because the CNI plugin sets up the rules and no annotation says otherwise. */
  excludedByCni: readonly number[];
  /** The uid and gid whose traffic is taken for the sidecar's own. */
  proxyUid: number;
  proxyGid: number;
  /** Whose traffic is intercepted, by gid: that of all groups but some, or of some alone. */
  groups: { all: boolean; listed: readonly number[] };
}

/** The identity of the sidecar's own processes, as uid and as gid (istio: tools/istio-iptables/pkg/constants). */
export const PROXY_ID = 1337;

/** A pod that the injector's init container sets up with iptables for both families. */
export const USUAL: Surroundings = {
  filter: "iptables",
  hasV6: true,
  excludedByCni: [],
  proxyUid: PROXY_ID,
  proxyGid: PROXY_ID,
  groups: { all: true, listed: [] },
};

/** The port of the merged metrics, which the CNI plugin excludes by default (istio: cni/pkg/plugin/sidecar_redirect.go). */
const STATUS_PORT = 15020;

/** What the CNI plugin excludes of a pod's outbound ports beyond its annotations. */
export function excludedByCni(annotations: Readonly<Record<string, unknown>>): readonly number[] {
  return annotations[EXCLUDE_OUTBOUND_PORTS] === undefined ? [STATUS_PORT] : [];
}

/**
 * Reads `ISTIO_OUTBOUND_OWNER_GROUPS` and `…_EXCLUDE`, which count where all groups are included. Undefined where a group
 * has a name, which only the sidecar's image knows (istio: tools/common/config/types.go, ParseInterceptFilter).
 */
export function readOwnerGroups(include: string, exclude: string): Surroundings["groups"] | undefined {
  const items = (include === "*" ? exclude : include).split(",").filter((item) => item !== "");
  const listed = items.map(Number);
  return items.every((item) => /^\d{1,10}$/.test(item)) ? { all: include === "*", listed } : undefined;
}
