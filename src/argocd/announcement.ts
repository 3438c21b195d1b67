import { valueFields } from "../config/config-map.ts";
import type { FieldSchema } from "../config/fields.ts";
import { valueAt } from "../config/fields.ts";
import type { Manifest } from "../base/manifest.ts";
import { chooseSource } from "./choose-source.ts";
import { planPasses } from "./function-configs.ts";
import { loadSource } from "./load-source.ts";
import { readOperator } from "./operator.ts";
import type { Environment } from "./operator.ts";
import { OWN_PARAMETERS } from "./own-parameters.ts";
import type { OwnParameter } from "./own-parameters.ts";
import { formOf, readParameters } from "./parameters.ts";
import type { ParameterValue } from "./parameters.ts";
import { openRepository } from "./repository.ts";

/** One field of the form that Argo CD shows (argo-cd: reposerver/repository/repository.proto, ParameterAnnouncement). */
export interface Announcement {
  name: string;
  title: string;
  tooltip: string;
  required: boolean;
  itemType: "string" | "number" | "boolean";
  collectionType: "string" | "array" | "map";
  string?: string;
  array?: readonly string[];
  map?: Readonly<Record<string, string>>;
}

/**
 * The parameters of a source folder, from the schema of the function config, with what holds there now as their values.
 * A folder that cannot be rendered has the same parameters without its values: a form that cannot be opened would hide
 * the very parameters that may mend it. Where several InterceptBackends stand no parameter could say which one it means.
 */
export async function announce(folder: string, env: Environment): Promise<Announcement[]> {
  const { kind, configs } = await lookInto(folder, env);
  const own = OWN_PARAMETERS.map((parameter) => announceOwn(parameter, kind));
  if (configs.length > 1) return own;
  const settings = planPasses(configs, undefined, {}).passes[0]?.settings;
  return [...own, ...valueFields().map((field) => announceSetting(field, valueAt(settings, field.path)))];
}

async function lookInto(folder: string, env: Environment): Promise<{ kind?: string; configs: readonly Manifest[] }> {
  const { operator } = readOperator(env);
  const { parameters } = readParameters(env["ARGOCD_APP_PARAMETERS"]);
  const repository = openRepository(folder, env, operator);
  if ("severity" in repository) return { configs: [] };
  const kind = chooseSource(repository, undefined);
  const end = performance.now() + operator.deadline;
  const source = await loadSource(repository, parameters.own, { env, operator, end });
  const configs = "sorted" in source ? source.sorted.configs : [];
  return { configs, ...(typeof kind === "string" ? { kind } : {}) };
}

function announceOwn({ name, title, tooltip, form, fallback }: OwnParameter, kind: string | undefined): Announcement {
  const value = name === "source" ? kind : fallback;
  return { name, title, tooltip, required: false, itemType: "string", ...valueOf(form, value) };
}

function announceSetting(field: FieldSchema, value: unknown): Announcement {
  const name = field.path.join(".");
  const whenAbsent = field.whenAbsent === undefined ? "" : ` Without it: ${field.whenAbsent}.`;
  return {
    name,
    title: name,
    tooltip: `${field.description}${whenAbsent}`,
    required: false,
    itemType: field.itemType,
    ...valueOf(formOf(field), textsOf(value)),
  };
}

/** A setting's value as parameters carry it: text, list of text, map of text. */
function textsOf(value: unknown): ParameterValue | undefined {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
  }
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" ? value : undefined;
}

function valueOf(form: OwnParameter["form"], value: ParameterValue | undefined) {
  return { collectionType: form, ...(value === undefined ? {} : { [form]: value }) };
}
