import { valueFields } from "../config/config-map.ts";
import type { FieldSchema } from "../config/fields.ts";
import { problem, type Finding } from "../base/finding.ts";
import { nearestNames } from "../base/near.ts";
import { isRecord } from "../base/record.ts";

/** The three forms of a parameter's value (argo-cd: pkg/apis/application/v1alpha1, ApplicationSourcePluginParameter). */
export type ParameterValue = string | readonly string[] | Readonly<Record<string, string>>;

/** Something that an Application can say to the plugin. */
export interface Parameter {
  name: string;
  title: string;
  tooltip: string;
  form: "string" | "array" | "map";
  /** What it may be, where not everything will do. */
  choices?: readonly string[];
  /** What holds when it is absent. */
  fallback?: string;
  /** The field of the function config that it sets; absent for a parameter of the plugin itself. */
  field?: FieldSchema;
}

/** What an Application says about the source and its rewrite, by the names of the plugin's own parameters. */
export interface Own {
  source?: "kustomize" | "helm" | "directory";
  "directory.recurse"?: "true" | "false";
  "directory.include"?: readonly string[];
  "directory.exclude"?: readonly string[];
  "helm.releaseName"?: string;
  "helm.valueFiles"?: readonly string[];
  "helm.values"?: string;
  "helm.parameters"?: Readonly<Record<string, string>>;
  "missing.agent"?: "Error" | "Allow";
  "missing.pipelines"?: "Error" | "Allow";
}

/** The plugin's own parameters by name, in the order of the form. */
const OWN_PARAMETERS: Readonly<Record<keyof Own, Omit<Parameter, "name">>> = {
  source: {
    title: "Kind of source",
    tooltip: "kustomize, helm or directory; without it the files of the folder tell",
    form: "string",
    choices: ["kustomize", "helm", "directory"],
  },
  "directory.recurse": {
    title: "Sub-folders of a directory",
    tooltip: "true to take their manifests too, but not those of hidden folders and node_modules",
    form: "string",
    choices: ["true", "false"],
    fallback: "false",
  },
  "directory.include": {
    title: "Files of a directory",
    tooltip: "patterns such as agents/**; without any, all .yaml, .yml and .json files",
    form: "array",
  },
  "directory.exclude": {
    title: "Files left out of a directory",
    tooltip: "patterns such as values*.yaml",
    form: "array",
  },
  "helm.releaseName": {
    title: "Release of a chart",
    tooltip: "without it the name of the Application",
    form: "string",
  },
  "helm.valueFiles": {
    title: "Value files of a chart",
    tooltip: "paths from the chart on, or with a leading / from the repository on; later ones win",
    form: "array",
  },
  "helm.values": { title: "Values of a chart", tooltip: "YAML, wins over the files", form: "string" },
  "helm.parameters": { title: "Single values of a chart", tooltip: "by dotted path, win over everything", form: "map" },
  "missing.agent": {
    title: "When the agent is missing",
    tooltip: "Error, or Allow for a folder whose MetricPipelines belong to an agent that is deployed elsewhere",
    form: "string",
    choices: ["Error", "Allow"],
    fallback: "Error",
  },
  "missing.pipelines": {
    title: "When no MetricPipeline reaches the agent",
    tooltip: "Error, or Allow for an agent that pushes to no backend",
    form: "string",
    choices: ["Error", "Allow"],
    fallback: "Error",
  },
};

/** All parameters: the plugin's own, then one for each field of the function config. */
export function allParameters(): Parameter[] {
  const ofFields = valueFields().map((field): Parameter => {
    const name = field.path.join(".");
    const whenAbsent = field.whenAbsent === undefined ? "" : ` Without it: ${field.whenAbsent}.`;
    const form = field.type === "array" ? "array" : field.type === "record" ? "map" : "string";
    return { name, title: name, tooltip: `${field.description}${whenAbsent}`, form, field };
  });
  return [...Object.entries(OWN_PARAMETERS).map(([name, parameter]) => ({ name, ...parameter })), ...ofFields];
}

/** What an Application says to the plugin. */
export interface Parameters {
  own: Own;
  /** The function config's, as the dotted keys of a ConfigMap. */
  settings: Readonly<Record<string, string>>;
}

const VARIABLE = "ARGOCD_APP_PARAMETERS";

/**
 * Reads ARGOCD_APP_PARAMETERS: a JSON list of names, each with `string`, `array` or `map`; `null` when there are none. The
 * same arrives as PARAM_ variables, but there different names can become one (argo-cd: cmpserver/plugin/plugin.go).
 */
