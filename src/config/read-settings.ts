/** The function config of a run: read, validated, filled with defaults. */
import type { Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { apiVersion, kind } from "./constants.ts";
import { show, type Form, type Problem } from "./describe-issue.ts";
import { valueAt, type Path } from "./fields.ts";
import { readConfigMap } from "./config-map.ts";
import type { Settings } from "./schema.ts";
import { defaultSettings, validate, type Reading } from "./validate.ts";

/**
 * Reads the settings from an InterceptBackends, a `v1` ConfigMap with dotted keys in `data`, or nothing (all defaults).
 *
 * Never throws: whatever is wrong comes out as error findings, all of them in one call. The settings are complete even
 * then, so that the run goes on and reports its other problems too: faulty fields have their defaults, the others
 * what the config says. If `agent.selector` is there it decides, whatever `agent.name` says.
 */
export function readSettings(functionConfig: Manifest | undefined): { settings: Settings; findings: Finding[] } {
  if (!functionConfig) return { settings: defaultSettings(), findings: [] };
  const { settings, problems } = readObject(functionConfig);
  return { settings, findings: problems.map((problem) => findingOf(problem, functionConfig)) };
}

/** The form of an InterceptBackends: what the person wrote is what the schema sees. */
const plainForm: Form = {
  place: (path) => path,
  spell: (path) => path.join("."),
  write: show,
};

function readObject({ ref, object }: Manifest): Reading {
  if (ref.apiVersion === apiVersion && ref.kind === kind) return validate(object, plainForm);
  if (ref.apiVersion === "v1" && ref.kind === "ConfigMap") return readConfigMap(object);
  const cause = `the function config has kind ${ref.kind || "(none)"} and apiVersion ${ref.apiVersion || "(none)"}`;
  const remedy = `use kind ${kind} with apiVersion ${apiVersion}, or kind ConfigMap with apiVersion v1`;
  const path = ref.kind === kind || ref.kind === "ConfigMap" ? ["apiVersion"] : ["kind"];
  return { settings: defaultSettings(), problems: [{ path, cause, remedy }] };
}

function findingOf({ path, cause, remedy }: Problem, { ref, file, object }: Manifest): Finding {
  const currentValue = valueAt(object, path);
  return {
    severity: "error",
    cause,
    remedy,
    resource: ref,
    ...(file && { file }),
    field: { path: spellPath(path), ...(currentValue !== undefined && { currentValue }) },
  };
}

/** A path as in `Field.path`. */
function spellPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    const name = String(key);
    if (!/^[\w-]+$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text ? `${text}.${name}` : name;
  }, "");
}
