/** The schema as a list of fields, so that what reads, explains or documents a config needs no table of its own. */
import type { $ZodType, $ZodTypes } from "zod/v4/core";
import { notes, rules } from "./schema.ts";

/** A path of keys and list positions, as zod issues carry it. */
export type Path = readonly PropertyKey[];

/** One field or group of the config. */
export interface FieldSchema {
  path: readonly string[];
  /** Schema of the value, without the wrappers for default and optional. */
  value: $ZodTypes;
  /** True for a map of further fields, which follow in the list. */
  isGroup: boolean;
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

/** Lists all groups and fields below a schema of a map, parents first, in the order of the schema. */
export function fieldsOf(schema: $ZodType, parent?: FieldSchema): FieldSchema[] {
  const { def } = unwrap(schema)._zod;
  if (def.type !== "object") return [];
  return Object.entries(def.shape).flatMap(([key, child]) => {
    const field = fieldOf(child, [...(parent?.path ?? []), key], parent);
    return [field, ...fieldsOf(child, field)];
  });
}

/** The schema of the value at a path, or undefined where the schema knows no such path. */
export function schemaAt(schema: $ZodType, path: Path): $ZodTypes | undefined {
  const here = unwrap(schema);
  const [key, ...rest] = path;
  if (key === undefined) return here;
  const { def } = here._zod;
  if (def.type === "array") return schemaAt(def.element, rest);
  if (def.type === "record") return schemaAt(def.valueType, rest);
  const child = def.type === "object" && Object.hasOwn(def.shape, key) ? def.shape[String(key)] : undefined;
  return child && schemaAt(child, rest);
}

/** The value at a path of a plain object, or undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((here, key) => {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, key)) return undefined;
    return (here as Record<PropertyKey, unknown>)[key];
  }, value);
}

/** What a value of this schema must be, with its article ("a port number from 1 to 65535"). */
export function expectedOf(schema: $ZodType): string {
  const value = unwrap(schema);
  const { def } = value._zod;
  if (def.type === "enum") return `one of ${Object.values(def.entries).map(String).map(nameOrQuotes).join(", ")}`;
  if (def.type === "boolean") return "true or false";
  if (def.type === "object") return `a map with the fields ${Object.keys(def.shape).join(", ")}`;
  return rules.get(value)?.expected ?? `a ${def.type}`;
}

function fieldOf(schema: $ZodType, path: string[], parent: FieldSchema | undefined): FieldSchema {
  const note = notes.get(schema);
  const wrapper = (schema as $ZodTypes)._zod.def;
  const value = unwrap(schema);
  const whenAbsent = note?.whenAbsent ?? parent?.whenAbsent;
  const insteadOf = note?.insteadOf ? [...path.slice(0, -1), note.insteadOf] : parent?.insteadOf;
  const isGroup = value._zod.def.type === "object";
  return {
    path,
    value,
    isGroup,
    description: note?.description ?? "",
    ...(wrapper.type === "default" && { defaultValue: wrapper.defaultValue }),
    ...(whenAbsent !== undefined && { whenAbsent }),
    ...(insteadOf && { insteadOf }),
    ...(!isGroup && {
      example: note?.examples?.[0] ?? (wrapper.type === "default" ? wrapper.defaultValue : undefined),
    }),
  };
}

function unwrap(schema: $ZodType): $ZodTypes {
  const { def } = (schema as $ZodTypes)._zod;
  if (def.type === "default" || def.type === "prefault" || def.type === "optional") return unwrap(def.innerType);
  return schema as $ZodTypes;
}

function nameOrQuotes(value: string): string {
  return value === "" ? '""' : value;
}
