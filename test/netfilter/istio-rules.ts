import { isLoopback, readAddress } from "../../src/istio/ip-range.ts";

/** What istio-iptables is called with, as text, the way the injector hands it over. */
export interface IstioFlags {
  excludeInterfaces: string;
  excludeOutboundPorts: string;
  includeOutboundPorts: string;
  excludeOutboundIPRanges: string;
  includeOutboundIPRanges: string;
  dns: boolean;
  /** Whether there are rules for IPv6: the pod's first address is one, or it is of both families and Istio told so. */
  v6: boolean;
  tproxy: boolean;
  ownerGroupsInclude: string;
  ownerGroupsExclude: string;
  proxyUid: number;
}

/** What istio-iptables is called with where nothing asks for more. */
export const NO_FLAGS: IstioFlags = {
  excludeInterfaces: "",
  excludeOutboundPorts: "",
  includeOutboundPorts: "",
  excludeOutboundIPRanges: "",
  includeOutboundIPRanges: "",
  dns: false,
  v6: true,
  tproxy: false,
  ownerGroupsInclude: "*",
  ownerGroupsExclude: "",
  proxyUid: 1337,
};

/** Ports that the sidecar is kept out of in every pod. */
const INBOUND_EXCLUDED = ["15020", "15021", "15090"];

const split = (text: string): string[] => (text === "" ? [] : text.split(","));
const destination = (range: string): string => `${isV6(range) ? "ip6" : "ip"} daddr ${range}`;
const isV6 = (range: string): boolean => range.includes(":");

function includesLoopback(ranges: string): boolean {
  return split(ranges === "*" ? "" : ranges).some((range) => {
    const address = readAddress(range.split("/")[0] ?? "");
    return address !== undefined && isLoopback(address);
  });
}

/**
 * The text that istio-iptables hands to iptables-restore, or to ip6tables-restore, in the order of its source
 * (istio: tools/istio-iptables/pkg/capture/run.go), with DNS capture for all servers as the CNI plugin asks for it.
 * Of the inbound side only what the outbound rules jump to.
 */
