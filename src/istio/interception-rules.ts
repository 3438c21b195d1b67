import type { InterceptionSettings } from "./interception-settings.ts";
import { isInRange, isLoopback, type IpAddress, type IpRange } from "./ip-range.ts";
import { USUAL, type Surroundings } from "./surroundings.ts";

/** A connection that a process of the pod opens, or a datagram that it sends. */
export interface Connection {
  protocol: "tcp" | "udp";
  /** The destination; absent where it is not known before the sync, a host name for example. It is then not the pod itself. */
  address?: IpAddress;
  port: number;
  /** The interface that it leaves by: `lo` for every address of the pod itself, for most others `eth0`. */
  interface: string;
  /** The address that the process has bound the socket to, if it has. */
  source?: IpAddress;
  uid: number;
  gid: number;
}

/** Where a connection ends up. */
export type Way =
  /** At its destination, past the sidecar. */
  | "direct"
  /** At the sidecar, as outbound traffic (port 15001). */
  | "sidecar"
  /** At the sidecar, as if it came from outside (port 15006). */
  | "sidecar inbound"
  /** At the sidecar's DNS proxy (port 15053). */
  | "sidecar dns";

/** One rule of the packet filter, or several that stand together. */
export interface Rule {
  /** Stable, for programs. */
  id: string;
  way: Way;
  /** What it says, as a sentence without a full stop. */
  sentence: string;
  /** The file of istio/istio that makes it. */
  source: string;
  /** Undefined where the answer hangs on an address that is not known. */
  matches: (connection: Connection, settings: InterceptionSettings, around: Surroundings) => boolean | undefined;
}

/** The port of the tunnel between sidecars (HBONE), which the sidecar's calls to its own pod are let through to. */
const TUNNEL_PORT = 15008;

/** A rule that this file makes where it names no other. */
type RuleOfCapture = Omit<Rule, "source"> & Partial<Rule>;
const CAPTURE = "tools/istio-iptables/pkg/capture/run.go";
const CNI = "cni/pkg/plugin/sidecar_redirect.go";
const INJECTION = "manifests/charts/istio-control/istio-discovery/files/injection-template.yaml";
/** 127.0.0.1 and ::1, as values, since reading them from texts would take time at every start. */
const LOCALHOST: readonly IpAddress[] = [
  { family: 4, value: 0x7f000001n },
  { family: 6, value: 1n },
];
/** 127.0.0.6 and ::6. */
const PASSTHROUGH: readonly IpAddress[] = [
  { family: 4, value: 0x7f000006n },
  { family: 6, value: 6n },
];

const OWN_POD: RuleOfCapture = {
  id: "own-pod",
  way: "direct",
  sentence: "its destination is the pod itself",
  matches: (connection, { capturesDns, includedRanges }, { proxyUid }) =>
    connection.interface === "lo" &&
    connection.uid !== proxyUid &&
    (includedRanges === "*" || !includedRanges.some(isLoopback)) &&
    // With DNS capture the rule is for TCP alone and spares port 53.
    (!capturesDns || (connection.protocol === "tcp" && connection.port !== 53)),
};

/** The rules in the order in which the packet filter tries them: the first that matches decides. */
export const INTERCEPTION_RULES: readonly Rule[] = rulesOfCapture([
  {
    id: "mode-none",
    way: "direct",
    sentence: "interceptionMode is NONE, so that the pod has no packet filter",
    source: INJECTION,
    matches: (_, { mode }) => mode === "NONE",
  },
  {
    id: "family-without-rules",
    way: "direct",
    sentence:
      "it goes to an IPv6 address, and the pod has no rules for IPv6: its first address is IPv4, and ISTIO_DUAL_STACK is off",
    matches: ({ address }, _, { filter, hasV6 }) => filter === "iptables" && !hasV6 && address?.family === 6,
  },
  {
    id: "excluded-interface",
    way: "direct",
    sentence: "it leaves by an interface of excludeInterfaces",
    matches: (connection, { excludedInterfaces }) => excludedInterfaces.includes(connection.interface),
  },
  {
    id: "excluded-port",
    way: "direct",
    sentence: "its port is in excludeOutboundPorts, which wins over includeOutboundPorts",
    matches: ({ port }, { excludedPorts }) => excludedPorts.includes(port),
  },
  {
    id: "excluded-by-cni",
    way: "direct",
    sentence: "the CNI plugin excludes 15020 where there is no annotation excludeOutboundPorts",
    source: CNI,
    matches: ({ port }, _, around) => around.excludedByCni.includes(port),
  },
  {
    id: "inbound-passthrough",
    way: "direct",
    sentence: "it comes from 127.0.0.6, by which the sidecar hands inbound traffic to the pod",
    matches: ({ interface: via, source }, _, around) =>
      via === "lo" && isOneOf(source, PASSTHROUGH) && hasRulesFor(source, around),
  },
  ...ownerRules("uid"),
  ...ownerRules("gid"),
  {
    id: "owner-group",
    way: "direct",
    sentence: "ISTIO_OUTBOUND_OWNER_GROUPS or ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE leaves out the group of its process",
    matches: ({ gid }, _, { groups }) => groups.listed.includes(gid) === groups.all,
  },
  {
    id: "dns-capture",
    way: "sidecar dns",
    sentence: "ISTIO_META_DNS_CAPTURE is on, so that DNS goes to the sidecar's resolver",
    matches: ({ port }, { capturesDns }) => capturesDns && port === 53,
  },
  {
    id: "localhost",
    way: "direct",
    sentence: "its destination is localhost",
    matches: ({ address }, _, around) => isOneOf(address, LOCALHOST) && hasRulesFor(address, around),
  },
  {
    id: "excluded-range",
    way: "direct",
    sentence: "its destination is in excludeOutboundIPRanges, which win over includeOutboundPorts",
    matches: ({ address }, { excludedRanges }, around) => isInSome(address, excludedRanges, around),
  },
  {
    id: "included-port",
    way: "sidecar",
    sentence: "its port is in includeOutboundPorts, whatever the destination",
    matches: ({ port, protocol }, { includedPorts }) => protocol === "tcp" && includedPorts.includes(port),
  },
  {
    id: "included-range",
    way: "sidecar",
    sentence: "its destination is in includeOutboundIPRanges",
    matches: ({ address, protocol }, { includedRanges }, around) =>
      protocol === "tcp" && (includedRanges === "*" || isInSome(address, includedRanges, around)),
  },
  {
    id: "udp",
    way: "direct",
    sentence: "the sidecar captures no UDP but DNS",
    matches: ({ protocol }) => protocol === "udp",
  },
  {
    id: "not-included",
    way: "direct",
    sentence: "neither its port nor its destination is included",
    matches: () => true,
  },
]);

