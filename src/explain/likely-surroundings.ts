import { proxyContainerOf } from "../agent/proxy-container.ts";
import { isCniInstalled, type Installation } from "../cluster/mesh.ts";
import { excludedByCni, readOwnerGroups, USUAL, type Surroundings } from "../istio/surroundings.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { isTrue } from "../istio/interception-settings.ts";

/** One way in which Istio may be installed, and the condition for it as a clause; the first one needs none. */
export interface LikelySurroundings {
  around: Surroundings;
  condition?: string;
}

/**
 * The ways in which the packet filter of a pod may be set up that the stream leaves open, the usual one first: by the CNI plugin or
 * an init container, by iptables or nftables, with rules for IPv6 or without.
 */
export function likelySurroundings(
  podSpec: Readonly<Record<string, unknown>>,
  annotations: Readonly<Record<string, string>>,
  proxyMetadata: Readonly<Record<string, unknown>>,
  installations: readonly Installation[],
): LikelySurroundings[] {
  const textOf = (name: string, fallback: string): string => {
    const value = proxyMetadata[name];
    return typeof value === "string" ? value : fallback;
  };
  const groups = readOwnerGroups(
    textOf("ISTIO_OUTBOUND_OWNER_GROUPS", "*"),
    textOf("ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE", ""),
  );
  const byInit: Surroundings = { ...USUAL, ...(groups && { groups }) };
  const proxy = proxyContainerOf(podSpec);
  // The plugin reads the groups from its own environment (istio: tools/istio-iptables/pkg/constants).
  const byCni: Surroundings = {
    ...USUAL,
    excludedByCni: excludedByCni(annotations),
    proxyUid: proxy?.uid ?? USUAL.proxyUid,
    proxyGid: proxy?.gid ?? USUAL.proxyGid,
  };
  const isCni = isCniInstalled(installations);
  const around = isCni === true ? byCni : byInit;
  const ways: LikelySurroundings[] = [{ around }];
  if (isCni === undefined) ways.push({ around: byCni, condition: "with the CNI plugin" });
  const isNative = installations.some(({ values }) => valueAt(values, "global", "nativeNftables") === true);
  const own: Surroundings = { ...around, filter: isNative ? "nftables" : "iptables" };
  if (isNative) ways[0] = { around: own };
  if (isTrue(proxyMetadata["ISTIO_DUAL_STACK"])) return ways;
  const isV4 = "if the pod's first IP is one of IPv4 and ISTIO_DUAL_STACK is off";
  ways.push({ around: { ...own, hasV6: false }, condition: isV4 });
  if (!isNative) {
    ways.push({ around: { ...own, filter: "nftables", hasV6: false }, condition: `${isV4}, with nftables` });
  }
  return ways;
}