export function iptablesRules(flags: IstioFlags, family: 4 | 6): string {
  const { dns } = flags;
  if (family === 6 && !flags.v6) return ["*nat", "COMMIT", "*raw", "COMMIT", "*mangle", "COMMIT", ""].join("\n");
  const [localhost, passthrough] = family === 4 ? ["127.0.0.1/32", "127.0.0.6/32"] : ["::1/128", "::6/128"];
  const ranges = (text: string): string[] => split(text).filter((range) => isV6(range) === (family === 6));
  const nat = ["-N ISTIO_INBOUND", "-N ISTIO_REDIRECT", "-N ISTIO_IN_REDIRECT", "-N ISTIO_OUTPUT"];
  if (dns) nat.push("-N ISTIO_OUTPUT_DNS");
  for (const name of split(flags.excludeInterfaces)) {
    nat.push(`-A PREROUTING -i ${name} -j RETURN`, `-A OUTPUT -o ${name} -j RETURN`);
  }
  nat.push(
    "-A ISTIO_INBOUND -p tcp --dport 15008 -j RETURN",
    "-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001",
    "-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006",
    "-A OUTPUT -j ISTIO_OUTPUT",
  );
  for (const port of split(flags.excludeOutboundPorts)) {
    nat.push(`-A ISTIO_OUTPUT -p tcp --dport ${port} -j RETURN`, `-A ISTIO_OUTPUT -p udp --dport ${port} -j RETURN`);
  }
  nat.push(`-A ISTIO_OUTPUT -o lo -s ${passthrough} -j RETURN`);
  const owners = ownersOf(flags);
  for (const [owner, id] of owners) {
    const notTunnel = dns && owner === "uid" ? "-m multiport ! --dports 53,15008" : "! --dport 15008";
    nat.push(
      `-A ISTIO_OUTPUT -o lo ! -d ${localhost} -p tcp ${notTunnel} -m owner --${owner}-owner ${id} -j ISTIO_IN_REDIRECT`,
    );
    if (!includesLoopback(flags.includeOutboundIPRanges)) {
      const notDns = dns ? "-p tcp ! --dport 53 " : "";
      nat.push(`-A ISTIO_OUTPUT -o lo ${notDns}-m owner ! --${owner}-owner ${id} -j RETURN`);
    }
    nat.push(`-A ISTIO_OUTPUT -m owner --${owner}-owner ${id} -j RETURN`);
  }
  if (flags.ownerGroupsInclude === "*") {
    for (const gid of split(flags.ownerGroupsExclude))
      nat.push(`-A ISTIO_OUTPUT -m owner --gid-owner ${gid} -j RETURN`);
  } else {
    const others = split(flags.ownerGroupsInclude).map((gid) => `-m owner ! --gid-owner ${gid} `);
    nat.push(`-A ISTIO_OUTPUT ${others.join("")}-j RETURN`);
  }
  if (dns) {
    nat.push(
      "-A ISTIO_OUTPUT -j ISTIO_OUTPUT_DNS",
      "-A ISTIO_OUTPUT_DNS -p tcp --dport 53 -j REDIRECT --to-ports 15053",
      "-A ISTIO_OUTPUT_DNS -p udp --dport 53 -j REDIRECT --to-ports 15053",
    );
  }
  nat.push(`-A ISTIO_OUTPUT -d ${localhost} -j RETURN`);
  for (const range of ranges(flags.excludeOutboundIPRanges)) nat.push(`-A ISTIO_OUTPUT -d ${range} -j RETURN`);
  for (const port of split(flags.includeOutboundPorts)) {
    nat.push(`-A ISTIO_OUTPUT -p tcp --dport ${port} -j ISTIO_REDIRECT`);
  }
  if (flags.includeOutboundIPRanges === "*") nat.push("-A ISTIO_OUTPUT -j ISTIO_REDIRECT");
  else {
    for (const range of ranges(flags.includeOutboundIPRanges))
      nat.push(`-A ISTIO_OUTPUT -d ${range} -j ISTIO_REDIRECT`);
  }
  const raw = dns ? dnsZones(owners) : [];
  const mangle = flags.tproxy ? tproxyMarks(flags, localhost, passthrough) : [];
  return ["*nat", ...nat, "COMMIT", "*raw", ...raw, "COMMIT", "*mangle", ...mangle, "COMMIT", ""].join("\n");
}

function ownersOf({ proxyUid }: IstioFlags): [owner: "uid" | "gid", id: number][] {
  return [
    ["uid", proxyUid],
    ["gid", 1337],
  ];
}

/**
 * What TPROXY adds: inbound connections go to the sidecar by marks and a routing table of their own, so that what belongs to a
 * connection of the pod passes these rules too (same file, handleInboundPortsInclude and the end of Run).
 */
function tproxyMarks(flags: IstioFlags, localhost: string | undefined, passthrough: string | undefined): string[] {
  return [
    ...["INBOUND", "DIVERT", "TPROXY"].map((chain) => `-N ISTIO_${chain}`),
    ...split(flags.excludeInterfaces).flatMap((name) => [
      `-A PREROUTING -i ${name} -j RETURN`,
      `-A OUTPUT -o ${name} -j RETURN`,
    ]),
    "-A ISTIO_DIVERT -j MARK --set-mark 1337",
    "-A ISTIO_DIVERT -j ACCEPT",
    `-A ISTIO_TPROXY ! -d ${localhost} -p tcp -j TPROXY --tproxy-mark 1337/0xffffffff --on-port 15006`,
    "-A PREROUTING -p tcp -j ISTIO_INBOUND",
    "-A ISTIO_INBOUND -p tcp -m mark --mark 1337 -j RETURN",
    `-A ISTIO_INBOUND -p tcp -s ${passthrough} -i lo -j RETURN`,
    "-A ISTIO_INBOUND -p tcp -i lo -m mark ! --mark 1338 -j RETURN",
    ...INBOUND_EXCLUDED.map((port) => `-A ISTIO_INBOUND -p tcp --dport ${port} -j RETURN`),
    "-A ISTIO_INBOUND -p tcp -m conntrack --ctstate RELATED,ESTABLISHED -j ISTIO_DIVERT",
    "-A ISTIO_INBOUND -p tcp -j ISTIO_TPROXY",
    "-A PREROUTING -p tcp -m mark --mark 1337 -j CONNMARK --save-mark",
    "-A OUTPUT -p tcp -o lo -m mark --mark 1337 -j RETURN",
    ...ownersOf(flags).map(
      ([owner, id]) =>
        `-A OUTPUT ! -d ${localhost} -p tcp -o lo -m owner --${owner}-owner ${id} -j MARK --set-mark 1338`,
    ),
    "-A OUTPUT -p tcp -m connmark --mark 1337 -j CONNMARK --restore-mark",
  ];
}

