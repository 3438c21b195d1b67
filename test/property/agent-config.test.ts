import * as fc from "fast-check";
import { expect, test } from "vitest";
import { runAgent } from "../collector/agent.ts";

const RUNS = Number(process.env["PROPERTY_RUNS"] ?? 300);

const host = fc.constantFrom(
  "mesh.observability",
  "mimir.metrics.svc",
  "10.1.2.3",
  "gateway",
  "otlp.vendor.example.com",
  "[fd00::1]",
);
const port = fc.integer({ min: 1, max: 65535 });

/** One backend as both say it: a MetricPipeline's protocol and endpoint are an exporter's type and endpoint. */
const backend = fc.record({
  protocol: fc.constantFrom("grpc", "http"),
  scheme: fc.constantFrom("http", "https"),
  host,
  port: fc.option(port, { nil: undefined }),
  path: fc.constantFrom("", "/otlp"),
});
type Backend = typeof backend extends fc.Arbitrary<infer Value> ? Value : never;

/** What gRPC needs: a port, and no path. */
function endpointOf({ protocol, scheme, host: name, port: number, path }: Backend): string {
  const isGrpc = protocol === "grpc";
  const written = isGrpc ? (number ?? 4317) : number;
  return `${scheme}://${name}${written === undefined ? "" : `:${written}`}${isGrpc ? "" : path}`;
}

/** The items of what a run wrote, the agent alone. */
function agentIn(output: string): unknown {
  const { items } = JSON.parse(output) as { items: { kind: string }[] };
  return items.find(({ kind }) => kind === "Deployment");
}

test("an agent's configuration and the MetricPipelines that say the same give the same workload", () => {
  fc.assert(
    fc.property(
      fc.array(backend, { minLength: 1, maxLength: 4 }),
      fc.constantFrom("All", "InCluster"),
      (all, scope) => {
        const endpoints = all.map(endpointOf);
        const exporters = Object.fromEntries(
          all.map(({ protocol }, at) => [
            `${protocol === "grpc" ? "otlp" : "otlphttp"}/${at}`,
            { endpoint: endpoints[at] },
          ]),
        );
        const config = JSON.stringify({
          receivers: { otlp: {} },
          exporters,
          service: { pipelines: { metrics: { receivers: ["otlp"], exporters: Object.keys(exporters) } } },
        });
        const pipelines = all.map(({ protocol }, at) => ({
          apiVersion: "telemetry.kyma-project.io/v1beta1",
          kind: "MetricPipeline",
          metadata: { name: `p${at}` },
          spec: {
            input: { otlp: {}, prometheus: { enabled: true } },
            output: { otlp: { protocol, endpoint: { value: endpoints[at] } } },
          },
        }));
        const byConfig = runAgent({ config, spec: { backends: { source: "AgentConfig", scope } } });
        const byPipelines = runAgent({
          config,
          others: pipelines,
          spec: { backends: { source: "MetricPipelines", scope } },
        });
        expect(byConfig.errors).toEqual([]);
        expect(byPipelines.errors).toEqual([]);
        expect(agentIn(byConfig.output)).toEqual(agentIn(byPipelines.output));
      },
    ),
    { numRuns: RUNS },
  );
});
