import { isRecord } from "../base/record.ts";
import { Text } from "./text.ts";

/** Parts the steps of a key, as in `--set` and in keys of a file (opentelemetry-collector: confmap, KeyDelimiter). */
const DELIMITER = "::";

/**
 * One configuration on top of another: maps join, lists and all else are replaced, a null too (confmap/confmap.go, Merge by
 * knadh/koanf maps.Merge).
 */
export function mergeTrees(under: unknown, over: unknown): unknown {
  if (!isMap(under) || !isMap(over)) return over;
  const merged = { ...under };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = Object.hasOwn(merged, key) ? mergeTrees(merged[key], value) : value;
  }
  return merged;
}

/** A tree whose keys such as `exporters::otlp::endpoint` are steps of a path. */
export function withoutDelimiters(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(withoutDelimiters);
  if (!isMap(tree)) return tree;
  let result: unknown = {};
  for (const [key, value] of Object.entries(tree)) {
    const steps = key.split(DELIMITER);
    const nested = steps.reduceRight((inner: unknown, step) => ({ [step]: inner }), withoutDelimiters(value));
    result = mergeTrees(result, nested);
  }
  return result;
}

/** `a.b=value` of `--set` as YAML (otelcol/flags.go). */
export function setting(text: string): string | undefined {
  const at = text.indexOf("=");
  return at > 0 ? `${text.slice(0, at).replaceAll(".", DELIMITER)}: ${text.slice(at + 1)}` : undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !(value instanceof Text);
}
