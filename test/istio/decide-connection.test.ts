import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decideConnection, INTERCEPTION_RULES, type Connection } from "../../src/istio/interception-rules.ts";
import { readInterceptionSettings } from "../../src/istio/interception-settings.ts";
import { readAddress } from "../../src/istio/ip-range.ts";

const OURS = {
  "traffic.sidecar.istio.io/includeOutboundPorts": "443,4317",
  "traffic.sidecar.istio.io/includeOutboundIPRanges": "",
};
const BYPASS = { ...OURS, "traffic.sidecar.istio.io/excludeOutboundIPRanges": "10.96.0.1/32" };

function decide(
  annotations: Readonly<Record<string, string>>,
  port: number,
  more: Partial<Connection> = {},
): ReturnType<typeof decideConnection> {
  const { settings, wrong } = readInterceptionSettings(annotations);
  expect(wrong).toEqual([]);
  return decideConnection({ protocol: "tcp", port, interface: "eth0", uid: 10001, gid: 10001, ...more }, settings);
}

/** What stands in a test as text, as the connection holds it. */
function to(address: string): Partial<Connection> {
  const read = readAddress(address);
  if (read === undefined) throw new Error(`${address} is no address`);
  return { address: read };
}

describe("a connection of the agent", () => {
  test.each([
    ["a backend's port goes through the sidecar, wherever it leads", OURS, 4317, {}, "included-port", "sidecar"],
    ["another port does not", OURS, 9090, {}, "not-included", "direct"],
    ["UDP never does", OURS, 4317, { protocol: "udp" }, "udp", "direct"],
    ["excluded ranges win over included ports", BYPASS, 443, to("10.96.0.1"), "excluded-range", "direct"],
    ["an address beside them does not", BYPASS, 443, to("10.96.0.2"), "included-port", "sidecar"],
    ["a missing annotation for ranges means all", {}, 9090, to("10.1.1.1"), "included-range", "sidecar"],
    ["uid 1337 is taken for the sidecar", OURS, 4317, { uid: 1337 }, "sidecar-itself", "direct"],
    ["and so is gid 1337", OURS, 4317, { gid: 1337 }, "sidecar-itself-group", "direct"],
    ["the pod itself is reached directly", OURS, 4317, { ...to("10.1.0.2"), interface: "lo" }, "own-pod", "direct"],
    [
      "excluded ports win over included ports",
      { ...OURS, "traffic.sidecar.istio.io/excludeOutboundPorts": "4317" },
      4317,
      {},
      "excluded-port",
      "direct",
    ],
    [
      "with interceptionMode NONE nothing is intercepted",
      { ...OURS, "sidecar.istio.io/interceptionMode": "NONE" },
      4317,
      {},
      "mode-none",
      "direct",
    ],
  ] as const)("%s", (_, annotations, port, more, id, way) => {
    const { rule, unless } = decide(annotations, port, more);
    expect({ id: rule.id, way: rule.way, unless }).toEqual({ id, way, unless: [] });
  });

  test("to a name keeps the rules in mind that its address could bring in", () => {
    const { rule, unless } = decide(BYPASS, 443);
    expect([rule.id, unless.map(({ id }) => id)]).toEqual(["included-port", ["excluded-range"]]);
    const direct = decide(BYPASS, 9090);
    expect([direct.rule.id, direct.unless]).toEqual(["not-included", []]);
  });
});

describe("annotations that Istio refuses", () => {
  test.each([
    ["traffic.sidecar.istio.io/includeOutboundPorts", "4317-4320"],
    ["traffic.sidecar.istio.io/excludeOutboundPorts", "*"],
    ["traffic.sidecar.istio.io/includeOutboundIPRanges", "10.96.0.1"],
    ["traffic.sidecar.istio.io/excludeOutboundIPRanges", "*"],
    ["traffic.sidecar.istio.io/excludeOutboundIPRanges", "10.0.0.0/8, 10.96.0.1/32"],
    ["traffic.sidecar.istio.io/excludeInterfaces", "an-interface-name"],
    ["sidecar.istio.io/interceptionMode", "redirect"],
  ])("%s: %s", (name, value) => {
    const { wrong } = readInterceptionSettings({ [name]: value });
    expect(wrong).toMatchObject([{ name, value }]);
  });
});

test("docs/interception.md lists the rules in their order", () => {
  const page = readFileSync(new URL("../../docs/interception.md", import.meta.url), "utf8");
  const listed = [...page.matchAll(/^\| `([a-z-]+)` /gm)].map(([, id]) => id);
  expect(listed).toEqual(["no-sidecar", ...INTERCEPTION_RULES.map(({ id }) => id)]);
});
