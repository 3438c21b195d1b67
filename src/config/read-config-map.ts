/** The settings of a ConfigMap, with all that is wrong told in terms of its `data`. */
import { apiVersion, kind } from "./api.ts";
import { show, type Form, type Problem } from "./describe-issue.ts";
import { fieldsOf } from "./fields.ts";
import { configMapKey, fromConfigMap, type ConfigMapSettings } from "./from-config-map.ts";
import { nearestKeys } from "./nearest-key.ts";
import { spec as specShape } from "./table.ts";
import { validate, type Reading } from "./validate.ts";

const advice = "write the settings in data, as dotted keys such as agent.name";

/** Reads `data`; whatever else a ConfigMap could carry settings in is refused, so that none is lost in silence. */
export function readConfigMap(object: Readonly<Record<string, unknown>>): Reading {
  const data = object["data"] ?? {};
  const converted = fromConfigMap(isMap(data) ? data : {});
  const { settings, problems } = validate({ apiVersion, kind, spec: converted.spec }, formOf(converted));
  const unknownKeys = converted.unknownKeys.map(describeUnknownKey);
  return { settings, problems: [...describeRest(object), ...unknownKeys, ...problems] };
}

function formOf({ origins }: ConfigMapSettings): Form {
  return {
    place: ([, ...path]) => {
      const origin = origins.find((candidate) =>
        candidate.path.every((key, at) => at >= path.length || path[at] === key),
      );
      return origin ? ["data", origin.key] : ["data"];
    },
    spell: ([, ...path]) => path.join("."),
    write: (value) => show(String(value)),
  };
}

function describeUnknownKey(key: string): Problem {
  const path = ["data", key];
  const fields = fieldsOf(specShape).filter((field) => !field.isGroup);
  const below = fields.map(configMapKey).filter((known) => known.startsWith(`${key}.`));
  if (below.length > 0) {
    return {
      path,
      cause: `${show(key)} is a group of settings, not one of them`,
      remedy: `write ${below.join(" or ")}`,
    };
  }
  const cause = `${show(key)} is not a setting`;
  const near = nearestKeys(
    key,
    [],
    fields.map((field) => field.path),
  );
  if (near.length > 0) {
    const spelled = fields.filter((field) => near.includes(field.path)).map(configMapKey);
    return { path, cause, remedy: `did you mean ${spelled.join(" or ")}?` };
  }
  return { path, cause, remedy: `remove it, or use one of ${fields.map(configMapKey).join(", ")}` };
}

/** All but `data`: what belongs to any ConfigMap, and what looks like settings in the wrong place. */
function describeRest({ data, binaryData, ...rest }: Readonly<Record<string, unknown>>): Problem[] {
  const strangers = Object.keys(rest).filter((key) => !["apiVersion", "kind", "metadata", "immutable"].includes(key));
  const problems: Problem[] = strangers.map((key) => ({
    path: [key],
    cause: `${show(key)} is not a field of a ConfigMap`,
    remedy: key === "spec" ? `${advice}, or use kind ${kind} with apiVersion ${apiVersion}` : advice,
  }));
  if (data !== undefined && data !== null && !isMap(data)) {
    problems.push({ path: ["data"], cause: `${show(data)} is not a map`, remedy: advice });
  }
  if (isMap(binaryData) && Object.keys(binaryData).length > 0) {
    problems.push({ path: ["binaryData"], cause: "settings are not read from binaryData", remedy: advice });
  }
  return problems;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
