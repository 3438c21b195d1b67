import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  INCLUDE_OUTBOUND_PORTS,
  EXCLUDE_OUTBOUND_IP_RANGES,
  INCLUDE_OUTBOUND_IP_RANGES,
  EXCLUDE_INTERFACES,
  EXCLUDE_OUTBOUND_PORTS,
  INTERCEPTION_MODE,
} from "../../src/istio/annotations.ts";
import { decideConnection, INTERCEPTION_RULES } from "../../src/istio/interception-rules.ts";
import { readInterceptionSettings, type InterceptionSettings } from "../../src/istio/interception-settings.ts";
import { readAddress } from "../../src/istio/ip-range.ts";
import { excludedByCni, readOwnerGroups, USUAL, type Surroundings } from "../../src/istio/surroundings.ts";
import { onEachFilter } from "./filters.ts";
import { NO_FLAGS, type IstioFlags } from "./istio-rules.ts";
import type { Call } from "./pod.ts";
import { ELSEWHERE, interfaceOf, OWN, OWNERS, PORTS } from "./pod.ts";

const SETS = Number(process.env["NETFILTER_SETS"] ?? 100);
const CALLS_PER_SET = 40;

const ports = fc.subarray([...PORTS], { maxLength: 5 }).map((list) => list.join(","));
const ranges = fc
  .subarray(
    [
      "10.1.0.10/32",
      "10.1.0.0/26",
      "10.96.0.0/12",
      "10.2.0.10/8",
      "127.0.0.0/8",
      "127.0.0.1/32",
      "0.0.0.0/0",
      "fd00:1::/64",
    ].concat(["fd00:96::1/128", "fd00:2::10/127", "::1/128", "::/0", "10.1.0.64/27"]),
    { maxLength: 3 },
  )
  .map((list) => list.join(","));

/** How Istio may set up a pod: the annotation is missing where it is undefined, and the CNI plugin then puts its own in. */
type Setup = Omit<IstioFlags, "excludeOutboundPorts"> & { excludeOutboundPorts: string | undefined; cni: boolean };

const dice = (sides: number): fc.Arbitrary<boolean> => fc.nat(sides - 1).map((side) => side === 0);

const setups: fc.Arbitrary<Setup> = fc.record({
  excludeInterfaces: fc.oneof(
    { weight: 4, arbitrary: fc.constant("") },
    fc.constantFrom("eth0", "net1", "lo", "net1,eth0"),
  ),
  excludeOutboundPorts: fc.oneof(fc.constantFrom("", undefined), ports),
  includeOutboundPorts: ports,
  excludeOutboundIPRanges: fc.oneof(fc.constant(""), ranges),
  includeOutboundIPRanges: fc.oneof({ weight: 3, arbitrary: fc.constant("") }, fc.constant("*"), ranges),
  dns: dice(3),
  v6: dice(2),
  tproxy: dice(3),
  cni: dice(2),
  ownerGroupsInclude: fc.oneof(
    { weight: 4, arbitrary: fc.constant("*") },
    fc.constantFrom("10001", "20002,10001", "20002"),
  ),
  ownerGroupsExclude: fc.oneof(
    { weight: 3, arbitrary: fc.constant("") },
    fc.constantFrom("10001", "20002", "20002,10001"),
  ),
  // Another one where the pod brings its own container istio-proxy.
  proxyUid: fc.constantFrom(1337, 1337, 1337, 10001),
});

const elsewhere = fc.constantFrom(...Object.values(ELSEWHERE).flat());
const own = fc.constantFrom(...OWN);

const calls: fc.Arbitrary<Call> = fc
  .record({
    protocol: fc.constantFrom("tcp", "tcp", "tcp", "udp"),
    address: fc.oneof({ weight: 2, arbitrary: elsewhere }, own),
    port: fc.constantFrom(...PORTS),
    // Most are the application's own: those of the sidecar end at the rules on it.
    owner: fc.oneof({ weight: 3, arbitrary: fc.constant(OWNERS[0]) }, fc.constantFrom(...OWNERS)),
    isPassthrough: dice(10),
  })
  .map(({ owner, isPassthrough, ...call }) => ({
    ...call,
    ...owner,
    // As the sidecar binds it when it hands on what came from outside; such a socket reaches the pod alone.
    ...(isPassthrough && ["10.1.0.2", "127.0.0.5"].includes(call.address) ? { source: "127.0.0.6" } : {}),
  }));

/** What few random sets meet: DNS capture lets connections to the pod itself reach later rules. */
const RARE: [Setup, Call[]] = [
  { ...NO_FLAGS, includeOutboundPorts: "80", excludeOutboundIPRanges: "10.96.0.1/32", dns: true, cni: false },
  [
    { protocol: "tcp", address: "10.1.0.2", port: 53, uid: 10001, gid: 1337 },
    { protocol: "udp", address: "127.0.0.1", port: 80, uid: 10001, gid: 10001 },
    { protocol: "tcp", address: "10.96.0.1", port: 80, uid: 10001, gid: 10001 },
  ],
];

