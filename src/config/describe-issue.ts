/** What does not fit, in words for the person who wrote the config. */
import { safeParse } from "zod/mini";
import type { $ZodIssue, $ZodType } from "zod/v4/core";
import { nearestKeys, nearestNames } from "../base/near.ts";
import { choicesOf, expectedOf, fieldsOf, listed, schemaAt, valueAt, type Path } from "./fields.ts";
import { interceptBackends, rules } from "./schema.ts";

/** Something wrong with the config; cause and remedy as in `Finding`. */
export interface Fault {
  /** Where in the object that the person wrote. */
  path: Path;
  cause: string;
  remedy: string;
}

/** How one form of the config spells what the schema calls `["spec", …]`. */
export interface Form {
  /** Where the value at a path of the schema is in what the person wrote. */
  place(path: Path): Path;
  /** A field's name as the person writes it. */
  spell(path: readonly string[]): string;
  /** A value as the person writes it. */
  write(value: unknown): string;
}

/** Words for one issue of `value`, an InterceptBackends: one problem for each unknown key, else one. */
export function describeIssue(issue: $ZodIssue, value: unknown, form: Form): Fault[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => describeUnknownKey(key, issue.path, form));
  const path = form.place(issue.path);
  if (issue.code !== "invalid_key") {
    return [{ path, ...describeValue(valueAt(value, issue.path), schemaAt(interceptBackends, issue.path), form) }];
  }
  const { def } = schemaAt(interceptBackends, issue.path.slice(0, -1))._zod;
  if (def.type !== "record") throw new Error("only the keys of labels can be invalid");
  return [{ path, ...describeValue(issue.path.at(-1), def.keyType, form) }];
}

/** Words for each pair of fields that are both given although one stands in for the other. */
export function describeAlternatives(value: unknown, form: Form): Fault[] {
  return fieldsOf(interceptBackends).flatMap(({ path, insteadOf }) => {
    // Not the fields of a group that stands in for another field: the group itself is in the list.
    if (insteadOf?.length !== path.length) return [];
    if (valueAt(value, path) === undefined || valueAt(value, insteadOf) === undefined) return [];
    const [one, other] = [form.spell(insteadOf), form.spell(path)];
    const cause = `${one} and ${other} are both given, and each alone decides`;
    return [{ path: form.place(insteadOf), cause, remedy: `remove ${one} or ${other}` }];
  });
}

/** A value in a sentence: in YAML's flow style, cut where it is long. */
export function show(value: unknown): string {
  const text = flow(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function describeUnknownKey(key: string, level: Path, form: Form): Fault {
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

function describeValue(value: unknown, schema: $ZodType, form: Form): Omit<Fault, "path"> {
  const expected = expectedOf(schema);
  const cause = value === undefined ? `nothing stands where ${expected} belongs` : `${show(value)} is not ${expected}`;
  const { type } = schema._zod.def;
  const { example } = rules.get(schema) ?? {};
  const meant = guesses(value, schema).find((guess) => safeParse(schema, guess).success);
  if (meant !== undefined) return { cause, remedy: `write ${form.write(meant)}` };
  if (example !== undefined) return { cause, remedy: `write one such as ${form.write(example)}` };
  if (type === "object") return { cause, remedy: "write its fields below it, indented" };
  return { cause, remedy: type === "enum" ? "choose one of them" : `write ${expected}` };
}

/** Values that `value` was probably meant to be, likeliest first, including those that do not fit the schema. */
function guesses(value: unknown, schema: $ZodType): unknown[] {
  if (typeof value === "number") return [String(value), [value]];
  // YAML 1.1 readers take On and Off for booleans.
  if (typeof value === "boolean") return [String(value), value ? "On" : "Off"];
  if (typeof value !== "string") return [];
  const text = value.trim();
  const isYes = /^(true|yes|on)$/i.test(text);
  const truths = isYes || /^(false|no|off)$/i.test(text) ? [isYes, isYes ? "On" : "Off"] : [];
  const choices = choicesOf(schema);
  if (choices) return [...nearestNames(text, choices), ...truths];
  const corrected = rules.get(schema)?.correct?.(text);
  const items = text.split(/[\s,]+/);
  const numbers = items.map((item) => (/^\d+$/.test(item) ? Number(item) : item));
  const number = numbers.length === 1 ? numbers : [];
  return [text, ...number, ...truths, corrected, numbers];
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "nothing";
  return `{${Object.entries(value)
    .map(([key, child]) => `${key}: ${flow(child)}`)
    .join(", ")}}`;
}
