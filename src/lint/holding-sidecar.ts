import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import type { Scene } from "./warning.ts";

/** The `Sidecar` resource that holds for the agent: by its labels, else that of its namespace, else that of the root namespace. */
export function holdingSidecar({ agent, namespace, ask }: Scene): Manifest | undefined {
  const all = ask(["Sidecar"]).filter(({ ref }) => ref.apiVersion.startsWith("networking.istio.io/"));
  const here = all.filter(({ ref }) => ref.namespace === namespace);
  const selects = (each: Manifest): boolean => {
    const labels = valueAt(each.object, "spec", "workloadSelector", "labels");
    return isRecord(labels) && Object.entries(labels).every(([key, value]) => agent.labels[key] === value);
  };
  return (
    here.find(selects) ??
    here.find(isDefault) ??
    all.find((each) => each.ref.namespace === "istio-system" && isDefault(each))
  );
}

function isDefault({ object }: Manifest): boolean {
  return valueAt(object, "spec", "workloadSelector") === undefined;
}