/** Datagrams to and from the sidecar's resolver are tracked apart (same file, addDNSConntrackZones). */
function dnsZones(owners: readonly [owner: string, id: number][]): string[] {
  const ofOwner = owners.flatMap(([owner, id]) => [
    `-A ISTIO_OUTPUT_DNS -p udp --dport 53 -m owner --${owner}-owner ${id} -j CT --zone 1`,
    `-A ISTIO_OUTPUT_DNS -p udp --sport 15053 -m owner --${owner}-owner ${id} -j CT --zone 2`,
  ]);
  return [
    "-N ISTIO_OUTPUT_DNS",
    "-N ISTIO_INBOUND",
    "-A OUTPUT -j ISTIO_OUTPUT_DNS",
    ...ofOwner,
    "-A PREROUTING -j ISTIO_INBOUND",
    "-A ISTIO_OUTPUT_DNS -p udp --dport 53 -j CT --zone 2",
    "-A ISTIO_INBOUND -p udp --sport 53 -j CT --zone 1",
  ];
}

/**
 * The same for `nft -f`, as istio-iptables writes it with --native-nftables (istio:
 * tools/istio-nftables/pkg/capture/run.go): one table for both families.
 */
export function nftablesRules(flags: IstioFlags): string {
  const { dns } = flags;
  const rules: string[] = [];
  const add = (chain: string, rule: string): void => void rules.push(`add rule inet istio-proxy-nat ${chain} ${rule}`);
  // Rules that name an address of IPv6 are left out where there are none for it; all others are for both families.
  const isWritten = (text: string): boolean => flags.v6 || !text.includes("ip6 ");
  for (const name of split(flags.excludeInterfaces)) add("output", `oifname ${name} counter return`);
  add("istio-redirect", "meta l4proto tcp counter redirect to :15001");
  add("istio-in-redirect", "meta l4proto tcp counter redirect to :15006");
  add("output", "counter jump istio-output");
  for (const port of split(flags.excludeOutboundPorts)) {
    add("istio-output", `tcp dport ${port} counter return`);
    add("istio-output", `udp dport ${port} counter return`);
  }
  add("istio-output", "oifname lo ip saddr 127.0.0.6/32 counter return");
  if (flags.v6) add("istio-output", "oifname lo ip6 saddr ::6/128 counter return");
  for (const [owner, id] of ownersOf(flags)) {
    const notTunnel = dns && owner === "uid" ? "!= { 53, 15008 }" : "!= 15008";
    for (const other of ["ip daddr != 127.0.0.1/32", "ip6 daddr != ::1/128"].filter(isWritten)) {
      const match = `oifname lo meta l4proto tcp ${other} tcp dport ${notTunnel} sk${owner} ${id}`;
      add("istio-output", `${match} counter jump istio-in-redirect`);
    }
    if (!includesLoopback(flags.includeOutboundIPRanges)) {
      const notDns = dns ? "meta l4proto tcp tcp dport != 53 " : "";
      add("istio-output", `oifname lo ${notDns}sk${owner} != ${id} counter return`);
    }
    add("istio-output", `sk${owner} ${id} counter return`);
  }
  if (flags.ownerGroupsInclude === "*") {
    for (const gid of split(flags.ownerGroupsExclude)) add("istio-output", `skgid ${gid} counter return`);
  } else {
    const others = split(flags.ownerGroupsInclude).map((gid) => `skgid != ${gid} `);
    add("istio-output", `${others.join("")}counter return`);
  }
  if (dns) {
    add("istio-output", "counter jump istio-output-dns");
    add("istio-output-dns", "meta l4proto tcp tcp dport 53 counter redirect to :15053");
    add("istio-output-dns", "udp dport 53 counter redirect to :15053");
  }
  add("istio-output", "ip daddr 127.0.0.1/32 counter return");
  if (flags.v6) add("istio-output", "ip6 daddr ::1/128 counter return");
  const destinations = (ranges: string): string[] => split(ranges).map(destination).filter(isWritten);
  for (const range of destinations(flags.excludeOutboundIPRanges)) add("istio-output", `${range} counter return`);
  for (const port of split(flags.includeOutboundPorts)) {
    add("istio-output", `tcp dport ${port} counter jump istio-redirect`);
  }
  if (flags.includeOutboundIPRanges === "*") add("istio-output", "counter jump istio-redirect");
  else {
    for (const range of destinations(flags.includeOutboundIPRanges)) {
      add("istio-output", `${range} counter jump istio-redirect`);
    }
  }
  return [
    "flush ruleset",
    "add table inet istio-proxy-nat",
    "add chain inet istio-proxy-nat output { type nat hook output priority -100 ; }",
    ...["istio-redirect", "istio-in-redirect", "istio-output", "istio-output-dns"].map(
      (chain) => `add chain inet istio-proxy-nat ${chain}`,
    ),
    ...rules,
    ...(flags.tproxy ? nftablesMarks(flags, isWritten) : []),
    "",
  ].join("\n");
}

