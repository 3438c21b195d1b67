import type { Manifest } from "../base/manifest.ts";
import { valueAt } from "./plain-data.ts";
import { showable } from "./placeholder.ts";

/** One key of a Secret: `valueFrom.secretKeyRef`, all three required. */
export interface SecretKeyRef {
  name: string;
  namespace: string;
  key: string;
}

/** Where the text of a field stands: in the MetricPipeline or in a Secret. */
export type ValueSource = { value: string } | { secretKeyRef: SecretKeyRef };

/**
 * Where the text of the field at a dotted path comes from; undefined where the field is absent (telemetry-manager:
 * apis/telemetry/v1beta1/shared_types.go, ValueType).
 */
export function valueSourceAt({ object }: Manifest, path: string): ValueSource | "incomplete" | undefined {
  const source = valueAt(object, ...path.split("."));
  if (source === undefined) return undefined;
  const value = valueAt(source, "value");
  // v1alpha1 lets an empty value stand beside valueFrom.
  if (typeof value === "string" && value !== "") return { value };
  const ref = valueAt(source, "valueFrom", "secretKeyRef");
  const [name, namespace, key] = [valueAt(ref, "name"), valueAt(ref, "namespace"), valueAt(ref, "key")];
  if (typeof name !== "string" || typeof namespace !== "string" || typeof key !== "string") return "incomplete";
  return { secretKeyRef: { name, namespace, key } };
}

/** An endpoint in a form that may be shown: `value` without credentials, or `<from Secret ns/name key>:4317`. */
export function shownSource(source: ValueSource, port: number): string {
  if ("value" in source) return showable(source.value);
  const { namespace, name, key } = source.secretKeyRef;
  return `<from Secret ${namespace}/${name} ${key}>:${port}`;
}
