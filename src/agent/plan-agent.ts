import type { Settings } from "../config/schema.ts";
import type { Finding } from "../base/finding.ts";
import { hasError } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { INJECT_LABEL } from "../istio/annotations.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import type { Change, Value } from "../yaml/edit/change.ts";
import { remove, set } from "../yaml/edit/change.ts";
import type { AgentState } from "./agent-state.ts";
import { readAgent } from "./agent-state.ts";
import type { Interception } from "./interception.ts";
import { planCertificates, planNoCertificates } from "./plan-certificates.ts";
import { planInterception, planNoInterception } from "./plan-ports.ts";
import type { Step } from "./step.ts";
import { ANNOTATIONS, changeOf, infoOf, LABELS } from "./step.ts";

/** What is to become of the agent's DaemonSet, and what a person is told about it. */
export interface AgentPlan {
  /** Undefined when nothing is to be changed, or nothing may be because of an error. */
  change: Change | undefined;
  findings: Finding[];
}

/**
 * Plans all changes of the agent's DaemonSet, so that it is as the settings and the backends ask for; an agent that is
 * so already gets no change and no finding. All errors are collected; with one of them there is no change.
 */
export function planAgent(
  agent: Manifest,
  settings: Settings,
  interception: Interception,
  backendPorts: readonly number[],
): AgentPlan {
  const state = readAgent(agent);
  if (Array.isArray(state)) return { change: undefined, findings: state };
  const plans = [
    { steps: planInjectLabel(state, interception.sidecar), findings: [] },
    interception.sidecar
      ? planInterception(state, settings, backendPorts)
      : planNoInterception(state, settings, backendPorts),
    interception.certificates ? planCertificates(state, settings) : planNoCertificates(state, settings),
  ];
  const steps = plans.flatMap((plan) => plan.steps);
  const findings = plans.flatMap((plan) => plan.findings);
  if (hasError(findings)) return { change: undefined, findings };
  return {
    change: changeOf(withoutEmptyAnnotations(state, steps)),
    findings: steps.map((step) => infoOf(step, agent)),
  };
}

function planInjectLabel(state: AgentState, sidecar: boolean): Step[] {
  const value = sidecar ? "true" : "false";
  const current = state.labels[INJECT_LABEL];
  if (current === value) return [];
  const cause = sidecar ? "the pod gets a sidecar" : "the pod gets no sidecar";
  const step: Step = { path: [...LABELS, INJECT_LABEL], change: set(value), cause, proposedValue: value };
  return [current === undefined ? step : { ...step, currentValue: current as Value }];
}

/** When no annotation is left their key goes too, so that switching on and off again leaves no trace. */
function withoutEmptyAnnotations(state: AgentState, steps: readonly Step[]): readonly Step[] {
  const ofAnnotations = steps.filter(
    ({ path }) => path[3] === ANNOTATIONS[3] && path.length === ANNOTATIONS.length + 1,
  );
  const removed = ofAnnotations.filter(({ change }) => change.kind === "remove");
  const isLastGone = removed.length > 0 && removed.length === ofAnnotations.length;
  if (!isLastGone || removed.length !== Object.keys(valueAt(state.manifest.object, ...ANNOTATIONS) ?? {}).length)
    return steps;
  const others = steps.filter((step) => !removed.includes(step));
  return [...others, { path: ANNOTATIONS, change: remove, cause: "no annotation is left" }];
}
