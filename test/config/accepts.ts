/** The part of JSON Schema that the function config uses; a keyword that is not known here throws. */
export interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  [keyword: string]: unknown;
}

const annotations = new Set(["$schema", "$id", "title", "description", "default", "examples", "format"]);

/** Whether a JSON Schema accepts a value: written apart from zod, so that it can contradict it. */
export function accepts(schema: JsonSchema, value: unknown): boolean {
  return Object.entries(schema).every(([keyword, operand]) => {
    if (annotations.has(keyword)) return true;
    const check = keywords[keyword];
    if (!check) throw new Error(`the JSON Schema keyword ${keyword} is not known to this test`);
    return check(operand as never, value, schema);
  });
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const keywords: Record<string, (operand: never, value: unknown, schema: JsonSchema) => boolean> = {
  type: (type: string, value) =>
    type === "object"
      ? isMap(value)
      : type === "array"
        ? Array.isArray(value)
        : type === "integer"
          ? Number.isInteger(value)
          : typeof value === type,
  const: (wanted: unknown, value) => value === wanted,
  enum: (wanted: unknown[], value) => wanted.includes(value),
  minimum: (least: number, value) => typeof value !== "number" || value >= least,
  maximum: (most: number, value) => typeof value !== "number" || value <= most,
  maxLength: (most: number, value) => typeof value !== "string" || value.length <= most,
  pattern: (pattern: string, value) => typeof value !== "string" || new RegExp(pattern, "u").test(value),
  items: (items: JsonSchema, value) => !Array.isArray(value) || value.every((item) => accepts(items, item)),
  required: (keys: string[], value) => !isMap(value) || keys.every((key) => Object.hasOwn(value, key)),
  minProperties: (least: number, value) => !isMap(value) || Object.keys(value).length >= least,
  propertyNames: (names: JsonSchema, value) => !isMap(value) || Object.keys(value).every((key) => accepts(names, key)),
  properties: (properties: Record<string, JsonSchema>, value) =>
    !isMap(value) ||
    Object.entries(properties).every(([key, child]) => !Object.hasOwn(value, key) || accepts(child, value[key])),
  additionalProperties: (rest: JsonSchema | false, value, schema) =>
    !isMap(value) ||
    Object.entries(value).every(
      ([key, child]) => Object.hasOwn(schema.properties ?? {}, key) || (rest !== false && accepts(rest, child)),
    ),
  anyOf: (schemas: JsonSchema[], value) => schemas.some((schema) => accepts(schema, value)),
  not: (schema: JsonSchema, value) => !accepts(schema, value),
};
