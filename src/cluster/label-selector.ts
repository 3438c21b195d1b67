import { isRecord } from "../base/record.ts";
import { listAt, mapAt } from "../telemetry/plain-data.ts";

type Labels = Readonly<Record<string, unknown>>;

/**
 * True for labels that a label selector selects; an empty one selects everything (k8s.io/apimachinery:
 * pkg/apis/meta/v1, LabelSelectorAsSelector).
 */
export function selects(selector: Labels, labels: Labels): boolean {
  const hasAll = Object.entries(mapAt(selector, "matchLabels")).every(([key, value]) => labels[key] === value);
  return hasAll && listAt(selector, "matchExpressions").every((each) => isRecord(each) && holds(each, labels));
}

function holds({ key, operator, values }: Labels, labels: Labels): boolean {
  const value = typeof key === "string" ? labels[key] : undefined;
  const isListed = Array.isArray(values) && values.includes(value);
  if (operator === "In") return isListed;
  if (operator === "NotIn") return !isListed;
  return operator === "Exists" ? value !== undefined : value === undefined;
}
