/** A config in the shape of an InterceptBackends against the schema: complete settings, and all that is wrong. */
import { parse, safeParse } from "zod/mini";
import type { $ZodIssue, $ZodType } from "zod/v4/core";
import { withoutRepeats } from "../base/finding.ts";
import { isRecord } from "../base/record.ts";
import { describeAlternatives, describeIssue, type Form, type Problem } from "./describe-issue.ts";
import { fieldIn, valueAt, type Path } from "./fields.ts";
import { interceptBackends, spec, type Settings } from "./schema.ts";

/** What was read from a config, in whatever form. */
export interface Reading {
  settings: Settings;
  problems: Problem[];
}

/** The settings where nothing is configured. */
export function defaultSettings(): Settings {
  return parse(spec, {});
}

/** Validates `object`; faulty fields have their defaults in the settings, the others keep what the config says. */
export function validate(object: Readonly<Record<string, unknown>>, form: Form): Reading {
  const value = withoutNulls(object, interceptBackends);
  const { data, error } = safeParse(interceptBackends, value);
  const issues = error?.issues ?? [];
  const problems = [
    ...issues.flatMap((issue) => describeIssue(issue, value, form)),
    ...describeAlternatives(value, form),
  ];
  return {
    settings: data?.spec ?? settingsWithout(issues, value),
    // One value can break several rules of the schema, and elements of a list in a ConfigMap have one place.
    problems: withoutRepeats(problems),
  };
}

/** The settings that the rest of a config gives when the faulty fields are taken out of `value`. */
function settingsWithout(faults: readonly $ZodIssue[], value: unknown): Settings {
  for (const fault of faults) {
    if (fault.code === "unrecognized_keys") fault.keys.forEach((key) => remove(value, [...fault.path, key]));
    else remove(value, fault.path);
  }
  return safeParse(interceptBackends, value).data?.spec ?? defaultSettings();
}

/** Takes out the field at a path: a list or a selector as a whole, since a part of it would mean something else. */
function remove(value: unknown, path: Path): void {
  const end = path.findIndex((key, at) => typeof key === "number" || path[at - 1] === "selector");
  const field = end === -1 ? path : path.slice(0, end);
  const parent = valueAt(value, field.slice(0, -1));
  const key = field.at(-1);
  if (typeof parent === "object" && parent !== null && key !== undefined) Reflect.deleteProperty(parent, key);
}

/**
 * A copy in which null is absent, as in the Kubernetes API; kustomize sends `agent: null` for an `agent:` with nothing
 * below it. Only where a known field stands: an unknown key is an error whatever it holds, and so is a label without a
 * value.
 */
function withoutNulls(value: unknown, schema: $ZodType): unknown {
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).flatMap(([key, child]): [string, unknown][] => {
    const field = fieldIn(schema, key);
    if (field === undefined) return [[key, child]];
    return child === null ? [] : [[key, withoutNulls(child, field)]];
  });
  return Object.fromEntries(entries);
}
