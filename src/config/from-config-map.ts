/** The dotted keys of a ConfigMap's `data` as the same object that `spec` would be; the table says which text is what. */
import { fieldsOf, type FieldSchema } from "./fields.ts";
import type { Shape } from "./shape.ts";
import { spec as specShape } from "./table.ts";

/** What a ConfigMap's `data` says. */
export interface ConfigMapSettings {
  /** To be validated like the `spec` of an InterceptBackends. */
  spec: Record<string, unknown>;
  /** The keys in `data` that became part of the spec, each with its path there. */
  origins: { key: string; path: readonly string[] }[];
  /** Keys in `data` that are no setting. */
  unknownKeys: string[];
}

/**
 * Converts `data` of a ConfigMap: `agent.name: x`, lists with commas, booleans as `true` and `false`, a label as
 * `agent.selector.matchLabels.<label key>`. Text that does not convert stays text, for the schema to refuse.
 * kpt's `configMap:` and `kpt fn eval -- key=value` produce this form (kpt: pkg/api/kptfile/v1, Function.ConfigMap).
 */
export function fromConfigMap(data: Readonly<Record<string, unknown>>): ConfigMapSettings {
  const fields = fieldsOf(specShape).filter((field) => !field.isGroup);
  const result: ConfigMapSettings = { spec: {}, origins: [], unknownKeys: [] };
  for (const [key, text] of Object.entries(data)) {
    const path = pathOf(key, fields);
    if (!path) {
      result.unknownKeys.push(key);
      continue;
    }
    const field = fields.find((candidate) => candidate.path.every((name, index) => path[index] === name));
    put(result.spec, path, field ? convert(text, field.value) : text);
    result.origins.push({ key, path });
  }
  return result;
}

/** The spelling of a field of the spec as a key in `data`; `<label key>` stands for what a person chooses. */
export function configMapKey(field: FieldSchema): string {
  return [...field.path, ...(field.value.type === "record" ? ["<label key>"] : [])].join(".");
}

function pathOf(key: string, fields: readonly FieldSchema[]): string[] | undefined {
  for (const field of fields) {
    const dotted = field.path.join(".");
    if (field.value.type !== "record") {
      if (key === dotted) return [...field.path];
    } else if (key.startsWith(`${dotted}.`) && key.length > dotted.length + 1) {
      return [...field.path, key.slice(dotted.length + 1)];
    }
  }
  return undefined;
}

function convert(value: unknown, shape: Shape): unknown {
  if (value === null) return value;
  if (shape.type === "array") {
    const items = typeof value === "string" ? value.split(",").map((item) => item.trim()) : [value];
    return value === "" ? [] : items.map((item) => convert(item, shape.element));
  }
  if (typeof value !== "string") return value;
  if (shape.type === "number" && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (shape.type === "boolean" && (value === "true" || value === "false")) return value === "true";
  return value;
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) target[key] = value;
  else put((target[key] ??= {}) as Record<string, unknown>, rest, value);
}