/** What the model says of a setup, and what istio-iptables is called with. */
function modelOf(setup: Setup, filter: Surroundings["filter"]) {
  const { excludeOutboundPorts, cni } = setup;
  const annotations = {
    [EXCLUDE_INTERFACES]: setup.excludeInterfaces,
    ...(excludeOutboundPorts === undefined ? {} : { [EXCLUDE_OUTBOUND_PORTS]: excludeOutboundPorts }),
    [INCLUDE_OUTBOUND_PORTS]: setup.includeOutboundPorts,
    [EXCLUDE_OUTBOUND_IP_RANGES]: setup.excludeOutboundIPRanges,
    [INCLUDE_OUTBOUND_IP_RANGES]: setup.includeOutboundIPRanges,
    [INTERCEPTION_MODE]: setup.tproxy ? "TPROXY" : "REDIRECT",
  };
  const { settings, wrong } = readInterceptionSettings(annotations, {
    proxyMetadata: setup.dns ? { ISTIO_META_DNS_CAPTURE: "true" } : {},
  });
  expect(wrong).toEqual([]);
  const groups = readOwnerGroups(setup.ownerGroupsInclude, setup.ownerGroupsExclude);
  const around: Surroundings = {
    ...USUAL,
    filter,
    hasV6: setup.v6,
    excludedByCni: cni ? excludedByCni(annotations) : [],
    proxyUid: setup.proxyUid,
    ...(groups && { groups }),
  };
  const flags: IstioFlags = { ...setup, excludeOutboundPorts: excludeOutboundPorts ?? (cni ? "15020" : "") };
  return { settings, around, flags };
}

/**
 * With TPROXY the sidecar's own calls to its pod are marked as well, and reach its inbound listener by a transparent socket,
 * which a listener of Node's cannot be; the model leaves them out.
 */
function isMarked({ protocol, address, uid, gid }: Call, { tproxy, proxyUid }: IstioFlags): boolean {
  return tproxy && protocol === "tcp" && interfaceOf(address) === "lo" && (uid === proxyUid || gid === 1337);
}

/** Who answers, if the model is right, and which rule says so. */
function predicted(call: Call, settings: InterceptionSettings, around: Surroundings): { wanted: string; rule: string } {
  const address = readAddress(call.address);
  const source = call.source === undefined ? undefined : readAddress(call.source);
  if (address === undefined) throw new Error(`${call.address} is an address`);
  const { rule, unless } = decideConnection(
    {
      protocol: call.protocol,
      port: call.port,
      uid: call.uid,
      gid: call.gid,
      address,
      interface: interfaceOf(call.address),
      ...(source === undefined ? {} : { source }),
    },
    settings,
    around,
  );
  expect(unless, "a known address leaves no doubt").toEqual([]);
  return { wanted: rule.way === "direct" ? "destination" : rule.way.replace(" ", "-"), rule: rule.id };
}

onEachFilter((filter, pod) => {
  test("every connection goes where the model says", { timeout: 600_000 }, async () => {
    const decided = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        setups,
        fc.array(calls, { minLength: CALLS_PER_SET, maxLength: CALLS_PER_SET }),
        async (setup, opened) => {
          const { settings, around, flags } = modelOf(setup, filter.filter);
          filter.load(pod, flags);
          const compared = opened.filter((call) => !isMarked(call, flags));
          const answers = await pod.who(compared);
          const rows = compared.map((call, at) => ({
            call,
            answer: answers[at],
            ...predicted(call, settings, around),
          }));
          for (const { rule } of rows) decided.set(rule, (decided.get(rule) ?? 0) + 1);
          expect(rows.filter(({ answer, wanted }) => answer !== wanted)).toEqual([]);
        },
      ),
      // Shrinking would open thousands of connections more, and the rows name what went wrong.
      { numRuns: SETS, endOnFailure: true, examples: [RARE] },
    );
    const total = [...decided.values()].reduce((sum, count) => sum + count, 0);
    expect([...decided.keys()].toSorted(), "every rule of the packet filter has decided at least once").toEqual(
      INTERCEPTION_RULES.map(({ id }) => id)
        .filter((id) => id !== "mode-none" && (id !== "family-without-rules" || filter.filter === "iptables"))
        .toSorted(),
    );
    const perRule = [...decided].toSorted(([a], [b]) => a.localeCompare(b)).map(([id, count]) => `${id} ${count}`);
    console.info(`${filter.title}: ${total} connections under ${SETS} sets of annotations; ${perRule.join(", ")}`);
  });
});
