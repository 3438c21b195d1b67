/** A config in the shape of an InterceptBackends against the schema: complete settings, and all that is wrong. */
import { withoutRepeats } from "../base/finding.ts";
import { describeAlternatives, describeIssue, type Form, type Problem } from "./describe-issue.ts";
import { valueAt, type Path } from "./fields.ts";
import { match, type Issue } from "./match.ts";
import type { Settings } from "./schema.ts";
import type { Shape } from "./shape.ts";
import { interceptBackends, spec } from "./table.ts";

/** What was read from a config, in whatever form. */
export interface Reading {
  settings: Settings;
  problems: Problem[];
}

/** The settings where nothing is configured. */
export function defaultSettings(): Settings {
  return match(spec, {}).value as Settings;
}

/** Validates `object`; faulty fields have their defaults in the settings, the others keep what the config says. */
export function validate(object: Readonly<Record<string, unknown>>, form: Form): Reading {
  const value = withoutNulls(object, interceptBackends);
  const { settings, issues } = settingsOf(value);
  const problems = [
    ...issues.flatMap((issue) => describeIssue(issue, value, form)),
    ...describeAlternatives(value, form),
  ];
  return {
    settings: issues.length === 0 ? settings : settingsWithout(issues, value),
    // The elements of a list in a ConfigMap have one place, and may be the same.
    problems: withoutRepeats(problems),
  };
}

/** The settings that the rest of a config gives when the faulty fields are taken out. */
function settingsWithout(faults: readonly Issue[], value: Record<string, unknown>): Settings {
  const rest = structuredClone(value);
  for (const fault of faults) {
    if (fault.code === "unrecognized_keys") fault.keys.forEach((key) => remove(rest, [...fault.path, key]));
    else remove(rest, fault.path);
  }
  const { settings, issues } = settingsOf(rest);
  return issues.length === 0 ? settings : defaultSettings();
}

/** The settings of an InterceptBackends; complete where there are no issues. */
function settingsOf(value: unknown): { settings: Settings; issues: readonly Issue[] } {
  const { value: matched, issues } = match(interceptBackends, value);
  return { settings: (matched as { spec: Settings }).spec, issues };
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
function withoutNulls<Value>(value: Value, shape: Shape): Value {
  if (shape.type !== "object" || typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = new Map<string, unknown>();
  for (const [key, child] of Object.entries(value)) {
    const field = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    if (field === undefined) entries.set(key, child);
    else if (child !== null) entries.set(key, withoutNulls(child, field.shape));
  }
  return Object.fromEntries(entries) as Value;
}
