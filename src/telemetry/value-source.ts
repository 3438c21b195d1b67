import type { Manifest } from "../base/manifest.ts";
import type { SecretKeyRef } from "./backends.ts";
import { valueAt } from "./plain-data.ts";

/** A text that stands in the MetricPipeline or in a Secret; empty where neither is complete. */
export interface ValueSource {
  value?: string;
  secretKeyRef?: SecretKeyRef;
}

/**
 * Where the text of one field comes from; undefined where the field is absent.
 * In: any MetricPipeline and the dotted path of a field with `value` or `valueFrom.secretKeyRef`; whether they are well-formed is judged elsewhere.
 * Never throws. Source: telemetry-manager `apis/telemetry/v1beta1/shared_types.go`, `ValueType`.
 */
export function valueSourceAt({ object }: Manifest, path: string): ValueSource | undefined {
  const source = valueAt(object, ...path.split("."));
  if (source === undefined) return undefined;
  const value = valueAt(source, "value");
  // v1alpha1 lets an empty value stand beside valueFrom.
  if (typeof value === "string" && value !== "") return { value };
  const ref = valueAt(source, "valueFrom", "secretKeyRef");
  const [name, namespace, key] = [valueAt(ref, "name"), valueAt(ref, "namespace"), valueAt(ref, "key")];
  if (typeof name !== "string" || typeof namespace !== "string" || typeof key !== "string") return {};
  return { secretKeyRef: { name, namespace, key } };
}
