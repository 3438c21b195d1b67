import type { Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import type { Settings } from "../config/schema.ts";
import { INJECT_LABEL } from "../istio/annotations.ts";
import { mapAt } from "../telemetry/plain-data.ts";
import { remove, set, type Change } from "../yaml/edit/change.ts";
import { readAgent } from "./agent-state.ts";
import { planCertificates, planNoCertificates } from "./plan-certificates.ts";
import { planProxyConfig } from "./plan-sidecar.ts";
import { planInterception, planNoInterception, type WantedPorts } from "./plan-ports.ts";
import { changeOf, infoOf, Plan, type Step } from "./step.ts";

/** What one value of `trafficInterception` asks for. */
export interface Interception {
  /** The pod gets a sidecar. */
  sidecar: boolean;
  /** The sidecar's certificates reach the agent through the shared volume. */
  certificates: boolean;
}

/**
 * The table of `trafficInterception` (telemetry-manager: ADR 037, metric agent); with `On` the certificates are always
 * there, as in ADR 026 and in the operator of today. The annotations of interception go with the sidecar.
 */
export function interceptionFor(setting: Settings["trafficInterception"], prometheusInput: boolean): Interception {
  switch (setting) {
    case "On":
      return { sidecar: true, certificates: true };
    case "PrometheusInputScrapeOnly":
      return { sidecar: prometheusInput, certificates: prometheusInput };
    case "ExportOnly":
      return { sidecar: true, certificates: false };
    case "Off":
      return { sidecar: false, certificates: false };
  }
}

/**
 * Plans all changes of the agent's workload for these settings and backends; an agent that needs none gets no change and
 * no finding. All errors are collected; with one of them there is no change.
 */
export function planAgent(
  agent: Manifest,
  settings: Settings,
  interception: Interception,
  ports: WantedPorts,
): { change: Change | undefined; findings: Finding[] } {
  const state = readAgent(agent);
  if (Array.isArray(state)) return { change: undefined, findings: state };
  const plan = new Plan(state);
  planInjectLabel(plan, interception.sidecar);
  if (interception.sidecar) planProxyConfig(plan);
  if (interception.sidecar) planInterception(plan, settings, ports);
  else planNoInterception(plan, settings, ports);
  if (interception.certificates) planCertificates(plan, settings);
  else planNoCertificates(plan, settings);
  if (plan.errors.length > 0) return { change: undefined, findings: plan.errors };
  return { change: changeOf(withoutEmptyAnnotations(plan)), findings: plan.steps.map((step) => infoOf(step, agent)) };
}

function planInjectLabel(plan: Plan, sidecar: boolean): void {
  const value = sidecar ? "true" : "false";
  const currentValue = plan.state.labels[INJECT_LABEL];
  if (currentValue === value) return;
  const cause = sidecar ? "the pod gets a sidecar" : "the pod gets no sidecar";
  plan.add({ path: [...plan.state.kind.labels, INJECT_LABEL], change: set(value), cause, currentValue });
}

/** When no annotation is left, their key goes too, so that switching on and off again leaves no trace. */
function withoutEmptyAnnotations({ state, steps }: Plan): readonly Step[] {
  const { annotations } = state.kind;
  const onAnnotations = steps.filter(
    ({ path }) => path.length === annotations.length + 1 && annotations.every((key, at) => path[at] === key),
  );
  const existing = Object.keys(mapAt(state.manifest.object, ...annotations));
  const isEmptied =
    onAnnotations.length > 0 &&
    onAnnotations.length === existing.length &&
    onAnnotations.every(({ change }) => change.kind === "remove");
  if (!isEmptied) return steps;
  const others = steps.filter((step) => !onAnnotations.includes(step));
  return [...others, { path: annotations, change: remove, cause: "no annotation is left" }];
}
