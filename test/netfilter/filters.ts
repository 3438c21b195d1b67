import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Surroundings } from "../../src/istio/surroundings.ts";
import type { IstioFlags } from "./istio-rules.ts";
import { iptablesRules, nftablesRules } from "./istio-rules.ts";
import { missing, Pod } from "./pod.ts";

/** A packet filter of the kernel, with the program that loads rules into it. */
export interface Filter {
  title: string;
  /** What the model calls it. */
  filter: Surroundings["filter"];
  needs: readonly (readonly string[])[];
  load: (pod: Pod, flags: IstioFlags) => void;
}

function iptables(variant: "nft" | "legacy"): Filter {
  const [v4, v6] = [`iptables-${variant}-restore`, `ip6tables-${variant}-restore`] as const;
  return {
    title: `iptables-${variant}`,
    filter: "iptables",
    needs: [v4, v6].map((program) => [program.replace("-restore", ""), "-t", "nat", "-L", "-n"]),
    load: (pod, flags) => {
      pod.load([v4], iptablesRules(flags, 4));
      pod.load([v6], iptablesRules(flags, 6));
    },
  };
}

const nftables: Filter = {
  title: "nftables",
  filter: "nftables",
  needs: [["nft", "list", "ruleset"]],
  load: (pod, flags) => pod.load(["nft", "-f", "-"], nftablesRules(flags)),
};

/** Defines tests once for each packet filter, each with a pod of its own; one that is not there is told loudly. */
export function onEachFilter(define: (filter: Filter, pod: Pod) => void): void {
  describe.each([iptables("nft"), iptables("legacy"), nftables])("on $title", (filter) => {
    const lacking = missing(filter.needs);
    if (lacking !== undefined) {
      leaveOut(filter.title, lacking);
      return;
    }
    const pod = new Pod();
    beforeAll(() => pod.open(), 60_000);
    afterAll(() => pod.close());
    define(filter, pod);
  });
}

/** Says loudly that a packet filter was not tested; with REQUIRE_HOSTS=1 that is a failure. */
function leaveOut(title: string, lacking: string): void {
  if (process.env["REQUIRE_HOSTS"] === "1") {
    test(`${title} is there`, () => expect.unreachable(`${title} cannot be tested: ${lacking}`));
    return;
  }
  console.warn(`NOT TESTED: ${title}: ${lacking}; run as root after apt-get install iptables nftables iproute2`);
  test.skip(`every connection goes where the model says (${lacking})`, () => {});
}
