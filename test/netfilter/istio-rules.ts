import { isLoopback, readAddress } from "../../src/istio/ip-range.ts";

/** What istio-iptables is called with, as text, the way the injector hands it over. */
export interface IstioFlags {
  excludeInterfaces: string;
  excludeOutboundPorts: string;
  includeOutboundPorts: string;
  excludeOutboundIPRanges: string;
  includeOutboundIPRanges: string;
  dns: boolean;
}

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
  for (const owner of ["uid", "gid"]) {
    const notTunnel = dns && owner === "uid" ? "-m multiport ! --dports 53,15008" : "! --dport 15008";
    nat.push(
      `-A ISTIO_OUTPUT -o lo ! -d ${localhost} -p tcp ${notTunnel} -m owner --${owner}-owner 1337 -j ISTIO_IN_REDIRECT`,
    );
    if (!includesLoopback(flags.includeOutboundIPRanges)) {
      const notDns = dns ? "-p tcp ! --dport 53 " : "";
      nat.push(`-A ISTIO_OUTPUT -o lo ${notDns}-m owner ! --${owner}-owner 1337 -j RETURN`);
    }
    nat.push(`-A ISTIO_OUTPUT -m owner --${owner}-owner 1337 -j RETURN`);
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
  return ["*nat", ...nat, "COMMIT", "*raw", ...(dns ? dnsZones() : []), "COMMIT", ""].join("\n");
}

/** Datagrams to and from the sidecar's resolver are tracked apart (same file, addDNSConntrackZones). */
function dnsZones(): string[] {
  const ofOwner = ["uid", "gid"].flatMap((owner) => [
    `-A ISTIO_OUTPUT_DNS -p udp --dport 53 -m owner --${owner}-owner 1337 -j CT --zone 1`,
    `-A ISTIO_OUTPUT_DNS -p udp --sport 15053 -m owner --${owner}-owner 1337 -j CT --zone 2`,
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
  for (const name of split(flags.excludeInterfaces)) add("output", `oifname ${name} counter return`);
  add("istio-redirect", "meta l4proto tcp counter redirect to :15001");
  add("istio-in-redirect", "meta l4proto tcp counter redirect to :15006");
  add("output", "counter jump istio-output");
  for (const port of split(flags.excludeOutboundPorts)) {
    add("istio-output", `tcp dport ${port} counter return`);
    add("istio-output", `udp dport ${port} counter return`);
  }
  add("istio-output", "oifname lo ip saddr 127.0.0.6/32 counter return");
  add("istio-output", "oifname lo ip6 saddr ::6/128 counter return");
  for (const owner of ["uid", "gid"]) {
    const notTunnel = dns && owner === "uid" ? "!= { 53, 15008 }" : "!= 15008";
    for (const other of ["ip daddr != 127.0.0.1/32", "ip6 daddr != ::1/128"]) {
      const match = `oifname lo meta l4proto tcp ${other} tcp dport ${notTunnel} sk${owner} 1337`;
      add("istio-output", `${match} counter jump istio-in-redirect`);
    }
    if (!includesLoopback(flags.includeOutboundIPRanges)) {
      const notDns = dns ? "meta l4proto tcp tcp dport != 53 " : "";
      add("istio-output", `oifname lo ${notDns}sk${owner} != 1337 counter return`);
    }
    add("istio-output", `sk${owner} 1337 counter return`);
  }
  if (dns) {
    add("istio-output", "counter jump istio-output-dns");
    add("istio-output-dns", "meta l4proto tcp tcp dport 53 counter redirect to :15053");
    add("istio-output-dns", "udp dport 53 counter redirect to :15053");
  }
  add("istio-output", "ip daddr 127.0.0.1/32 counter return");
  add("istio-output", "ip6 daddr ::1/128 counter return");
  for (const range of split(flags.excludeOutboundIPRanges)) add("istio-output", `${destination(range)} counter return`);
  for (const port of split(flags.includeOutboundPorts)) {
    add("istio-output", `tcp dport ${port} counter jump istio-redirect`);
  }
  if (flags.includeOutboundIPRanges === "*") add("istio-output", "counter jump istio-redirect");
  else {
    for (const range of split(flags.includeOutboundIPRanges)) {
      add("istio-output", `${destination(range)} counter jump istio-redirect`);
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
    "",
  ].join("\n");
}
