import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readProxyConfig } from "../../src/agent/proxy-config.ts";
import { refusedAnnotations } from "../../src/istio/refused-annotations.ts";
import { problemsOf } from "../lint/stream.ts";

/**
 * What Istio's injector of 86c9f01f says of a pod with these annotations: the end of its own words where it refuses it, null
 * where not. ProxyConfigs go through validateProxyConfig (pkg/kube/inject/validate.go), ApplyYAML (pkg/util/protomarshal) and
 * ValidateMeshConfigProxyConfig (pkg/config/validation/agent), other annotations through AnnotationValidation in validate.go,
 * those with JSON and the variables of proxyMetadata through the template (istio-discovery/files/injection-template.yaml), and
 * those of prometheus.io through applyPrometheusMerge (pkg/kube/inject/webhook.go). "Kubernetes:" is what the API server says.
 */
interface Verdict {
  annotations: Record<string, string>;
  refused: string | null;
}

const VERDICTS = JSON.parse(readFileSync(new URL("verdicts.json", import.meta.url), "utf8")) as Verdict[];
const CONFIG = "proxy.istio.io/config";

/** What the injector reads and we cannot, which is an error of its own. */
const UNCLEAR = /!!int|%YAML|!!binary|\u2028|\u0085/;

function shown({ annotations }: Verdict): string {
  return JSON.stringify(annotations);
}

function about(pattern: RegExp): Verdict[] {
  return VERDICTS.filter(({ annotations }) => Object.keys(annotations).some((name) => pattern.test(name)));
}

function read({ annotations }: Verdict): ReturnType<typeof readProxyConfig> {
  return readProxyConfig(annotations[CONFIG]);
}

function isClear(verdict: Verdict): boolean {
  return read(verdict).unclear === undefined;
}

/** Those of which we say the other. */
function wrong(verdicts: readonly Verdict[], isRefused: (verdict: Verdict) => boolean): string[] {
  return verdicts.flatMap((verdict) =>
    isRefused(verdict) === (verdict.refused !== null) ? [] : `${shown(verdict)}: ${verdict.refused ?? "accepted"}`,
  );
}

describe("what Istio's injector says, we say", () => {
  test("of a ProxyConfig", () => {
    const verdicts = about(/^proxy\.istio\.io\/config$/);
    expect(verdicts.length).toBeGreaterThan(500);
    expect(wrong(verdicts.filter(isClear), (verdict) => read(verdict).refused.length > 0)).toEqual([]);
    // An error as well, without a word of what Istio does.
    const unclear = verdicts.filter((verdict) => !isClear(verdict) && verdict.refused === null);
    expect(unclear.filter(({ annotations }) => !UNCLEAR.test(annotations[CONFIG] ?? "")).map(shown)).toEqual([]);
  });

  test("of the annotations that its validators and templates read", () => {
    const verdicts = about(/^(?!proxy\.|prometheus).*istio\.io\/(?!includeOutboundPorts)/);
    expect(verdicts.length).toBeGreaterThan(400);
    expect(wrong(verdicts, ({ annotations }) => refusedAnnotations(annotations).length > 0)).toEqual([]);
  });

  test("of the annotations by which pods ask to be scraped", () => {
    const verdicts = about(/^prometheus(?!.*merge-metrics)/i);
    expect(verdicts.length).toBeGreaterThan(60);
    const others = [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "kyma-system" } }];
    const isRefused = ({ annotations }: Verdict): boolean =>
      problemsOf({ annotations, others }).some(({ cause }) => cause.includes("Istio refuses"));
    expect(wrong(verdicts, isRefused)).toEqual([]);
  });
});
