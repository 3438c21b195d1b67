import { describe, expect, test } from "vitest";
import { hasNoInput, selectPipelines } from "../../src/telemetry/select.ts";
import { manifest, pipelineWith } from "./manifests.ts";

const names = (pipelines: ReturnType<typeof pipelineWith>[], selection: Parameters<typeof selectPipelines>[1]) =>
  selectPipelines(pipelines, selection).map(({ ref }) => ref.name);

describe("AgentInputs leaves out a pipeline only if its input is there and enables none of the agent's, EnabledInputs also one without", () => {
  test.each<[input: unknown, isSelected: boolean, isEnabled?: boolean]>([
    [undefined, true, false],
    [null, true, false],
    [{}, false],
    [{ runtime: { enabled: true } }, true],
    [{ prometheus: { enabled: true } }, true],
    [{ istio: { enabled: true } }, true],
    [{ runtime: { enabled: false }, prometheus: {}, istio: null }, false],
    [{ otlp: { enabled: true } }, false],
    [{ otlp: { disabled: true } }, false],
    [{ runtime: { enabled: "false" } }, true],
    [{ runtime: true }, true],
    ["runtime", true],
  ])("%j", (input, isSelected, isEnabled = isSelected) => {
    const pipeline = pipelineWith(input === undefined ? {} : { input });
    expect(names([pipeline], { include: "AgentInputs" })).toEqual(isSelected ? ["one"] : []);
    expect(names([pipeline], { include: "EnabledInputs" })).toEqual(isEnabled ? ["one"] : []);
    expect(names([pipeline], { include: "All" })).toEqual(["one"]);
    expect(hasNoInput(pipeline)).toBe(input === undefined || input === null);
  });
});

test.each(["AgentInputs", "EnabledInputs", "All"] as const)(
  "%s keeps a pipeline of which it cannot tell",
  (include) => {
    const pipelines = [
      pipelineWith("text"),
      pipelineWith(undefined),
      pipelineWith({}, { apiVersion: "telemetry.kyma-project.io/v9" }),
    ];
    expect(names(pipelines, { include })).toHaveLength(3);
  },
);

test("all labels of the selector must be there", () => {
  const pipelines = [
    pipelineWith({}, { name: "both", labels: { team: "a", stage: "prod" } }),
    pipelineWith({}, { name: "one", labels: { team: "a" } }),
    pipelineWith({}, { name: "none" }),
  ];
  expect(names(pipelines, { include: "All", matchLabels: { team: "a", stage: "prod" } })).toEqual(["both"]);
  expect(names(pipelines, { include: "All", matchLabels: { team: "a" } })).toEqual(["both", "one"]);
  expect(names(pipelines, { include: "All", matchLabels: {} })).toEqual(["both", "one", "none"]);
});

test("deleted pipelines and other kinds are left out", () => {
  const pipelines = [
    pipelineWith(
      {},
      { name: "deleted", object: { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" }, spec: {} } },
    ),
    pipelineWith({}, { name: "alive", object: { metadata: { deletionTimestamp: null }, spec: {} } }),
    manifest({ name: "trace", apiVersion: "telemetry.kyma-project.io/v1beta1", kind: "TracePipeline" }),
    manifest({ name: "foreign", apiVersion: "example.com/v1", kind: "MetricPipeline" }),
  ];
  expect(names(pipelines, { include: "All" })).toEqual(["alive"]);
});
