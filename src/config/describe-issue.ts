/** What does not fit, in words for the person who wrote the config. */
import { isRecord } from "../base/record.ts";
import { expectedOf, fieldsOf, listed, shapeAt, valueAt, type Path } from "./fields.ts";
import { match, type Issue } from "./match.ts";
import { nearestKeys, nearestValue } from "./nearest-key.ts";
import type { Mend, Shape } from "./shape.ts";
import { interceptBackends } from "./table.ts";

/** Something wrong with the config; cause and remedy as in `Finding`. */
export interface Problem {
  /** Where in the object that the person wrote. */
  path: Path;
  cause: string;
  remedy: string;
}

/** How one form of the config spells what the schema calls `["spec", …]`. */
export interface Form {
  /** Where the value at a path of the schema stands in what the person wrote. */
  place(path: Path): Path;
  /** A field's name as the person writes it. */
  spell(path: readonly string[]): string;
  /** A value as the person writes it. */
  write(value: unknown): string;
}

/** Words for one issue of `value`, an InterceptBackends: one problem for each unknown key, else one. */
export function describeIssue(issue: Issue, value: unknown, form: Form): Problem[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => describeUnknownKey(key, issue.path, form));
  const path = form.place(issue.path);
  if (issue.code !== "invalid_key") {
    return [{ path, ...describeValue(valueAt(value, issue.path), shapeAt(interceptBackends, issue.path), form) }];
  }
  const labels = shapeAt(interceptBackends, issue.path.slice(0, -1));
  const keys = labels?.type === "record" ? labels.key : undefined;
  return [{ path, ...describeValue(issue.path.at(-1), keys, form) }];
}

/** Words for each pair of fields that are both given although one stands in for the other. */
export function describeAlternatives(value: unknown, form: Form): Problem[] {
  return alternativesIn(interceptBackends, value, []).map(({ path, insteadOf }) => {
    const [one, other] = [form.spell(insteadOf), form.spell(path)];
    const cause = `${one} and ${other} are both given, and each alone decides`;
    return { path: form.place(insteadOf), cause, remedy: `remove ${one} or ${other}` };
  });
}

/** A field and the one that it stands in for. */
interface Alternatives {
  path: readonly string[];
  insteadOf: readonly string[];
}

/** Fields that stand in for each other and are both in the value, whose keys alone are looked at. */
function alternativesIn(shape: Shape, value: unknown, parent: readonly string[]): Alternatives[] {
  if (shape.type !== "object" || !isRecord(value)) return [];
  const found: Alternatives[] = [];
  for (const [key, child] of Object.entries(value)) {
    const field = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    if (field === undefined || child === undefined) continue;
    const { insteadOf } = field;
    if (insteadOf !== undefined && valueAt(value, [insteadOf]) !== undefined) {
      found.push({ path: [...parent, key], insteadOf: [...parent, insteadOf] });
    }
    found.push(...alternativesIn(field.shape, child, [...parent, key]));
  }
  return found;
}

/** A value in a sentence: in YAML's flow style, cut where it is long. */
export function show(value: unknown): string {
  const text = flow(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function describeUnknownKey(key: string, level: Path, form: Form): Problem {
  const path = [...form.place(level), key];
  const here = level.map(String);
  const known = fieldsOf(interceptBackends).map((field) => field.path);
  if (here.length === 0 && known.some((field) => field.length === 2 && field[0] === "spec" && field[1] === key)) {
    return { path, cause: `${show(key)} stands beside spec`, remedy: "move it under spec" };
  }
  const cause = `${show(key)} is not a field of ${here.length > 0 ? form.spell(here) : "the function config"}`;
  const nearest = nearestKeys(key, here, known);
  if (nearest.length > 0) {
    const isSibling = (field: readonly string[]) => field.slice(0, -1).join() === here.join();
    const spelled = nearest.map((field) => (isSibling(field) ? field.at(-1) : form.spell(field)));
    return { path, cause, remedy: `did you mean ${spelled.join(" or ")}?` };
  }
  const siblings = known.filter(
    (field) => field.length === here.length + 1 && here.every((name, at) => field[at] === name),
  );
  return { path, cause, remedy: `remove it, or use one of ${listed(siblings.map((field) => field.at(-1) ?? ""))}` };
}

function describeValue(value: unknown, shape: Shape | undefined, form: Form): Omit<Problem, "path"> {
  if (!shape) return { cause: `${show(value)} is not valid here`, remedy: "correct or remove it" };
  const expected = expectedOf(shape);
  const cause = value === undefined ? `nothing stands where ${expected} belongs` : `${show(value)} is not ${expected}`;
  const meant = variantsOf(value, shape).find((variant) => match(shape, variant).issues.length === 0);
  if (meant !== undefined) return { cause, remedy: `write ${form.write(meant)}` };
  if (shape.example !== undefined) return { cause, remedy: `write one such as ${form.write(shape.example)}` };
  if (shape.type === "object") return { cause, remedy: "write its fields below it, indented" };
  return { cause, remedy: shape.type === "enum" ? "choose one of them" : `write ${expected}` };
}

/** Values that somebody who wrote `value` may have meant, likeliest first; those that do not fit the shape as well. */
function variantsOf(value: unknown, shape: Shape): unknown[] {
  if (typeof value === "number") return [String(value), [value]];
  // YAML 1.1 readers take On and Off for booleans.
  if (typeof value === "boolean") return [String(value), value ? "On" : "Off"];
  if (typeof value !== "string") return [];
  const text = value.trim();
  const isYes = /^(true|yes|on)$/i.test(text);
  const truths = isYes || /^(false|no|off)$/i.test(text) ? [isYes, isYes ? "On" : "Off"] : [];
  if (shape.type === "enum") return [nearestValue(text, shape.values), ...truths];
  const items = text.split(/[\s,]+/);
  const numbers = items.map((item) => (/^\d+$/.test(item) ? Number(item) : item));
  const number = numbers.length === 1 ? numbers : [];
  return [text, ...number, ...truths, ...(shape.mend ? [mended(text, shape.mend)] : []), numbers];
}

function mended(text: string, mend: Mend): string {
  switch (mend) {
    case "lower case":
      return text.toLowerCase();
    case "prefix length":
      return `${text}/${text.includes(":") ? 128 : 32}`;
    case "leading slash":
      return `/${text}`;
  }
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "nothing";
  return `{${Object.entries(value)
    .map(([key, child]) => `${key}: ${flow(child)}`)
    .join(", ")}}`;
}
