/** The table as a list of fields, so that what reads, explains or documents a config needs no list of its own. */
import type { FieldShape, Shape } from "./shape.ts";

/** A path of keys and list positions. */
export type Path = readonly PropertyKey[];

/** One field or group of the config. */
export interface FieldSchema {
  path: readonly string[];
  /** What the value must be. */
  value: Shape;
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

/** Lists all groups and fields below the shape of a map, parents first, in the order of the schema. */
export function fieldsOf(shape: Shape, parent?: FieldSchema): FieldSchema[] {
  if (shape.type !== "object") return [];
  return Object.entries(shape.fields).flatMap(([key, child]) => {
    const field = fieldOf(child, [...(parent?.path ?? []), key], parent);
    return [field, ...fieldsOf(child.shape, field)];
  });
}

/** The shape of the value at a path, or undefined where the table knows no such path. */
export function shapeAt(shape: Shape, [key, ...rest]: Path): Shape | undefined {
  if (key === undefined) return shape;
  if (shape.type === "array") return shapeAt(shape.element, rest);
  if (shape.type === "record") return shapeAt(shape.value, rest);
  if (shape.type !== "object" || typeof key !== "string" || !Object.hasOwn(shape.fields, key)) return undefined;
  const child = shape.fields[key];
  return child && shapeAt(child.shape, rest);
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

/** What a value of this shape must be, with its article ("a port number from 1 to 65535"). */
export function expectedOf(shape: Shape): string {
  if (shape.type === "enum") return `one of ${shape.values.map(nameOrQuotes).join(", ")}`;
  if (shape.type === "boolean") return "true or false";
  if (shape.type === "object") return `a map with the fields ${listed(Object.keys(shape.fields))}`;
  return shape.expected ?? `a ${shape.type}`;
}

/** Names with commas, as many as a person reads; how many more there are. */
export function listed(names: readonly string[]): string {
  const rest = names.length - LISTED;
  return rest > 0 ? `${names.slice(0, LISTED).join(", ")} and ${rest} more` : names.join(", ");
}

function fieldOf(field: FieldShape, path: string[], parent: FieldSchema | undefined): FieldSchema {
  const { shape, description = "", defaultValue, examples } = field;
  const whenAbsent = field.whenAbsent ?? parent?.whenAbsent;
  const insteadOf = field.insteadOf ? [...path.slice(0, -1), field.insteadOf] : parent?.insteadOf;
  const isGroup = shape.type === "object";
  return {
    path,
    value: shape,
    isGroup,
    description,
    ...(field.absence === "default" && { defaultValue }),
    ...(whenAbsent !== undefined && { whenAbsent }),
    ...(insteadOf && { insteadOf }),
    ...(!isGroup && { example: examples?.[0] ?? defaultValue }),
  };
}

function nameOrQuotes(value: string): string {
  return value === "" ? '""' : value;
}
