/** A value against a shape of the table: what zod would make of it by the schema, without zod. */
import type { Path } from "./fields.ts";
import type { FieldShape, LabelsShape, MapShape, Shape, TextShape } from "./shape.ts";

/** Something that does not fit: keys that do not exist, a key that a person may not choose, or a value. */
export type Issue =
  | { code: "unrecognized_keys"; path: Path; keys: readonly string[] }
  | { code: "invalid_key" | "invalid_value"; path: Path };

/** What a value is by a shape: with all defaults filled in, and all that does not fit, in the order of the shape. */
export interface Match {
  /** Complete only where there are no issues. */
  value: unknown;
  issues: Issue[];
}

/** Matches a value of plain data with a shape. The value is neither changed nor, where it is a map or list, handed on. */
export function match(shape: Shape, value: unknown): Match {
  const issues: Issue[] = [];
  return { value: take(shape, value, [], issues), issues };
}

function take(shape: Shape, value: unknown, path: Path, issues: Issue[]): unknown {
  if (shape.type === "object" && isMap(value)) return takeMap(shape, value, path, issues);
  if (shape.type === "record" && isMap(value)) return takeLabels(shape, value, path, issues);
  if (shape.type === "array" && Array.isArray(value)) {
    return value.map((item, position) => take(shape.element, item, [...path, position], issues));
  }
  if (!fits(shape, value)) issues.push({ code: "invalid_value", path });
  return value;
}

function takeMap(
  { fields, isOpen }: MapShape,
  value: Readonly<Record<string, unknown>>,
  path: Path,
  issues: Issue[],
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(fields)) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    const taken = given === undefined ? inAbsence(field) : given;
    if (taken === undefined && field.absence === "nothing") continue;
    result[key] =
      given === undefined && field.absence === "default" ? taken : take(field.shape, taken, [...path, key], issues);
  }
  const unknown = Object.keys(value).filter((key) => !Object.hasOwn(fields, key));
  if (isOpen) for (const key of unknown) if (key !== "__proto__") result[key] = value[key];
  if (!isOpen && unknown.length > 0) issues.push({ code: "unrecognized_keys", path, keys: unknown });
  return result;
}

/** Lists are copied, so that no two settings share one. */
function inAbsence({ absence, defaultValue }: FieldShape): unknown {
  if (absence === "filled") return {};
  return Array.isArray(defaultValue) ? [...(defaultValue as unknown[])] : defaultValue;
}

function takeLabels(
  { key: keyShape, value: valueShape }: LabelsShape,
  value: Readonly<Record<string, unknown>>,
  path: Path,
  issues: Issue[],
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  let areKeysFine = true;
  for (const [key, child] of Object.entries(value)) {
    if (key === "__proto__") continue;
    if (fits(keyShape, key)) {
      result[key] = take(valueShape, child, [...path, key], issues);
    } else {
      areKeysFine = false;
      issues.push({ code: "invalid_key", path: [...path, key] });
    }
  }
  if (areKeysFine && Object.keys(result).length === 0) issues.push({ code: "invalid_value", path });
  return result;
}

function fits(shape: Shape, value: unknown): boolean {
  switch (shape.type) {
    case "string":
      return typeof value === "string" && isText(shape, value);
    case "number":
      return Number.isSafeInteger(value) && Number(value) >= shape.least && Number(value) <= shape.most;
    case "enum":
      return typeof value === "string" && shape.values.includes(value);
    case "boolean":
      return typeof value === "boolean";
    case "literal":
      return value === shape.value;
    case "union":
      return shape.options.some((option) => fits(option, value));
    case "object":
    case "record":
    case "array":
      return false;
  }
}

function isText({ maxLength = Infinity, patterns = [], format }: TextShape, text: string): boolean {
  if (text.length > maxLength || !patterns.every((pattern) => new RegExp(pattern).test(text))) return false;
  return format === undefined || isRangeOfIpv6(text);
}

/** An IPv6 address, and behind its slash a number from 0 to 128 that is written without a sign or leading zeros. */
function isRangeOfIpv6(text: string): boolean {
  const [address = "", prefix = "", ...more] = text.split("/");
  const length = Number(prefix);
  if (more.length > 0 || prefix === "" || String(length) !== prefix || !(length >= 0 && length <= 128)) return false;
  return /^[\da-fA-F:.]+$/.test(address) && URL.canParse(`http://[${address}]`);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
