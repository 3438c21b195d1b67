/** A ConfigMap as function config: the dotted keys of its `data`, and what is wrong with them in the same spelling. */
import { nearestKeys } from "../base/near.ts";
import { isRecord } from "../base/record.ts";
import { apiVersion, kind } from "./constants.ts";
import { show, type Form, type Fault } from "./describe-issue.ts";
import { fieldsOf, type FieldSchema } from "./fields.ts";
import { spec as specSchema } from "./schema.ts";

const advice = "write the settings in data, as dotted keys such as agent.name";

/** Reads `data`; whatever else a ConfigMap could carry settings in is refused, so that none is lost in silence. */
export function readConfigMap(object: Readonly<Record<string, unknown>>) {
  const data = object["data"] ?? {};
  const { spec, origins, unknownKeys } = fromConfigMap(isRecord(data) ? data : {});
  const form: Form = {
    place: ([, ...path]) => {
      const origin = origins.find((each) => each.path.every((key, at) => at >= path.length || path[at] === key));
      return origin ? ["data", origin.key] : ["data"];
    },
    spell: ([, ...path]) => path.join("."),
    write: (value) => show(String(value)),
  };
  return { spec, form, faults: [...describeRest(object), ...unknownKeys.map(describeUnknownKey)] };
}

/**
 * Converts `data` of a ConfigMap to the `spec` of an InterceptBackends, with the keys of which it came and those that are no setting: `agent.name: x`, lists with commas, booleans as `true` and `false`, a label as
 * `agent.selector.matchLabels.<label key>`. Text that does not convert stays text, for the schema to refuse.
 * kpt's `configMap:` and `kpt fn eval -- key=value` produce this form (kpt: pkg/api/kptfile/v1, Function.ConfigMap).
 */
export function fromConfigMap(data: Readonly<Record<string, unknown>>) {
  const fields = valueFields();
  const spec: Record<string, unknown> = {};
  const origins: { key: string; path: readonly string[] }[] = [];
  const unknownKeys: string[] = [];
  for (const [key, text] of Object.entries(data)) {
    const field = fields.find(({ path, type }) => {
      const dotted = path.join(".");
      return type === "record" ? key.startsWith(`${dotted}.`) && key.length > dotted.length + 1 : key === dotted;
    });
    if (field === undefined) {
      unknownKeys.push(key);
      continue;
    }
    const label = field.type === "record" ? [key.slice(field.path.join(".").length + 1)] : [];
    const path = [...field.path, ...label];
    put(spec, path, convert(text, field));
    origins.push({ key, path });
  }
  return { spec, origins, unknownKeys };
}

/** The spelling of a field of the spec as a key in `data`; `<…>` stands for what a person chooses. */
export function configMapKey({ path, keys }: FieldSchema): string {
  return [...path, ...(keys ? [`<${keys.name}>`] : [])].join(".");
}

/** All fields of the spec that have a value of their own. */
export function valueFields(): FieldSchema[] {
  return fieldsOf(specSchema).filter((field) => !field.isGroup);
}

function convert(value: unknown, { type, itemType, keys }: FieldSchema): unknown {
  if (!(type === "array" || keys?.areLists) || value === null) return convertItem(value, itemType);
  if (value === "") return [];
  const items = typeof value === "string" ? value.split(",").map((item) => item.trim()) : [value];
  return items.map((item) => convertItem(item, itemType));
}

function convertItem(value: unknown, type: FieldSchema["itemType"]): unknown {
  if (typeof value !== "string") return value;
  if (type === "number" && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (type === "boolean" && (value === "true" || value === "false")) return value === "true";
  return value;
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) target[key] = value;
  else put((target[key] ??= {}) as Record<string, unknown>, rest, value);
}

function describeUnknownKey(key: string): Fault {
  const path = ["data", key];
  const fields = valueFields();
  const below = fields.map(configMapKey).filter((known) => known.startsWith(`${key}.`));
  if (below.length > 0) {
    const cause = `${show(key)} is a group of settings, not one of them`;
    return { path, cause, remedy: `write ${below.join(" or ")}` };
  }
  const cause = `${show(key)} is not a setting`;
  const paths = fields.map(({ path: known }) => known);
  const near = nearestKeys(key, [], paths);
  const spelled = fields.filter((field) => near.includes(field.path)).map(configMapKey);
  if (spelled.length > 0) return { path, cause, remedy: `did you mean ${spelled.join(" or ")}?` };
  return { path, cause, remedy: `remove it, or use one of ${fields.map(configMapKey).join(", ")}` };
}

/** All but `data`: what belongs to any ConfigMap, and what looks like settings in the wrong place. */
function describeRest({ data, binaryData, ...rest }: Readonly<Record<string, unknown>>): Fault[] {
  const strangers = Object.keys(rest).filter((key) => !["apiVersion", "kind", "metadata", "immutable"].includes(key));
  const faults: Fault[] = strangers.map((key) => ({
    path: [key],
    cause: `${show(key)} is not a field of a ConfigMap`,
    remedy: key === "spec" ? `${advice}, or use kind ${kind} with apiVersion ${apiVersion}` : advice,
  }));
  if (data !== undefined && data !== null && !isRecord(data)) {
    faults.push({ path: ["data"], cause: `${show(data)} is not a map`, remedy: advice });
  }
  if (isRecord(binaryData) && Object.keys(binaryData).length > 0) {
    faults.push({ path: ["binaryData"], cause: "settings are not read from binaryData", remedy: advice });
  }
  return faults;
}
