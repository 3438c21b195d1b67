import { describe, expect, test } from "vitest";
import { nearlyRight } from "../../src/lint/nearly-right.ts";

const TELEMETRY = "telemetry.kyma-project.io";

describe("nearlyRight", () => {
  test.each([
    [`${TELEMETRY}/v1beta1`, "MetricsPipeline", "write kind: MetricPipeline"],
    [`${TELEMETRY}/v1beta1`, "metricPipeline", "write kind: MetricPipeline"],
    [`${TELEMETRY}/v1beta1`, "Metricpipeline", "write kind: MetricPipeline"],
    [`${TELEMETRY}/v1alpha1`, "MetricPipelines", "write kind: MetricPipeline"],
    [`${TELEMETRY}/v1alpha1`, "MetricPipline", "write kind: MetricPipeline"],
    [`${TELEMETRY}/v1alpha1`, "MetrciPipelnie", "write kind: MetricPipeline"],
    ["", "MetricsPipeline", `write kind: MetricPipeline and apiVersion: ${TELEMETRY}/v1beta1`],
    ["example.com/v1", "metricpipeline", `write kind: MetricPipeline and apiVersion: ${TELEMETRY}/v1beta1`],
    [`${TELEMETRY}/v1beta1`, "", "write kind: MetricPipeline if it is one"],
    ["telemetry.kyma-project.ip/v1beta1", "", "write kind: MetricPipeline if it is one"],
    ["apps/v1", "", "write kind: DaemonSet if it is one"],
    ["", "MetricPipeline", `write apiVersion: ${TELEMETRY}/v1beta1`],
    ["v1beta1", "MetricPipeline", `write apiVersion: ${TELEMETRY}/v1beta1, or turn`],
    ["pipelines.example.com/v1", "MetricPipeline", `write apiVersion: ${TELEMETRY}/v1beta1, or turn`],
    ["telemetry.kyma-project.ip/v1beta1", "MetricPipeline", `write apiVersion: ${TELEMETRY}/v1beta1, or turn`],
    ["apps/v1", "Daemonset", "write kind: DaemonSet"],
    ["apps/v1", "DeamonSet", "write kind: DaemonSet"],
    ["app/v1", "Daemonsets", "write kind: DaemonSet and apiVersion: apps/v1"],
    ["extensions/v1beta1", "daemonset", "write kind: DaemonSet and apiVersion: apps/v1"],
    ["extensions/v1beta1", "DaemonSet", "write apiVersion: apps/v1, or turn"],
    ["apps.kruise.io/v1alpha1", "DaemonSet", "write apiVersion: apps/v1, or turn"],
    ["", "DaemonSet", "write apiVersion: apps/v1"],
    ["v1", "DaemonSet", "write apiVersion: apps/v1, or turn"],
    ["intercept-backends.dev/v1alpha1", "InterceptBackend", "write kind: InterceptBackends"],
    ["intercept-backends.dev/v1alpha1", "InterceptsBackends", "write kind: InterceptBackends"],
    ["intercept-backends.dev/v1", "InterceptBackends", "write apiVersion: intercept-backends.dev/v1alpha1, or turn"],
    [
      "intercept-backends.io/v1alpha1",
      "InterceptBackends",
      "write apiVersion: intercept-backends.dev/v1alpha1, or turn",
    ],
    ["", "InterceptBackends", "write apiVersion: intercept-backends.dev/v1alpha1"],
  ])("%s %s: %s", (apiVersion, kind, remedy) => {
    const found = nearlyRight({ apiVersion, kind, name: "one" });
    expect(found?.remedy.startsWith(remedy)).toBe(true);
    expect(found?.cause).toMatch(/so that nothing reads the resource$/);
  });

  test.each([
    [`${TELEMETRY}/v1beta1`, "MetricPipeline"],
    [`${TELEMETRY}/v1alpha1`, "MetricPipeline"],
    // An unknown version is an error that names it.
    [`${TELEMETRY}/v9`, "MetricPipeline"],
    [`${TELEMETRY}/v1beta1`, "LogPipeline"],
    [`${TELEMETRY}/v1beta1`, "TracePipeline"],
    [`${TELEMETRY}/v1beta1`, "MetricPipelineList"],
    ["operator.kyma-project.io/v1alpha1", "Telemetry"],
    ["example.com/v1", "MetricsPipeline"],
    ["operator.victoriametrics.com/v1", "VLAgent"],
    ["monitoring.coreos.com/v1", "Prometheus"],
    ["apps/v1", "DaemonSet"],
    ["apps/v1beta2", "DaemonSet"],
    ["apps/v1", "DaemonSetList"],
    ["apps/v1", "StatefulSet"],
    ["apps/v1", "ReplicaSet"],
    ["apps/v1", "Deployment"],
    ["intercept-backends.dev/v1alpha1", "InterceptBackends"],
    ["example.com/v1", "InterceptBackend"],
    ["v1", "Secret"],
    ["v1", "List"],
    ["v1", ""],
    ["", ""],
    ["", "x".repeat(100_000)],
  ])("%s %s is not near", (apiVersion, kind) => {
    expect(nearlyRight({ apiVersion, kind, name: "one" })).toBeUndefined();
  });
});
