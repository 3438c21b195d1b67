import { fieldPath } from "../base/finding.ts";
import { USER_VOLUME_MOUNT } from "../istio/annotations.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import type { Scene, Trouble } from "./warning.ts";

/**
 * Further pods of the operator get the annotations of the agent's, and not its volumes, so that their sidecars mount a volume that
 * is not there (opentelemetry-operator: internal/manifests/collector/targetallocator.go; opentelemetry-operator#3264).
 */
export function* targetAllocator({ agent, texts }: Scene): Iterable<Trouble> {
  const { copies } = agent.kind.operated ?? {};
  if (copies === undefined || texts[USER_VOLUME_MOUNT] === undefined) return;
  if (valueAt(agent.manifest.object, ...copies.enabled) !== true) return;
  yield {
    cause: `the pods of the ${copies.what} get ${USER_VOLUME_MOUNT} too and not the volume, so that Kubernetes refuses them`,
    remedy: `run the ${copies.what} by a resource of its own (TargetAllocator), or set trafficInterception to ExportOnly`,
    field: { path: fieldPath(copies.enabled), currentValue: true },
  };
}
