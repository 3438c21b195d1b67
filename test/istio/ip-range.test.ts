import * as fc from "fast-check";
import { BlockList, isIP } from "node:net";
import { describe, expect, test } from "vitest";
import { isInRange, readAddress, readRange } from "../../src/istio/ip-range.ts";

describe("addresses and ranges", () => {
  test("are those that Node reads, and contain what Node says that they contain", () => {
    const v4 = fc.ipV4();
    const v6 = fc.ipV6();
    const pair = fc.oneof(
      fc.record({ family: fc.constant("ipv4" as const), base: v4, bits: fc.nat(32), other: v4 }),
      fc.record({ family: fc.constant("ipv6" as const), base: v6, bits: fc.nat(128), other: v6 }),
    );
    fc.assert(
      fc.property(pair, ({ family, base, bits, other }) => {
        const list = new BlockList();
        list.addSubnet(base, bits, family);
        const range = readRange(`${base}/${bits}`);
        const address = readAddress(other);
        // Node takes an IPv4 address in IPv6 form for both.
        fc.pre(range !== undefined && address !== undefined && (family === "ipv6") === (address.family === 6));
        expect(isInRange(address, range)).toBe(list.check(other, family));
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    "10.0.0.1",
    "0.0.0.0",
    "::1",
    "::",
    "fd00::1:2",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:1.2.3.4",
    "::ffff:1.2.3.4",
  ])("%s is an address", (text) => expect([readAddress(text) !== undefined, isIP(text) !== 0]).toEqual([true, true]));

  test.each([
    "",
    "10.0.0",
    "10.0.0.256",
    "010.0.0.1",
    "10.0.0.1:80",
    "[::1]",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1.2.3.4::",
    "::g",
    "host",
  ])("%j is none", (text) => expect([readAddress(text), isIP(text)]).toEqual([undefined, 0]));

  test.each(["10.0.0.1", "10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0.0/08", "/8", " 10.0.0.0/8"])(
    "%j is no range",
    (text) => {
      expect(readRange(text)).toBeUndefined();
    },
  );

  test("an IPv4 address in IPv6 form is the IPv4 address", () => {
    expect(readAddress("::ffff:10.0.0.1")).toEqual(readAddress("10.0.0.1"));
  });
});
