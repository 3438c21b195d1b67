import { isRecord } from "../base/record.ts";
import { valueAt } from "../config/fields.ts";
import { readSettings } from "../config/read-settings.ts";
import { isFinding } from "../stream/problem.ts";
import { readOperator, type Environment } from "./operator.ts";
import { allParameters, readParameters, type ParameterValue } from "./parameters.ts";
import { kindOf, loadSource } from "./render.ts";
import { openRepository } from "./repository.ts";

/**
 * The form that Argo CD shows (argo-cd: reposerver/repository/repository.proto, ParameterAnnouncement) for a source folder, from the schema of the function config, with what holds there now as their values.
 * A folder that cannot be rendered has the same parameters without its values: a form that cannot be opened would hide
 * the very parameters that may fix it. Where there are several InterceptBackends no parameter could say which one it means.
 */
export async function announce(folder: string, env: Environment): Promise<object[]> {
  const { operator } = readOperator(env);
  const { parameters } = readParameters(env["ARGOCD_APP_PARAMETERS"]);
  const repository = openRepository(folder, env, operator);
  const isOpen = !isFinding(repository);
  const end = performance.now() + operator.deadline;
  const source = isOpen ? await loadSource(repository, parameters.own, { env, operator, end }) : [];
  const configs = Array.isArray(source) ? [] : source.sorted.configs;
  const kind = isOpen ? kindOf(repository) : undefined;
  const { settings } = readSettings(configs[0]);
  return allParameters().flatMap(({ name, title, tooltip, form, fallback, field }): object[] => {
    if (field && configs.length > 1) return [];
    const ofSource = name === "source" && typeof kind === "string" ? kind : fallback;
    const value = field ? textsOf(valueAt(settings, field.path)) : ofSource;
    const itemType = field?.itemType ?? "string";
    const values = value === undefined ? {} : { [form]: value };
    return [{ name, title, tooltip, required: false, itemType, collectionType: form, ...values }];
  });
}

/** A setting's value as parameters carry it: text, list of text, map of text. */
function textsOf(value: unknown): ParameterValue | undefined {
  if (Array.isArray(value)) return value.map(String);
  if (!isRecord(value)) return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}
