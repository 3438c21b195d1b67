import { fieldPath } from "../base/finding.ts";
import { nearestNames } from "../base/near.ts";
import { isRecord } from "../base/record.ts";
import type { Role, Shape } from "./shape.ts";

type Path = readonly (string | number)[];

/** What copying a value needs from outside. */
export interface Copying {
  /** The text to write in place of one that names something; undefined after a refusal. */
  named(role: Role, text: string, path: Path): string | undefined;
  /** Reports what is wrong with the value at a path. */
  refuse(cause: string, remedy: string): void;
}

/**
 * A copy of plain data that holds nothing but what its shape allows, under names exactly as the shape has them: Go compares
 * names without regard to case (encoding/json), and what we did not check must not be read. Nulls stay, since Go takes them
 * for absent. Whatever is left out has been refused.
 */
export function copyOf(shape: Shape, value: unknown, path: Path, copying: Copying): unknown {
  if (shape.is === "refused") {
    return refuse(path, copying, `is not allowed: ${shape.why}`, "remove it");
  }
  if (value === null) return null;
  switch (shape.is) {
    case "text":
      if (typeof value !== "string") return mismatch(shape, value, path, copying);
      return copyText(shape, value, path, copying);
    case "flag":
      return typeof value === "boolean" ? value : mismatch(shape, value, path, copying);
    case "number":
      return Number.isSafeInteger(value) ? value : mismatch(shape, value, path, copying);
    case "data":
      return copyData(value, path, copying);
    case "texts":
      if (!isRecord(value)) return mismatch(shape, value, path, copying);
      return mapped(value, (inner, key) => copyOf({ is: "text" }, inner, [...path, key], copying));
    case "list":
      if (!Array.isArray(value)) return mismatch(shape, value, path, copying);
      return value.map((element, at) => copyOf(shape.of, element, [...path, at], copying));
    case "map":
      if (!isRecord(value)) return mismatch(shape, value, path, copying);
      return mapped(value, (inner, key) => {
        const own = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
        if (own) return copyOf(own, inner, [...path, key], copying);
        const [near] = nearestNames(key, Object.keys(shape.fields));
        const remedy = near === undefined ? "remove it" : `remove it, or write ${near}`;
        return refuse([...path, key], copying, "is no field that is known here", remedy);
      });
  }
}

function copyText(shape: Shape & { is: "text" }, value: string, path: Path, copying: Copying): string | undefined {
  const { role, pattern } = shape;
  if (pattern && !pattern.test(value)) {
    return refuse(path, copying, "is no value that helm would take for what it is", "correct it");
  }
  // Go takes the empty text for absent, but in a list it would name something.
  if (role === undefined || (value === "" && typeof path.at(-1) === "string")) return value;
  return copying.named(role, value, path);
}

function copyData(value: unknown, path: Path, copying: Copying): unknown {
  if (Array.isArray(value)) return value.map((element, at) => copyData(element, [...path, at], copying));
  if (isRecord(value)) return mapped(value, (inner, key) => copyData(inner, [...path, key], copying));
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  return refuse(path, copying, "is no finite number", "write a number, or put it in quotes");
}

function mapped(
  value: Readonly<Record<string, unknown>>,
  copy: (inner: unknown, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner, key)]));
}

const EXPECTED: Readonly<Record<Exclude<Shape["is"], "refused" | "data">, string>> = {
  text: "text",
  flag: "true or false",
  number: "a whole number",
  texts: "a map of texts",
  list: "a list",
  map: "a map",
};

function mismatch(
  { is }: Shape & { is: keyof typeof EXPECTED },
  value: unknown,
  path: Path,
  copying: Copying,
): undefined {
  const isScalar = typeof value !== "object";
  const remedy = is === "text" && isScalar ? "put it in quotes" : `write ${EXPECTED[is]}`;
  return refuse(path, copying, `is ${nameOf(value)} where kustomize takes ${EXPECTED[is]}`, remedy);
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "boolean") return "true or false";
  if (typeof value === "number") return "a number";
  return typeof value === "string" ? "text" : "a map";
}

function refuse(path: Path, copying: Copying, cause: string, remedy: string): undefined {
  copying.refuse(`${fieldPath(path)} ${cause}`, remedy);
}
