import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fieldsOf } from "../../src/config/fields.ts";
import { spec } from "../../src/config/schema.ts";
import type { Parts } from "./stream.ts";
import { problemsOf } from "./stream.ts";

const IDS = fieldsOf(spec).flatMap(({ path: [group, id] }) => (group === "warnings" && id !== undefined ? [id] : []));

const EXCLUDE_PORTS = "traffic.sidecar.istio.io/excludeOutboundPorts";
const EXCLUDE_RANGES = "traffic.sidecar.istio.io/excludeOutboundIPRanges";

interface Example {
  id: string;
  /** What the one stream says and the others nearly say. */
  raised: Parts;
  /** Words of the finding. */
  says: RegExp;
  nearly: readonly Parts[];
}

function service(namespace: string, name: string, clusterIP: string): object {
  return { apiVersion: "v1", kind: "Service", metadata: { namespace, name }, spec: { clusterIP } };
}

function atLevel(parts: Parts, id: string, level: string): Parts {
  return { ...parts, config: { ...parts.config, warnings: { [id]: level } } };
}

const EXAMPLES: readonly Example[] = [
  {
    // istio#31301: the scraper's own sidecar answers for the one that is asked.
    id: "istio-port",
    raised: { endpoints: ["http://metrics.observability:15090"] },
    says: /15090.*Istio's own.*another port/,
    nearly: [
      { endpoints: ["http://metrics.observability:15091"] },
      { endpoints: ["http://metrics.observability:15012"] },
    ],
  },
  {
    id: "istio-port",
    raised: { config: { ports: { additional: [15020] } } },
    says: /15020.*ports\.additional/,
    nearly: [{ config: { ports: { excludeInbound: [15020] } } }],
  },
  {
    // docs of Istio, "Kubernetes API server": list its address where 443 is intercepted.
    id: "api-server-port",
    raised: { endpoints: ["https://otlp.example.com:443"] },
    says: /API server.*bypass\.ipRanges/,
    nearly: [
      { endpoints: ["https://otlp.example.com:4443"] },
      { endpoints: ["https://otlp.example.com:443"], config: { bypass: { ipRanges: ["10.96.0.1/32"] } } },
      { endpoints: ["https://otlp.example.com:443"], annotations: { [EXCLUDE_RANGES]: "fd00::1/128" } },
      { endpoints: ["https://otlp.example.com:443"], config: { trafficInterception: "Off" } },
    ],
  },
  {
    id: "api-server-port",
    raised: {
      endpoints: ["https://otlp.example.com:443"],
      others: [service("default", "kubernetes", "100.64.0.1")],
      config: { bypass: { ipRanges: ["10.96.0.1/32"] } },
    },
    says: /set bypass\.ipRanges of the function config to 100\.64\.0\.1\/32/,
    nearly: [
      {
        endpoints: ["https://otlp.example.com:443"],
        others: [service("default", "kubernetes", "100.64.0.1")],
        config: { bypass: { ipRanges: ["100.64.0.0/16"] } },
      },
    ],
  },
  {
    // The exclusion wins, tools/istio-iptables/pkg/capture/run.go; the reference of the annotations does not say so.
    id: "excluded-port",
    raised: { annotations: { [EXCLUDE_PORTS]: "9000,4317" } },
    says: /port 4317 .*excludeOutboundPorts.*take 4317 out/,
    nearly: [{ annotations: { [EXCLUDE_PORTS]: "9000" } }, { config: { ports: { excludeInbound: [4317] } } }],
  },
];

describe.each(EXAMPLES)("$id, $says", ({ id, raised, says, nearly }) => {
  test("is raised, once, with its id", () => {
    const problems = problemsOf(raised);
    expect(problems.map(({ severity }) => severity)).toEqual(["warning"]);
    expect(problems.map(({ cause, remedy }) => `${cause}; ${remedy}`)).toEqual([expect.stringMatching(says)]);
    expect(problems[0]?.remedy).toMatch(new RegExp(`\\[${id}\\]$`));
  });

  test("is not raised where it only nearly applies", () => {
    expect(nearly.map((parts) => problemsOf(parts))).toEqual(nearly.map(() => []));
  });

  test("can be off, and an error", () => {
    expect(problemsOf(atLevel(raised, id, "Off"))).toEqual([]);
    expect(problemsOf(atLevel(raised, id, "Error")).map(({ severity }) => severity)).toEqual(["error"]);
  });
});

test("an agent and backends of which nothing is to be warned raise nothing", () => {
  expect(problemsOf({})).toEqual([]);
});

test("each warning has an example, and a page with what, why and what to do", () => {
  expect([...new Set(EXAMPLES.map(({ id }) => id))]).toEqual(IDS);
  for (const id of IDS) {
    const page = readFileSync(new URL(`../../docs/warnings/${id}.md`, import.meta.url), "utf8");
    expect(page.split("\n")[0], id).toBe(`# ${id}`);
    expect(page.match(/^## .*$/gm), id).toEqual(["## What", "## Why", "## What to do", "## Where it happened"]);
  }
});

test("an id that does not exist is an error that names the nearest", () => {
  const problems = problemsOf({ config: { warnings: { "istio-prot": "Off" } } });
  expect(problems.map(({ severity, remedy }) => [severity, remedy])).toEqual([["error", "did you mean istio-port?"]]);
});
