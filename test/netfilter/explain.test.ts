import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { explainFiles } from "../../src/cli/explain.ts";
import { run } from "../../src/rewrite/run.ts";
import { oneFile } from "../stream/open.ts";
import { onEachFilter } from "./filters.ts";
import { NO_FLAGS, type IstioFlags } from "./istio-rules.ts";
import type { Call } from "./pod.ts";
import { PORTS } from "./pod.ts";

const SETS = Number(process.env["NETFILTER_SETS"] ?? 40);
const stream = readFileSync(new URL("../explain/fixtures/mesh.yaml", import.meta.url), "utf8");

/** A row of `explain --format json`, as far as it says where the connection goes. */
interface Row {
  target: string;
  port: number;
  way: string;
  unless: { id: string; way: string }[];
}

/** What a person can have set, besides what the function writes. */
const variants = fc.record({
  kind: fc.constantFrom("DaemonSet", "Deployment", "StatefulSet"),
  additional: fc.subarray([...PORTS], { maxLength: 4 }),
  bypass: fc.constantFrom("10.96.0.1/32", "10.96.0.0/16", "10.96.0.0/29"),
  excludedPorts: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.subarray([...PORTS], { maxLength: 2 })),
  excludedInterface: fc.constantFrom("net1", "net1", "eth0"),
  uid: fc.constantFrom(10001, 10001, 10001, 1337),
});

function streamOf({ kind, additional, bypass, excludedPorts, excludedInterface, uid }: Variant): string {
  return stream
    .replace("kind: DaemonSet\n", `kind: ${kind}\n`)
    .replace("  spec:\n    bypass:", `  spec:\n    agent:\n      kind: ${kind}\n    bypass:`)
    .replace("        labels:\n          app: agent\n", (labels) =>
      [
        `${labels}        annotations:`,
        `          traffic.sidecar.istio.io/excludeOutboundPorts: "${excludedPorts.join(",")}"`,
        `          traffic.sidecar.istio.io/excludeInterfaces: ${excludedInterface}`,
        "",
      ].join("\n"),
    )
    .replace(
      "image: collector\n",
      `image: collector\n          securityContext: {runAsUser: ${uid}, runAsGroup: 10001}\n`,
    )
    .replace(
      "ipRanges: [10.96.0.1/32]",
      `ipRanges: [${bypass}]\n    ports:\n      additional: [${additional.join(", ")}]`,
    );
}

type Variant = typeof variants extends fc.Arbitrary<infer Value> ? Value : never;

/** The annotations that the function wrote, as Istio's tool gets them. */
function flagsOf(text: string): IstioFlags {
  const output = Buffer.concat(run(oneFile(text)).output).toString();
  const { items } = parse(output) as {
    items: { spec: { template: { metadata: { annotations: Record<string, string> } } } }[];
  };
  const of = (name: string): string =>
    items[0]?.spec.template.metadata.annotations[`traffic.sidecar.istio.io/${name}`] ?? "";
  return {
    ...NO_FLAGS,
    excludeInterfaces: of("excludeInterfaces"),
    excludeOutboundPorts: of("excludeOutboundPorts"),
    includeOutboundPorts: of("includeOutboundPorts"),
    excludeOutboundIPRanges: of("excludeOutboundIPRanges"),
    includeOutboundIPRanges: of("includeOutboundIPRanges"),
  };
}

/** The connections that a row speaks of: to the address that the stream tells, else to one outside of all ranges and one within. */
function callsOf({ target, port, way, unless }: Row, uid: number): { call: Call; wanted: string }[] {
  const known: Record<string, string> = {
    "kubernetes.default.svc": "10.96.0.1",
    "http://collector.observability:4317": "10.96.7.7",
  };
  const to = (address: string, goes: string): { call: Call; wanted: string } => ({
    call: { protocol: "tcp", address, port, uid, gid: 10001 },
    wanted: goes === "direct" ? "destination" : goes,
  });
  const excluded = unless.find(({ id }) => id === "excluded-range");
  return [to(known[target] ?? "10.1.0.10", way), ...(excluded ? [to("10.96.0.1", excluded.way)] : [])];
}

onEachFilter((filter, pod) => {
  test("every row of explain goes where it says", { timeout: 600_000 }, async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(variants, async (variant) => {
        const text = streamOf(variant);
        filter.load(pod, flagsOf(text));
        const { text: json } = await explainFiles(oneFile(text), { format: "json", withColour: false });
        const { flows } = JSON.parse(json) as { flows: Row[] };
        expect(flows).toHaveLength(9);
        const calls = flows.flatMap((row) => callsOf(row, variant.uid).map((each) => ({ ...each, row })));
        const answers = await pod.who(calls.map(({ call }) => call));
        compared += calls.length;
        const wrong = calls.map((each, at) => ({ ...each, answer: answers[at] }));
        expect(wrong.filter(({ answer, wanted }) => answer !== wanted)).toEqual([]);
      }),
      { numRuns: SETS, endOnFailure: true },
    );
    console.info(`${filter.title}: ${compared} connections of explain's rows under ${SETS} sets of annotations`);
  });
});
