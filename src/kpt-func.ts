import type { Configs, KptFunc, KubernetesObject, Result } from "kpt-functions";
import { decide } from "./rewrite/decide.ts";
import type { Select } from "./rewrite/select.ts";
import type { Finding } from "./base/finding.ts";
import { toResult } from "./stream/result.ts";
import { readManifest } from "./stream/read-manifest.ts";
import type { Manifest } from "./base/manifest.ts";
import { applyChange } from "./yaml/edit/apply-change.ts";
import type { Value } from "./yaml/edit/change.ts";

/**
 * The function for people who compose functions with the kpt SDK: the same decisions on the SDK's objects, the agent's
 * workload changed in place, findings added as the SDK's results. Comments and order are the SDK's business; it keeps
 * neither. Errors that a user can fix are results and change nothing; it throws on bugs alone.
 */
export const interceptBackends: KptFunc = async (configs: Configs): Promise<void> => {
  const objects = new Map<Manifest, KubernetesObject>();
  const manifests = configs.getAll().flatMap((object) => {
    const manifest = readManifest(object);
    if (manifest) objects.set(manifest, object);
    return manifest ?? [];
  });
  const select: Select = (kinds) => ({
    manifests: manifests.filter(({ ref }) => kinds.includes(ref.kind)),
    findings: [],
  });
  const { rewrite, findings } = decide(readManifest(configs.getFunctionConfig()), select);
  if (rewrite) {
    const agent = objects.get(rewrite.agent);
    Object.assign(agent ?? {}, applyChange(agent as unknown as Value, rewrite.change));
  }
  configs.addResults(...findings.map(toSdkResult));
};

interceptBackends.usage = `
Keeps the Istio annotations and the certificate volume of a metric agent in step with its backends.

Configured by an InterceptBackends (intercept-backends.dev/v1alpha1) or a ConfigMap with dotted keys; without either the
defaults serve a stock Kyma agent.
`;

/** The SDK writes `warn` and `suggestedValue` where the specification says `warning` and `proposedValue`. */
function toSdkResult(finding: Finding): Result {
  const { field, ...result } = toResult(finding) as { field?: Record<string, unknown> };
  const { proposedValue, ...rest } = field ?? {};
  return {
    ...result,
    severity: finding.severity === "warning" ? "warn" : finding.severity,
    ...(field ? { field: { ...rest, ...(proposedValue === undefined ? {} : { suggestedValue: proposedValue }) } } : {}),
  } as Result;
}
