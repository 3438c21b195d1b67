import { valueFields } from "../config/config-map.ts";
import type { FieldSchema } from "../config/fields.ts";
import { nearestNames } from "../config/nearest-key.ts";
import type { Finding } from "../base/finding.ts";
import { isRecord } from "../base/record.ts";
import { OWN_PARAMETERS } from "./own-parameters.ts";
import { problem } from "./problem.ts";

/** The three forms of a parameter's value (argo-cd: pkg/apis/application/v1alpha1, ApplicationSourcePluginParameter). */
export type ParameterValue = string | readonly string[] | Readonly<Record<string, string>>;

/** What an Application says to the plugin. */
export interface Parameters {
  /** The plugin's own, by name; each has the form that it is declared with. */
  own: ReadonlyMap<string, ParameterValue>;
  /** The function config's, as the dotted keys of a ConfigMap. */
  settings: Readonly<Record<string, string>>;
}

const VARIABLE = "ARGOCD_APP_PARAMETERS";

/**
 * Reads ARGOCD_APP_PARAMETERS: a JSON list of names, each with `string`, `array` or `map`; `null` when there are none. The
 * same arrives as PARAM_ variables, but there different names can become one (argo-cd: cmpserver/plugin/plugin.go).
 */
export function readParameters(text: string | undefined): { parameters: Parameters; findings: Finding[] } {
  const own = new Map<string, ParameterValue>();
  const settings: Record<string, string> = {};
  const parameters = { own, settings };
  const entries = parse(text);
  if ("severity" in entries) return { parameters, findings: [entries] };
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const [position, entry] of entries.entries()) {
    const read = readEntry(entry, position);
    if ("severity" in read) {
      findings.push(read);
    } else if (seen.has(read.name)) {
      findings.push(about(read.name, "is given twice", "remove one of them"));
    } else {
      seen.add(read.name);
      const broken = OWN_PARAMETERS.some(({ name }) => name === read.name)
        ? takeOwn(own, read)
        : takeSetting(settings, read);
      if (broken) findings.push(broken);
    }
  }
  return { parameters, findings };
}

/** An error about one parameter, by its name. */
export function about(name: string, cause: string, remedy: string): Finding {
  return { ...problem(`the parameter ${name} ${cause}`, remedy), file: { path: "Application" } };
}

/** The form of a field's parameter. */
export function formOf({ type }: FieldSchema): "string" | "array" | "map" {
  return type === "array" ? "array" : type === "record" ? "map" : "string";
}

interface Entry {
  name: string;
  value: ParameterValue;
}

function parse(text = ""): readonly unknown[] | Finding {
  if (text.trim() === "") return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return problem(`${VARIABLE} is not JSON`, 'write a list such as [{"name": "source", "string": "helm"}]');
  }
  if (value === null) return [];
  return Array.isArray(value)
    ? value
    : problem(`${VARIABLE} is no list`, 'write a list such as [{"name": "source", "string": "helm"}]');
}

function readEntry(entry: unknown, position: number): Entry | Finding {
  const name = isRecord(entry) ? entry["name"] : undefined;
  if (!isRecord(entry) || typeof name !== "string" || name === "") {
    return problem(`entry ${position + 1} of ${VARIABLE} has no name`, "give it a name and a string, array or map");
  }
  const forms = ["string", "array", "map"].filter((form) => entry[form] !== undefined && entry[form] !== null);
  const [form] = forms;
  if (form === undefined || forms.length > 1) {
    const cause = forms.length > 1 ? `has several values: ${forms.join(", ")}` : "has no value";
    return about(name, cause, "give it one of string, array and map");
  }
  const value = entry[form];
  const isRight =
    form === "string"
      ? typeof value === "string"
      : form === "array"
        ? Array.isArray(value) && value.every((item) => typeof item === "string")
        : isRecord(value) && Object.values(value).every((item) => typeof item === "string");
  if (!isRight) return about(name, `is no ${form} of text`, "write each value in quotes");
  return { name, value: value as ParameterValue };
}

function takeOwn(own: Map<string, ParameterValue>, { name, value }: Entry): Finding | undefined {
  const declared = OWN_PARAMETERS.find((parameter) => parameter.name === name);
  const fitting = inForm(value, declared?.form ?? "string");
  if (fitting === undefined) return about(name, `is not given as ${declared?.form}`, `give it as ${declared?.form}`);
  if (fitting === "") return undefined;
  if (declared?.choices && !(typeof fitting === "string" && declared.choices.includes(fitting))) {
    return about(name, `is ${JSON.stringify(fitting)}`, `choose one of ${declared.choices.join(", ")}`);
  }
  own.set(name, fitting);
  return undefined;
}

/** The function config's own reader judges the values; here only the form has to fit. */
function takeSetting(settings: Record<string, string>, { name, value }: Entry): Finding | undefined {
  const field = valueFields().find(({ path }) => path.join(".") === name);
  if (field === undefined) return takeLabel(settings, { name, value }) ? undefined : unknown(name);
  const form = formOf(field);
  const fitting = inForm(value, form);
  if (fitting === undefined || (form === "map" && typeof fitting === "string")) {
    return about(name, `is not given as ${form}`, `give it as ${form}`);
  }
  // A field of the form that is left empty says nothing; medium alone has the empty text as a value.
  if (fitting === "" && name !== "certificates.medium") return undefined;
  if (typeof fitting === "string") settings[name] = fitting;
  else if (isList(fitting)) settings[name] = fitting.join(",");
  else for (const [key, text] of Object.entries(fitting)) settings[`${name}.${key}`] = text;
  return undefined;
}

/** `agent.selector.matchLabels.app`, as kpt's key=value form has it. */
function takeLabel(settings: Record<string, string>, { name, value }: Entry): boolean {
  const map = valueFields().find((field) => formOf(field) === "map" && name.startsWith(`${field.path.join(".")}.`));
  if (map === undefined || typeof value !== "string") return false;
  settings[name] = value;
  return true;
}

/** Text stands for a list with commas; a list or map is never taken for text. */
function inForm(value: ParameterValue, form: "string" | "array" | "map"): ParameterValue | undefined {
  if (form === "string") return typeof value === "string" ? value : undefined;
  if (form === "map") return typeof value === "object" && !isList(value) ? value : undefined;
  if (typeof value !== "string") return isList(value) ? value : undefined;
  return value === "" ? [] : value.split(",").map((item) => item.trim());
}

function isList(value: ParameterValue): value is readonly string[] {
  return Array.isArray(value);
}

function unknown(name: string): Finding {
  const known = [...OWN_PARAMETERS.map((own) => own.name), ...valueFields().map(({ path }) => path.join("."))];
  const near = nearestNames(name, known);
  const remedy =
    near.length > 0
      ? `did you mean ${near.join(" or ")}?`
      : "remove it; intercept-backends parameters lists those that there are";
  return about(name, "does not exist", remedy);
}
