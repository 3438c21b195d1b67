import { fieldPath } from "../base/finding.ts";
import { nearestNames } from "../base/near.ts";
import { isRecord } from "../base/record.ts";
import { readDuration } from "./go-duration.ts";
import type { Fields, FieldType } from "./proxy-config-fields.ts";

/** Something about a field, as one clause after its path. */
export interface Remark {
  /** The path as written, `tracing.zipkin.address`. */
  path: string;
  cause: string;
}

/** What Istio reads in a message. */
export interface Decoded {
  /** The known fields by their names in camel case; those that are null are left out. */
  fields: Readonly<Record<string, unknown>>;
  /** Why Istio refuses the whole message. */
  refused: Remark[];
  /** What Istio passes over without a word. */
  ignored: Remark[];
}

/**
 * Reads plain data as a protobuf message, by the rules of the decoder that Istio uses: fields in camel or in snake case, of
 * both the one in camel case counts, even if it is null; names of another case are unknown and passed over; null is absent;
 * numbers may be quoted (github.com/golang/protobuf: jsonpb/decode.go; istio: pkg/util/protomarshal, ApplyJSON).
 */
export function decodeFields(value: unknown, fields: Fields): Decoded {
  const decoded: Decoded = { fields: {}, refused: [], ignored: [] };
  if (isRecord(value)) return { ...decoded, fields: decodeMessage(value, fields, [], decoded) };
  decoded.refused.push({ path: "", cause: "is not a map" });
  return decoded;
}

/** The name of a field in snake case, as the `.proto` file has it. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

type Path = readonly (string | number)[];

function decodeMessage(
  message: Readonly<Record<string, unknown>>,
  fields: Fields,
  path: Path,
  decoded: Decoded,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const known = new Set<string>();
  for (const [name, type] of Object.entries(fields)) {
    const snake = snakeCase(name);
    known.add(name).add(snake);
    const isCamel = Object.hasOwn(message, name);
    const isSnake = Object.hasOwn(message, snake);
    if (isCamel && isSnake && name !== snake) {
      decoded.ignored.push({
        path: fieldPath([...path, snake]),
        cause: `is passed over, because ${name} is there too`,
      });
    }
    const written = isCamel ? name : snake;
    const value = message[written];
    if ((!isCamel && !isSnake) || value === null) continue;
    result[name] = decodeValue(value, type, [...path, written], decoded);
  }
  for (const name of Object.keys(message)) {
    if (known.has(name)) continue;
    const near = nearestNames(name, Object.keys(fields));
    const meant = near.length === 0 ? "" : ` (did you mean ${near.join(" or ")}?)`;
    decoded.ignored.push({ path: fieldPath([...path, name]), cause: `is no field that Istio knows${meant}` });
  }
  return result;
}

function decodeValue(value: unknown, type: FieldType, path: Path, decoded: Decoded): unknown {
  const refuse = (wanted: string): unknown => {
    decoded.refused.push({ path: fieldPath(path), cause: `is not ${wanted}` });
    return undefined;
  };
  if (typeof type === "string") return accepts(value, type) ? value : refuse(WANTED[type]);
  if ("enum" in type) {
    const isName = typeof value === "string" && type.enum.includes(value);
    return isName || isNumberFor(value, "int32") ? value : refuse(`one of ${type.enum.join(", ")}`);
  }
  if ("message" in type) {
    return isRecord(value) ? decodeMessage(value, type.message, path, decoded) : refuse("a map");
  }
  // An element that is null is the empty value of its type.
  const inner = (element: unknown, step: string | number, of: FieldType): unknown =>
    element === null ? undefined : decodeValue(element, of, [...path, step], decoded);
  if ("list" in type) {
    if (!Array.isArray(value)) return refuse("a list");
    return value.map((element, at) => inner(element, at, type.list));
  }
  if (!isRecord(value)) return refuse("a map");
  return Object.fromEntries(
    Object.entries(value).map(([key, element]) => [key, element === null ? "" : inner(element, key, type.map)]),
  );
}

type ScalarType = Extract<FieldType, string>;

const WANTED: Readonly<Record<ScalarType, string>> = {
  string: "text (quote it)",
  bool: "true or false without quotes",
  int32: "a whole number",
  int64: "a whole number",
  uint32: "a whole number from 0",
  double: "a number",
  duration: "text with a duration, such as 5s",
};

function accepts(value: unknown, type: ScalarType): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "bool":
      return typeof value === "boolean";
    case "duration":
      return typeof value === "string" && readDuration(value) !== undefined;
    case "double":
      if (typeof value === "number") return Number.isFinite(value);
      return (
        typeof value === "string" &&
        /^(?:NaN|-?Infinity| *(?:null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?) *)$/.test(value)
      );
    default:
      return isNumberFor(typeof value === "string" ? quotedNumber(value) : value, type);
  }
}

const BOUNDS = { int32: [-(2 ** 31), 2 ** 31 - 1], uint32: [0, 2 ** 32 - 1], int64: [-(2 ** 63), 2 ** 63] } as const;

function isNumberFor(value: unknown, type: keyof typeof BOUNDS): boolean {
  const [least, most] = BOUNDS[type];
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

/** The decoder takes quotes off and reads what is left as JSON, so that "null" is 0. */
function quotedNumber(text: string): number | undefined {
  const [, number] = /^ *(null|-?(?:0|[1-9]\d*)) *$/.exec(text) ?? [];
  return number === undefined ? undefined : number === "null" ? 0 : Number(number);
}
