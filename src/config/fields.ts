/** What messages, the ConfigMap form and the reference need to know about the schema; nothing else looks inside zod. */
import type { $ZodType, $ZodTypes } from "zod/v4/core";
import { notes, rules } from "./schema.ts";

/** A path of keys and list positions. */
export type Path = readonly PropertyKey[];

/** One field or group of the config. */
export interface FieldSchema {
  path: readonly string[];
  /** zod's name for the type of the value. */
  type: $ZodTypes["_zod"]["def"]["type"];
  /** What the keys of a map are called that a person chooses, and whether each has a list. */
  keys?: { name: string; areLists: boolean };
  /** True for a map of further fields, which follow in the list. */
  isGroup: boolean;
  /** The type of a list's elements, else of the value, where it is not text. */
  itemType: "string" | "number" | "boolean";
  /** What the value must be, with its article. */
  expected: string;
  /** The values of an enumeration. */
  choices?: readonly string[];
  description: string;
  /** Absent for a group and for a field without a default value. */
  defaultValue?: unknown;
  /** What holds if a field without a default value is absent; a group's words hold for its fields. */
  whenAbsent?: string;
  /** Path of the field that this field, or its group, stands in for. */
  insteadOf?: readonly string[];
  /** A value that a config could carry here: the field's example, else its default; absent for a group. */
  example?: unknown;
}

/** Lists all groups and fields below the schema of a map, parents first, in the order of the schema. */
export function fieldsOf(schema: $ZodType, parent?: FieldSchema): FieldSchema[] {
  const { def } = valueSchema(schema)._zod;
  if (def.type !== "object") return [];
  return Object.entries(def.shape).flatMap(([key, child]) => {
    const field = describe(child, [...(parent?.path ?? []), key], parent);
    return [field, ...fieldsOf(child, field)];
  });
}

function describe(schema: $ZodType, path: readonly string[], parent: FieldSchema | undefined): FieldSchema {
  const { description = "", examples, insteadOf, whenAbsent = parent?.whenAbsent } = notes.get(schema) ?? {};
  const { def } = valueSchema(schema)._zod;
  const isGroup = def.type === "object";
  const choices = choicesOf(schema);
  const outer = (schema as $ZodTypes)._zod.def;
  const defaultValue = outer.type === "default" ? outer.defaultValue : undefined;
  const replaced = insteadOf === undefined ? parent?.insteadOf : [...path.slice(0, -1), insteadOf];
  const inner = def.type === "record" ? valueSchema(def.valueType)._zod.def : def;
  const { type } = inner.type === "array" ? valueSchema(inner.element)._zod.def : inner;
  const keys = def.type === "record" && {
    name: expectedOf(def.keyType).replace(/^an? /, ""),
    areLists: inner.type === "array",
  };
  return {
    path,
    type: def.type,
    ...(keys && { keys }),
    isGroup,
    itemType: type === "number" || type === "boolean" ? type : "string",
    expected: expectedOf(schema),
    ...(choices && { choices }),
    description,
    ...(defaultValue !== undefined && { defaultValue }),
    ...(whenAbsent !== undefined && { whenAbsent }),
    ...(replaced && { insteadOf: replaced }),
    ...(!isGroup && { example: examples?.[0] ?? defaultValue }),
  };
}

function valueSchema(schema: $ZodType): $ZodTypes {
  const { def } = (schema as $ZodTypes)._zod;
  const isOuter = def.type === "optional" || def.type === "default" || def.type === "prefault";
  return isOuter ? valueSchema(def.innerType) : (schema as $ZodTypes);
}

/** The schema of one field of a map; undefined where the map has no such field. */
export function fieldIn(schema: $ZodType, key: PropertyKey): $ZodType | undefined {
  const { def } = valueSchema(schema)._zod;
  return def.type === "object" && Object.hasOwn(def.shape, key) ? def.shape[String(key)] : undefined;
}

/** The schema of the value at a path. */
export function schemaAt(schema: $ZodType, [key, ...rest]: Path): $ZodTypes {
  const here = valueSchema(schema);
  if (key === undefined) return here;
  const { def } = here._zod;
  const child = def.type === "array" ? def.element : def.type === "record" ? def.valueType : fieldIn(here, key);
  if (child === undefined) throw new Error(`the schema of the function config has no ${String(key)}`);
  return schemaAt(child, rest);
}

/** The value at a path of a plain object, or undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((here, key) => {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, key)) return undefined;
    return (here as Record<PropertyKey, unknown>)[key];
  }, value);
}

/** How many names of a group are listed. */
const LISTED = 12;

/** What a value must be, with its article ("a port number from 1 to 65535"). */
export function expectedOf(schema: $ZodType): string {
  const value = valueSchema(schema);
  const { def } = value._zod;
  const choices = choicesOf(value);
  if (choices) return `one of ${choices.map((choice) => choice || '""').join(", ")}`;
  if (def.type === "boolean") return "true or false";
  if (def.type === "object") return `a map with the fields ${listed(Object.keys(def.shape))}`;
  return rules.get(value)?.expected ?? `a ${def.type}`;
}

/** The values of an enumeration; undefined for anything else. */
export function choicesOf(schema: $ZodType): string[] | undefined {
  const { def } = valueSchema(schema)._zod;
  return def.type === "enum" ? Object.values(def.entries).map(String) : undefined;
}

/** Names with commas, as many as a person reads; how many more there are. */
export function listed(names: readonly string[]): string {
  const rest = names.length - LISTED;
  return rest > 0 ? `${names.slice(0, LISTED).join(", ")} and ${rest} more` : names.join(", ");
}
