import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  INCLUDE_OUTBOUND_PORTS,
  EXCLUDE_OUTBOUND_IP_RANGES,
  INCLUDE_OUTBOUND_IP_RANGES,
  EXCLUDE_INTERFACES,
  EXCLUDE_OUTBOUND_PORTS,
} from "../../src/istio/annotations.ts";
import { decideConnection, INTERCEPTION_RULES } from "../../src/istio/interception-rules.ts";
import { readInterceptionSettings, type InterceptionSettings } from "../../src/istio/interception-settings.ts";
import { readAddress } from "../../src/istio/ip-range.ts";
import { onEachFilter } from "./filters.ts";
import type { IstioFlags } from "./istio-rules.ts";
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

const flagSets: fc.Arbitrary<IstioFlags> = fc.record({
  excludeInterfaces: fc.oneof(
    { weight: 4, arbitrary: fc.constant("") },
    fc.constantFrom("eth0", "net1", "lo", "net1,eth0"),
  ),
  excludeOutboundPorts: fc.oneof(fc.constant(""), ports),
  includeOutboundPorts: ports,
  excludeOutboundIPRanges: fc.oneof(fc.constant(""), ranges),
  includeOutboundIPRanges: fc.oneof({ weight: 3, arbitrary: fc.constant("") }, fc.constant("*"), ranges),
  dns: fc.nat(2).map((dice) => dice === 0),
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
    isPassthrough: fc.nat(9).map((dice) => dice === 0),
  })
  .map(({ owner, isPassthrough, ...call }) => ({
    ...call,
    ...owner,
    // As the sidecar binds it when it hands on what came from outside; such a socket reaches the pod alone.
    ...(isPassthrough && ["10.1.0.2", "127.0.0.5"].includes(call.address) ? { source: "127.0.0.6" } : {}),
  }));

/** What few random sets meet: DNS capture lets connections to the pod itself reach later rules. */
const RARE: [IstioFlags, Call[]] = [
  {
    excludeInterfaces: "",
    excludeOutboundPorts: "",
    includeOutboundPorts: "80",
    excludeOutboundIPRanges: "10.96.0.1/32",
    includeOutboundIPRanges: "",
    dns: true,
  },
  [
    { protocol: "tcp", address: "10.1.0.2", port: 53, uid: 10001, gid: 1337 },
    { protocol: "udp", address: "127.0.0.1", port: 80, uid: 10001, gid: 10001 },
    { protocol: "tcp", address: "10.96.0.1", port: 80, uid: 10001, gid: 10001 },
  ],
];

function settingsOf(flags: IstioFlags): InterceptionSettings {
  const { settings, wrong } = readInterceptionSettings(
    {
      [EXCLUDE_INTERFACES]: flags.excludeInterfaces,
      [EXCLUDE_OUTBOUND_PORTS]: flags.excludeOutboundPorts,
      [INCLUDE_OUTBOUND_PORTS]: flags.includeOutboundPorts,
      [EXCLUDE_OUTBOUND_IP_RANGES]: flags.excludeOutboundIPRanges,
      [INCLUDE_OUTBOUND_IP_RANGES]: flags.includeOutboundIPRanges,
    },
    flags.dns,
  );
  expect(wrong).toEqual([]);
  return settings;
}

/** Who answers, if the model is right, and which rule says so. */
function predicted(call: Call, settings: InterceptionSettings): { wanted: string; rule: string } {
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
  );
  expect(unless, "a known address leaves no doubt").toEqual([]);
  return { wanted: rule.way === "direct" ? "destination" : rule.way.replace(" ", "-"), rule: rule.id };
}

onEachFilter((filter, pod) => {
  test("every connection goes where the model says", { timeout: 600_000 }, async () => {
    const decided = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        flagSets,
        fc.array(calls, { minLength: CALLS_PER_SET, maxLength: CALLS_PER_SET }),
        async (flags, opened) => {
          filter.load(pod, flags);
          const settings = settingsOf(flags);
          const answers = await pod.who(opened);
          const rows = opened.map((call, at) => ({ call, answer: answers[at], ...predicted(call, settings) }));
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
        .filter((id) => id !== "mode-none")
        .toSorted(),
    );
    const perRule = [...decided].toSorted(([a], [b]) => a.localeCompare(b)).map(([id, count]) => `${id} ${count}`);
    console.info(`${filter.title}: ${total} connections under ${SETS} sets of annotations; ${perRule.join(", ")}`);
  });
});