export function readParameters(text: string | undefined): { parameters: Parameters; findings: Finding[] } {
  const own: Record<string, ParameterValue> = {};
  const settings: Record<string, string> = {};
  const parameters = { own: own as Own, settings };
  const entries = parse(text);
  if ("severity" in entries) return { parameters, findings: [entries] };
  const known = allParameters();
  const seen = new Set<string>();
  const findings = [...entries.entries()].flatMap(([position, entry]): Finding | Finding[] => {
    const read = readEntry(entry, position);
    if ("severity" in read) return read;
    const { name, value } = read;
    if (seen.has(name)) return about(name, "is given twice", "remove one of them");
    seen.add(name);
    const parameter = known.find((each) => each.name === name);
    if (parameter === undefined) {
      // A label of its own, as kpt's key=value form has it: `agent.selector.matchLabels.app`.
      const isLabel = known.some(({ field, form, name: map }) => field && form === "map" && name.startsWith(`${map}.`));
      if (!isLabel || typeof value !== "string") return unknown(name, known);
      settings[name] = value;
      return [];
    }
    const { form, choices, field } = parameter;
    const fitting = inForm(value, form);
    if (fitting === undefined) return about(name, `is not given as ${form}`, `give it as ${form}`);
    // A field of the form that is left empty says nothing; medium alone has the empty text as a value.
    if (fitting === "" && name !== "certificates.medium") return [];
    if (choices && !choices.some((choice) => choice === fitting)) {
      return about(name, `is ${JSON.stringify(fitting)}`, `choose one of ${choices.join(", ")}`);
    }
    // The function config's own reader judges the values of its fields.
    if (!field) own[name] = fitting;
    else if (typeof fitting === "string") settings[name] = fitting;
    else if (isList(fitting)) settings[name] = fitting.join(",");
    else for (const [key, label] of Object.entries(fitting)) settings[`${name}.${key}`] = label;
    return [];
  });
  return { parameters, findings };
}

/** An error about one parameter, by its name. */
export function about(name: string, cause: string, remedy: string): Finding {
  return problem(`the parameter ${name} ${cause}`, remedy, "Application");
}

function parse(text = ""): readonly unknown[] | Finding {
  if (text.trim() === "") return [];
  const remedy = 'write a list such as [{"name": "source", "string": "helm"}]';
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value ?? []) ? ((value ?? []) as unknown[]) : problem(`${VARIABLE} is no list`, remedy);
  } catch {
    return problem(`${VARIABLE} is not JSON`, remedy);
  }
}

function readEntry(entry: unknown, position: number): { name: string; value: ParameterValue } | Finding {
  const name = isRecord(entry) ? entry["name"] : undefined;
  if (!isRecord(entry) || typeof name !== "string" || name === "") {
    return problem(`entry ${position + 1} of ${VARIABLE} has no name`, "give it a name and a string, array or map");
  }
  const forms = (["string", "array", "map"] as const).filter(
    (form) => entry[form] !== undefined && entry[form] !== null,
  );
  const [form] = forms;
  if (form === undefined || forms.length > 1) {
    const cause = forms.length > 1 ? `has several values: ${forms.join(", ")}` : "has no value";
    return about(name, cause, "give it one of string, array and map");
  }
  const value = entry[form];
  const isRight = {
    string: isText(value),
    array: Array.isArray(value) && value.every(isText),
    map: isRecord(value) && Object.values(value).every(isText),
  }[form];
  if (!isRight) return about(name, `is no ${form} of text`, "write each value in quotes");
  return { name, value: value as ParameterValue };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Text stands for a list with commas; a list or map is never taken for text. */
function inForm(value: ParameterValue, form: Parameter["form"]): ParameterValue | undefined {
  if (form === "string") return typeof value === "string" ? value : undefined;
  if (form === "map") return typeof value === "object" && !isList(value) ? value : undefined;
  if (typeof value !== "string") return isList(value) ? value : undefined;
  return value === "" ? [] : value.split(",").map((item) => item.trim());
}

function isList(value: ParameterValue): value is readonly string[] {
  return Array.isArray(value);
}

function unknown(name: string, known: readonly Parameter[]): Finding {
  const names = known.map((parameter) => parameter.name);
  const near = nearestNames(name, names);
  const remedy =
    near.length > 0
      ? `did you mean ${near.join(" or ")}?`
      : "remove it; intercept-backends parameters lists those that there are";
  return about(name, "does not exist", remedy);
}
