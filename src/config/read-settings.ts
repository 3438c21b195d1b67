/** The function config of a run: read, validated, filled with defaults. */
import { parse, safeParse } from "zod/mini";
import type { $ZodIssue, $ZodType } from "zod/v4/core";
import { fieldPath, findingAt, withoutRepeats, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { readConfigMap } from "./config-map.ts";
import { apiVersion, kind } from "./constants.ts";
import { describeAlternatives, describeIssue, show, type Fault, type Form } from "./describe-issue.ts";
import { fieldIn, valueAt, type Path } from "./fields.ts";
import { interceptBackends, spec, type Settings } from "./schema.ts";

/**
 * Reads the settings from an InterceptBackends, a `v1` ConfigMap with dotted keys in `data`, or nothing (all defaults).
 *
 * Never throws: whatever is wrong comes out as error findings, all of them in one call. The settings are complete even
 * then, so that the run goes on and reports its other problems too: faulty fields have their defaults, the others
 * what the config says. If `agent.selector` is there it decides, whatever `agent.name` says.
 */
export function readSettings(functionConfig: Manifest | undefined): { settings: Settings; findings: Finding[] } {
  if (!functionConfig) return { settings: parse(spec, {}), findings: [] };
  const { settings, faults } = readObject(functionConfig);
  return { settings, findings: faults.map((fault) => findingOf(fault, functionConfig)) };
}

interface Reading {
  settings: Settings;
  faults: Fault[];
}

/** The form of an InterceptBackends: what the person wrote is what the schema sees. */
const plainForm: Form = { place: (path) => path, spell: (path) => path.join("."), write: show };

function readObject({ ref, object }: Manifest): Reading {
  if (ref.apiVersion === apiVersion && ref.kind === kind) return validate(object, plainForm);
  if (ref.apiVersion === "v1" && ref.kind === "ConfigMap") {
    const { spec: written, form, faults } = readConfigMap(object);
    const reading = validate({ apiVersion, kind, spec: written }, form);
    return { settings: reading.settings, faults: [...faults, ...reading.faults] };
  }
  const cause = `the function config has kind ${ref.kind || "(none)"} and apiVersion ${ref.apiVersion || "(none)"}`;
  const remedy = `use kind ${kind} with apiVersion ${apiVersion}, or kind ConfigMap with apiVersion v1`;
  const path = ref.kind === kind || ref.kind === "ConfigMap" ? ["apiVersion"] : ["kind"];
  return { settings: parse(spec, {}), faults: [{ path, cause, remedy }] };
}

/** Validates `object`; faulty fields have their defaults in the settings, the others keep what the config says. */
function validate(object: Readonly<Record<string, unknown>>, form: Form): Reading {
  const value = withoutNulls(object, interceptBackends);
  const { data, error } = safeParse(interceptBackends, value);
  const issues = error?.issues ?? [];
  const faults = [
    ...issues.flatMap((issue) => describeIssue(issue, value, form)),
    ...describeAlternatives(value, form),
  ];
  // One value can break several rules of the schema, and elements of a list in a ConfigMap have one place.
  return { settings: data?.spec ?? settingsWithout(issues, value), faults: withoutRepeats(faults) };
}

/** The settings that the rest of a config gives when the faulty fields are taken out of `value`. */
function settingsWithout(issues: readonly $ZodIssue[], value: unknown): Settings {
  for (const issue of issues) {
    if (issue.code === "unrecognized_keys") issue.keys.forEach((key) => remove(value, [...issue.path, key]));
    else remove(value, issue.path);
  }
  return safeParse(interceptBackends, value).data?.spec ?? parse(spec, {});
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

function findingOf({ path, ...fault }: Fault, manifest: Manifest): Finding {
  const steps = path.map((step) => (typeof step === "number" ? step : String(step)));
  return findingAt(manifest, "error", fault, { path: fieldPath(steps), currentValue: valueAt(manifest.object, path) });
}
