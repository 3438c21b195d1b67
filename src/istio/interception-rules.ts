import type { InterceptionSettings } from "./interception-settings.ts";
import type { IpAddress, IpRange } from "./ip-range.ts";
import { isInRange, isLoopback } from "./ip-range.ts";

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
  matches: (connection: Connection, settings: InterceptionSettings) => boolean | undefined;
}

/** The identity of the sidecar's own processes, as uid and as gid (istio: tools/istio-iptables/pkg/constants). */
export const PROXY_ID = 1337;

/** The port of the tunnel between sidecars (HBONE), which the sidecar's calls to its own pod are let through to. */
const TUNNEL_PORT = 15008;

const CAPTURE = "tools/istio-iptables/pkg/capture/run.go";
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

const OWN_POD: Rule = {
  id: "own-pod",
  way: "direct",
  sentence: "its destination is the pod itself",
  source: CAPTURE,
  matches: (connection, { capturesDns, includedRanges }) =>
    connection.interface === "lo" &&
    connection.uid !== PROXY_ID &&
    (includedRanges === "*" || !includedRanges.some(isLoopback)) &&
    // With DNS capture the rule is for TCP alone and spares port 53.
    (!capturesDns || (connection.protocol === "tcp" && connection.port !== 53)),
};

/** The rules in the order in which the packet filter tries them: the first that matches decides. */
export const INTERCEPTION_RULES: readonly Rule[] = [
  {
    id: "mode-none",
    way: "direct",
    sentence: "interceptionMode is NONE, so that the pod has no packet filter",
    source: INJECTION,
    matches: (_, { mode }) => mode === "NONE",
  },
  {
    id: "excluded-interface",
    way: "direct",
    sentence: "it leaves by an interface of excludeInterfaces",
    source: CAPTURE,
    matches: (connection, { excludedInterfaces }) => excludedInterfaces.includes(connection.interface),
  },
  {
    id: "excluded-port",
    way: "direct",
    sentence: "its port is in excludeOutboundPorts, which wins over includeOutboundPorts",
    source: CAPTURE,
    matches: ({ port }, { excludedPorts }) => excludedPorts.includes(port),
  },
  {
    id: "inbound-passthrough",
    way: "direct",
    sentence: "it comes from 127.0.0.6, by which the sidecar hands inbound traffic to the pod",
    source: CAPTURE,
    matches: (connection) => connection.interface === "lo" && isOneOf(connection.source, PASSTHROUGH),
  },
  ...ownerRules("uid"),
  ...ownerRules("gid"),
  {
    id: "dns-capture",
    way: "sidecar dns",
    sentence: "ISTIO_META_DNS_CAPTURE is on, so that DNS goes to the sidecar's resolver",
    source: CAPTURE,
    matches: ({ port }, { capturesDns }) => capturesDns && port === 53,
  },
  {
    id: "localhost",
    way: "direct",
    sentence: "its destination is localhost",
    source: CAPTURE,
    matches: ({ address }) => isOneOf(address, LOCALHOST),
  },
  {
    id: "excluded-range",
    way: "direct",
    sentence: "its destination is in excludeOutboundIPRanges, which win over includeOutboundPorts",
    source: CAPTURE,
    matches: ({ address }, { excludedRanges }) => isInSome(address, excludedRanges),
  },
  {
    id: "included-port",
    way: "sidecar",
    sentence: "its port is in includeOutboundPorts, whatever the destination",
    source: CAPTURE,
    matches: ({ port, protocol }, { includedPorts }) => protocol === "tcp" && includedPorts.includes(port),
  },
  {
    id: "included-range",
    way: "sidecar",
    sentence: "its destination is in includeOutboundIPRanges",
    source: CAPTURE,
    matches: ({ address, protocol }, { includedRanges }) =>
      protocol === "tcp" && (includedRanges === "*" || isInSome(address, includedRanges)),
  },
  {
    id: "udp",
    way: "direct",
    sentence: "the sidecar captures no UDP but DNS",
    source: CAPTURE,
    matches: ({ protocol }) => protocol === "udp",
  },
  {
    id: "not-included",
    way: "direct",
    sentence: "neither its port nor its destination is included",
    source: CAPTURE,
    matches: () => true,
  },
];

/**
 * The rules on the sidecar's identity, which stand once for its uid and then once for its gid. The gid's own rule on the
 * pod itself is left out: where it could match, the uid's has matched before.
 */
function ownerRules(owner: "uid" | "gid"): Rule[] {
  const suffix = owner === "uid" ? "" : "-group";
  const toOwnPod: Rule = {
    id: `sidecar-to-own-pod${suffix}`,
    way: "sidecar inbound",
    sentence: `the sidecar itself (${owner} ${PROXY_ID}) calls its own pod`,
    source: CAPTURE,
    matches: (connection, { capturesDns }) =>
      connection.protocol === "tcp" &&
      connection.interface === "lo" &&
      connection[owner] === PROXY_ID &&
      !isOneOf(connection.address, LOCALHOST) &&
      connection.port !== TUNNEL_PORT &&
      // With DNS capture the rule of the uid, and that one alone, spares port 53.
      !(owner === "uid" && capturesDns && connection.port === 53),
  };
  const itself: Rule = {
    id: `sidecar-itself${suffix}`,
    way: "direct",
    sentence: `it is opened as ${owner} ${PROXY_ID}, which is taken for the sidecar itself`,
    source: CAPTURE,
    matches: (connection) => connection[owner] === PROXY_ID,
  };
  return owner === "uid" ? [toOwnPod, OWN_POD, itself] : [toOwnPod, itself];
}

function isOneOf(address: IpAddress | undefined, others: readonly IpAddress[]): boolean {
  return others.some((other) => other.family === address?.family && other.value === address.value);
}

function isInSome(address: IpAddress | undefined, ranges: readonly IpRange[]): boolean | undefined {
  if (address === undefined) return ranges.length === 0 ? false : undefined;
  return ranges.some((range) => isInRange(address, range));
}