/** What TPROXY adds (same file, handleInboundTProxyMode and the end of Run). */
function nftablesMarks(flags: IstioFlags, isWritten: (text: string) => boolean): string[] {
  const table = "inet istio-proxy-mangle";
  const rules: [chain: string, rule: string][] = [
    ...split(flags.excludeInterfaces).flatMap((name): [string, string][] => [
      ["prerouting", `iifname ${name} counter return`],
      ["output", `oifname ${name} counter return`],
    ]),
    ["istio-divert", "counter meta mark set 1337"],
    ["istio-divert", "counter accept"],
    ["istio-tproxy", "meta l4proto tcp ip daddr != 127.0.0.1/32 tproxy ip to :15006 meta mark set 1337 counter accept"],
    ["istio-tproxy", "meta l4proto tcp ip6 daddr != ::1/128 tproxy ip6 to :15006 meta mark set 1337 counter accept"],
    ["prerouting", "meta l4proto tcp counter jump istio-inbound"],
    ["istio-inbound", "meta l4proto tcp mark 1337 counter return"],
    ["istio-inbound", "iifname lo meta l4proto tcp ip6 saddr ::6/128 counter return"],
    ["istio-inbound", "iifname lo meta l4proto tcp ip saddr 127.0.0.6/32 counter return"],
    ["istio-inbound", "iifname lo meta l4proto tcp mark != 1338 counter return"],
    ...INBOUND_EXCLUDED.map((port): [string, string] => ["istio-inbound", `meta l4proto tcp tcp dport ${port} return`]),
    ["istio-inbound", "meta l4proto tcp ct state related,established counter jump istio-divert"],
    ["istio-inbound", "meta l4proto tcp counter jump istio-tproxy"],
    ["prerouting", "meta l4proto tcp mark 1337 counter ct mark set mark"],
    ["output", "oifname lo meta l4proto tcp mark 1337 counter return"],
    ...ownersOf(flags).flatMap(([owner, id]): [string, string][] =>
      ["ip daddr != 127.0.0.1/32", "ip6 daddr != ::1/128"].map((other) => [
        "output",
        `oifname lo meta l4proto tcp ${other} sk${owner} ${id} counter meta mark set 1338`,
      ]),
    ),
    ["output", "meta l4proto tcp ct mark 1337 counter meta mark set ct mark"],
  ];
  return [
    `add table ${table}`,
    `add chain ${table} prerouting { type filter hook prerouting priority -150 ; }`,
    `add chain ${table} output { type route hook output priority -150 ; }`,
    ...["istio-inbound", "istio-divert", "istio-tproxy"].map((chain) => `add chain ${table} ${chain}`),
    ...rules.filter(([, rule]) => isWritten(rule)).map(([chain, rule]) => `add rule ${table} ${chain} ${rule}`),
  ];
}
