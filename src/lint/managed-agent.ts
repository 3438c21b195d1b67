import { fieldPath } from "../base/finding.ts";
import { listAt, valueAt } from "../telemetry/plain-data.ts";
import { readPlain } from "../yaml/parse.ts";
import type { Scene, Trouble } from "./warning.ts";

const MANAGED_BY = "app.kubernetes.io/managed-by";

/** Names of programs that keep a workload as they want it; those that only deploy what Git says are called otherwise. */
const OPERATOR = /(?:operator|manager|controller)$/i;

const TELEMETRY_MANAGER = "telemetry-manager";
const TELEMETRY_GROUPS = ["telemetry.kyma-project.io", "operator.kyma-project.io"];

/**
 * An operator owns the agent and writes its pod template again and again, so that what Git says of it is reverted
 * (telemetry-manager: internal/utils/k8s/utils.go, which keeps few annotations). It does not where it is paused.
 */
export function* managedAgent({ agent, ask }: Scene): Iterable<Trouble> {
  const { manifest, kind } = agent;
  const owner = listAt(manifest.object, "metadata", "ownerReferences").find(
    (each) => valueAt(each, "controller") === true,
  );
  const label = manifest.labels[MANAGED_BY];
  const isOperator = label !== undefined && OPERATOR.test(label);
  if (owner === undefined && !isOperator) return;
  const group = textAt(owner, "apiVersion").split("/")[0] ?? "";
  const isTelemetry = label === TELEMETRY_MANAGER || TELEMETRY_GROUPS.includes(group);
  if (isTelemetry && ask(["ConfigMap"], [{ all: ["telemetry-overrides", "paused"] }]).some(isPaused)) return;
  const who =
    owner === undefined
      ? `the label says that ${label} manages it`
      : `${textAt(owner, "kind")} ${textAt(owner, "name")} owns it`;
  yield {
    cause: `${who}: where that operator runs, it reverts what is written into the ${kind.kind}`,
    remedy: isTelemetry
      ? "leave this agent to the telemetry operator, which does the same where Istio is on; or pause it for metrics (metrics.paused in its ConfigMap telemetry-overrides), or keep an agent of your own under another name"
      : "set the annotations, the label and the volume in the operator's own resource, or keep an agent of your own that no operator manages",
    field:
      owner === undefined
        ? { path: fieldPath(["metadata", "labels", MANAGED_BY]), currentValue: label }
        : { path: "metadata.ownerReferences" },
  };
}

/** True for the overrides of the telemetry operator in which its agent is paused (telemetry-manager: internal/overrides). */
function isPaused({ ref, object }: { ref: { name: string }; object: unknown }): boolean {
  const text = valueAt(object, "data", "overrides");
  if (ref.name !== "telemetry-overrides" || typeof text !== "string") return false;
  const read = readPlain(text);
  return "value" in read && valueAt(read.value, "metrics", "paused") === true;
}

function textAt(value: unknown, key: string): string {
  const text = valueAt(value, key);
  return typeof text === "string" ? text : "";
}
