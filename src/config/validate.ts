/** A config in the shape of an InterceptBackends against the schema: complete settings, and all that is wrong. */
import * as z from "zod/mini";
import { describeAlternatives, describeIssue, type Form, type Problem } from "./describe-issue.ts";
import { schemaAt, valueAt, type Path } from "./fields.ts";
import { interceptBackends, spec, type Settings } from "./schema.ts";

/** What was read from a config, in whatever form. */
export interface Reading {
  settings: Settings;
  problems: Problem[];
}

/** The settings where nothing is configured. */
export function defaultSettings(): Settings {
  return z.parse(spec, {});
}

/** Validates `object`; faulty fields have their defaults in the settings, the others keep what the config says. */
export function validate(object: Readonly<Record<string, unknown>>, form: Form): Reading {
  const value = withoutNulls(object);
  const { data, error } = z.safeParse(interceptBackends, value);
  const issues = error?.issues ?? [];
  const problems = [
    ...issues.flatMap((issue) => describeIssue(issue, value, form)),
    ...describeAlternatives(value, form),
  ];
  return { settings: data?.spec ?? settingsWithout(issues, value), problems: withoutRepeats(problems) };
}

/** The settings that the rest of a config gives when the faulty fields are taken out. */
function settingsWithout(faults: readonly z.core.$ZodIssue[], value: Record<string, unknown>): Settings {
  const rest = structuredClone(value);
  for (const fault of faults) {
    if (fault.code === "unrecognized_keys") fault.keys.forEach((key) => remove(rest, [...fault.path, key]));
    else remove(rest, fault.path);
  }
  return z.safeParse(interceptBackends, rest).data?.spec ?? defaultSettings();
}

/** Takes out the field at a path: a list or a selector as a whole, since a part of it would mean something else. */
function remove(value: Record<string, unknown>, path: Path): void {
  const list = path.findIndex((key) => typeof key === "number");
  const selector = path.indexOf("selector");
  const field = selector !== -1 ? path.slice(0, selector + 1) : list !== -1 ? path.slice(0, list) : path;
  const parent = valueAt(value, field.slice(0, -1));
  const key = field.at(-1);
  if (typeof parent === "object" && parent !== null && key !== undefined) Reflect.deleteProperty(parent, key);
}

/**
 * Null is absent, as in the Kubernetes API; kustomize sends `agent: null` for an `agent:` with nothing below it.
 * Only where a known field stands: an unknown key is an error whatever it holds, and so is a label without a value.
 */
function withoutNulls<Value>(value: Value, path: Path = []): Value {
  const { def } = schemaAt(interceptBackends, path)?._zod ?? {};
  if (def?.type !== "object" || typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([key, child]) => child !== null || !Object.hasOwn(def.shape, key));
  return Object.fromEntries(entries.map(([key, child]) => [key, withoutNulls(child, [...path, key])])) as Value;
}

/** A value that breaks two rules of its field would be told twice. */
function withoutRepeats(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