function rulesOfCapture(rules: readonly RuleOfCapture[]): Rule[] {
  return rules.map((rule) => ({ source: CAPTURE, ...rule }));
}

/** Which rule decides about a connection, and so where it ends up. */
export interface ConnectionDecision {
  rule: Rule;
  /** Earlier rules with another outcome, that decide if the address, which is not known, turns out to be theirs. */
  unless: readonly Rule[];
}

/**
 * Decides about one connection of a pod with a sidecar as its packet filter will: the first rule that matches. TPROXY changes
 * nothing but for the calls of the sidecar itself to its own pod, which are left out (istio:
 * tools/istio-iptables/pkg/capture/run.go; nftables and the CNI plugin keep the same order).
 */
export function decideConnection(
  connection: Connection,
  settings: InterceptionSettings,
  around: Surroundings = USUAL,
): ConnectionDecision {
  const doubtful: Rule[] = [];
  for (const rule of INTERCEPTION_RULES) {
    const matches = rule.matches(connection, settings, around);
    if (matches === true) return { rule, unless: doubtful.filter(({ way }) => way !== rule.way) };
    if (matches === undefined) doubtful.push(rule);
  }
  throw new Error("the last rule matches every connection");
}

/**
 * The rules on the sidecar's identity, which stand once for its uid and then once for its gid. The gid's own rule on the
 * pod itself is left out: where it could match, the uid's has matched before.
 */
function ownerRules(owner: "uid" | "gid"): RuleOfCapture[] {
  const suffix = owner === "uid" ? "" : "-group";
  const isProxy = (connection: Connection, { proxyUid, proxyGid }: Surroundings): boolean =>
    connection[owner] === (owner === "uid" ? proxyUid : proxyGid);
  const toOwnPod: RuleOfCapture = {
    id: `sidecar-to-own-pod${suffix}`,
    way: "sidecar inbound",
    sentence: `the sidecar itself, known by its ${owner}, calls its own pod`,
    matches: (connection, { capturesDns }, around) =>
      connection.protocol === "tcp" &&
      connection.interface === "lo" &&
      isProxy(connection, around) &&
      !isOneOf(connection.address, LOCALHOST) &&
      hasRulesFor(connection.address, around) &&
      connection.port !== TUNNEL_PORT &&
      // With DNS capture the rule of the uid, and that one alone, spares port 53.
      !(owner === "uid" && capturesDns && connection.port === 53),
  };
  const itself: RuleOfCapture = {
    id: `sidecar-itself${suffix}`,
    way: "direct",
    sentence: `it is opened with the ${owner} of the sidecar (1337, if nothing else is set) and taken for the sidecar's own`,
    matches: (connection, _, around) => isProxy(connection, around),
  };
  return owner === "uid" ? [toOwnPod, OWN_POD, itself] : [toOwnPod, itself];
}

function isOneOf(address: IpAddress | undefined, others: readonly IpAddress[]): boolean {
  return others.some((other) => other.family === address?.family && other.value === address.value);
}

/** Rules that name an address are there for IPv6 only where the pod has rules for it; the others of nftables are for both. */
function hasRulesFor(address: IpAddress | undefined, { hasV6 }: Surroundings): boolean {
  return hasV6 || address?.family !== 6;
}

function isInSome(
  address: IpAddress | undefined,
  ranges: readonly IpRange[],
  around: Surroundings,
): boolean | undefined {
  if (address === undefined) return ranges.length === 0 ? false : undefined;
  return hasRulesFor(address, around) && ranges.some((range) => isInRange(address, range));
}
