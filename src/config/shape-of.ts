/** From the zod schema to the table that a run works with; only the script that writes the table and the tests need it. */
import type { $ZodCheck, $ZodChecks, $ZodCustomDef, $ZodType, $ZodTypes } from "zod/v4/core";
import { notes, rules } from "./schema.ts";
import type { FieldShape, Shape, TextShape } from "./shape.ts";

/** A schema as plain data. Throws for anything that the table has no word for, so that nothing gets lost on the way. */
export function shapeOf(schema: $ZodType): Shape {
  const { def } = (schema as $ZodTypes)._zod;
  const words = rules.get(schema) ?? {};
  const checks = checksOf(def);
  switch (def.type) {
    case "object":
      return { type: "object", ...words, fields: fieldsOf(def.shape), ...openness(def.catchall) };
    case "array":
      refuse(checks);
      return { type: "array", ...words, element: shapeOf(def.element) };
    case "record":
      // The one check of one's own that there is; what it looks for cannot be read from a function.
      if (checks.length !== 1 || checks[0]?.check !== "custom") throw new Error("a map of labels must not be empty");
      return { type: "record", ...words, key: shapeOf(def.keyType), value: shapeOf(def.valueType) };
    case "string":
      return { type: "string", ...words, ...textOf(checks) };
    case "number":
      return { type: "number", ...words, ...limitsOf(checks) };
    case "enum":
      return { type: "enum", ...words, values: Object.values(def.entries).map(String) };
    case "boolean":
      return { type: "boolean", ...words };
    case "literal":
      return { type: "literal", ...words, value: String(def.values[0]) };
    case "union":
      refuse(checks);
      return { type: "union", ...words, options: def.options.map(shapeOf) };
    default:
      throw new Error(`the table has no word for a zod schema of type ${def.type}`);
  }
}

type Check = $ZodChecks["_zod"]["def"] | $ZodCustomDef;

/** All checks of a schema; that of a format, such as whole numbers, is part of the schema itself. */
function checksOf(def: $ZodTypes["_zod"]["def"]): Check[] {
  const { check, checks = [] } = def as { check?: string; checks?: readonly $ZodCheck[] };
  return [...(check === undefined ? [] : [def as unknown as Check]), ...checks.map(({ _zod }) => _zod.def as Check)];
}

function refuse([first]: readonly Check[]): void {
  if (first) throw new Error(`the table has no word for the check ${first.check} here`);
}

function fieldsOf(shape: Readonly<Record<string, $ZodType>>): Record<string, FieldShape> {
  return Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, fieldOf(schema)]));
}

function fieldOf(schema: $ZodType): FieldShape {
  const { def } = (schema as $ZodTypes)._zod;
  const note = notes.get(schema) ?? {};
  switch (def.type) {
    case "optional":
      return { ...note, absence: "nothing", shape: shapeOf(def.innerType) };
    case "default":
      return { ...note, absence: "default", defaultValue: def.defaultValue, shape: shapeOf(def.innerType) };
    case "prefault":
      if (JSON.stringify(def.defaultValue) !== "{}") throw new Error("a group is filled from an empty map");
      return { ...note, absence: "filled", shape: shapeOf(def.innerType) };
    default:
      return { ...note, absence: "error", shape: shapeOf(schema) };
  }
}

function openness(rest: $ZodType | undefined): { isOpen?: true } {
  const type = (rest as $ZodTypes | undefined)?._zod.def.type;
  if (type === "never") return {};
  if (type === "unknown") return { isOpen: true };
  throw new Error("a map must be strict or loose: zod would drop keys that it does not know");
}

function textOf(checks: readonly Check[]): Omit<TextShape, "type"> {
  const result: { maxLength?: number; patterns?: string[]; format?: "cidrv6" } = {};
  for (const check of checks) {
    if (check.check === "max_length" && result.maxLength === undefined) {
      result.maxLength = check.maximum;
    } else if (check.check === "string_format" && check.format === "cidrv6") {
      result.format = "cidrv6";
    } else if (check.check === "string_format" && ["regex", "cidrv4"].includes(check.format)) {
      const { source = "", flags = "" } = check.pattern ?? {};
      if (source === "" || flags !== "") throw new Error("a pattern has to be one without flags");
      (result.patterns ??= []).push(source);
    } else {
      refuse([check]);
    }
  }
  return result;
}

function limitsOf(checks: readonly Check[]): { least: number; most: number } {
  const [format, least, most, ...more] = checks;
  const isWhole = format?.check === "number_format" && format.format === "safeint";
  if (!isWhole || least?.check !== "greater_than" || most?.check !== "less_than" || more.length > 0) {
    throw new Error("a number has to be a whole one with a least and a most value");
  }
  if (!least.inclusive || !most.inclusive) throw new Error("a number's limits have to be values that it may have");
  return { least: Number(least.value), most: Number(most.value) };
}
