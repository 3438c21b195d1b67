import { AGENT_KINDS } from "../agent/agent-kind.ts";
import { editDistance } from "../base/near.ts";
import { isLocalConfig, type Manifest, type ResourceRef } from "../base/manifest.ts";
import type { Trouble } from "./warning.ts";

/** The kinds that decide something, with what has to be written. */
const RIGHT: readonly { kind: string; group: string; apiVersion: string }[] = [
  { kind: "MetricPipeline", group: "telemetry.kyma-project.io", apiVersion: "telemetry.kyma-project.io/v1beta1" },
  ...AGENT_KINDS,
  { kind: "InterceptBackends", group: "intercept-backends.dev", apiVersion: "intercept-backends.dev/v1alpha1" },
];

/** Kinds that there are, and that are near by their names alone. */
const OTHERS = ["VLAgent"];

const PASSED_OVER = "so that nothing reads the resource";

/**
 * What is wrong with a resource that is nearly a MetricPipeline, a workload that may be the agent or an InterceptBackends; undefined for a right one and
 * for everything else. An unknown version of a MetricPipeline is an error elsewhere.
 */
export function nearlyRight({ apiVersion, kind }: ResourceRef): { cause: string; remedy: string } | undefined {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  if (OTHERS.includes(kind)) return undefined;
  if (kind === "") {
    const meant = RIGHT.find((right) => isNear(group, right.group));
    return meant && { cause: `has no kind, ${PASSED_OVER}`, remedy: `write kind: ${meant.kind} if it is one` };
  }
  const right = RIGHT.find((each) => isNear(kind, each.kind));
  if (right === undefined) return undefined;
  const remedy = `write apiVersion: ${right.apiVersion}`;
  if (kind !== right.kind) {
    const isSlip = kind.toLowerCase() === right.kind.toLowerCase() || apiVersion === "" || isNear(group, right.group);
    const also = group === right.group ? "" : ` and apiVersion: ${right.apiVersion}`;
    const cause = `the kind ${kind} is not ${right.kind}, ${PASSED_OVER}`;
    return isSlip ? { cause, remedy: `write kind: ${right.kind}${also}` } : undefined;
  }
  if (apiVersion === "") return { cause: `the ${kind} has no apiVersion, ${PASSED_OVER}`, remedy };
  const isRight = kind === "InterceptBackends" ? apiVersion === right.apiVersion : group === right.group;
  if (isRight) return undefined;
  return {
    cause: `the ${kind} is of apiVersion ${apiVersion}, ${PASSED_OVER}`,
    remedy: `${remedy}, or turn this warning off if the resource is another product's`,
  };
}

/** True for a kind that `nearlyRight` may have something to say about. */
export function isNearKind(kind: string): boolean {
  return kind === "" || RIGHT.some((right) => isNear(kind, right.kind));
}

/** Whatever is nearly right and reaches the cluster, and function configs, which mostly do not. */
export function* nearlyRightResources(manifests: readonly Manifest[]): Iterable<Trouble> {
  for (const about of manifests) {
    const { apiVersion, kind } = about.ref;
    const found = nearlyRight(about.ref);
    if (found === undefined || (isLocalConfig(about) && !isNear(kind, "InterceptBackends"))) continue;
    const isOfKind = RIGHT.some((right) => right.kind === kind);
    const field = isOfKind ? { path: "apiVersion", currentValue: apiVersion } : { path: "kind", currentValue: kind };
    yield { ...found, about, field };
  }
}

/** At most one letter in four and two in all are another, without regard to case. */
function isNear(written: string, right: string): boolean {
  if (Math.abs(written.length - right.length) > 2) return false;
  return editDistance(written.toLowerCase(), right.toLowerCase()) <= Math.min(2, Math.floor(right.length / 4));
}
