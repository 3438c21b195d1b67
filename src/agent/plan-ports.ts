import type { Settings } from "../config/schema.ts";
import type { Finding } from "../base/finding.ts";
import {
  EXCLUDE_INBOUND_PORTS,
  EXCLUDE_OUTBOUND_IP_RANGES,
  INCLUDE_OUTBOUND_IP_RANGES,
  INCLUDE_OUTBOUND_PORTS,
} from "../istio/annotations.ts";
import { mergeList, readCommaList } from "../istio/comma-list.ts";
import { readPortList, writePortList } from "../istio/port-list.ts";
import type { Value } from "../yaml/edit/change.ts";
import { remove, set } from "../yaml/edit/change.ts";
import type { AgentState } from "./agent-state.ts";
import { ANNOTATIONS, problemOf } from "./step.ts";
import type { Plan, Step } from "./step.ts";

/**
 * What decides the interception of the agent's traffic: exactly the backends' ports go through the sidecar (decision
 * record, points 1 and 2). `backendPorts` are TCP ports in any order, repeated or not.
 */
export function planInterception(state: AgentState, settings: Settings, backendPorts: readonly number[]): Plan {
  const plan: Plan = { steps: [], findings: [] };
  planOutboundPorts(state, settings, [...backendPorts, ...settings.ports.additional], plan);
  put(state, plan, INCLUDE_OUTBOUND_IP_RANGES, "", "scrapes and all else bypass the sidecar");
  planInboundPorts(state, settings.ports.excludeInbound, plan);
  planBypass(state, settings.bypass.ipRanges, plan);
  return plan;
}

/** The way back: what `planInterception` would have written goes, what somebody else wrote stays. */
export function planNoInterception(state: AgentState, settings: Settings, backendPorts: readonly number[]): Plan {
  const plan: Plan = { steps: [], findings: [] };
  const ours = [...backendPorts, ...settings.ports.additional].map(String);
  if (settings.ports.existing === "Replace") take(state, plan, INCLUDE_OUTBOUND_PORTS);
  else takeItems(state, plan, INCLUDE_OUTBOUND_PORTS, ours);
  if (state.annotations[INCLUDE_OUTBOUND_IP_RANGES] === "") take(state, plan, INCLUDE_OUTBOUND_IP_RANGES);
  takeItems(state, plan, EXCLUDE_INBOUND_PORTS, settings.ports.excludeInbound.map(String));
  takeItems(state, plan, EXCLUDE_OUTBOUND_IP_RANGES, settings.bypass.ipRanges);
  return plan;
}

function planOutboundPorts(state: AgentState, settings: Settings, wanted: readonly number[], plan: Plan): void {
  const existing = portsIn(state, INCLUDE_OUTBOUND_PORTS);
  if (settings.ports.existing === "Keep" && existing === undefined) {
    plan.findings.push(notAPortList(state, INCLUDE_OUTBOUND_PORTS));
    return;
  }
  const keep = settings.ports.existing === "Keep" ? (existing ?? []) : [];
  const value = writePortList([...wanted, ...keep]);
  const listed = new Set([...wanted, ...keep]);
  const dropped = (existing ?? []).filter((port) => !listed.has(port));
  const ports = value === "" ? "no port goes through the sidecar" : `exactly these ports go through the sidecar`;
  const drops = dropped.length === 0 ? "" : `; dropped: ${writePortList(dropped)}, which no MetricPipeline asks for`;
  put(state, plan, INCLUDE_OUTBOUND_PORTS, value, ports + drops);
}

function planInboundPorts(state: AgentState, wanted: readonly number[], plan: Plan): void {
  if (wanted.length === 0) return;
  const existing = portsIn(state, EXCLUDE_INBOUND_PORTS);
  if (existing === undefined) plan.findings.push(notAPortList(state, EXCLUDE_INBOUND_PORTS));
  else if (
    wanted.some((port) => !existing.includes(port)) ||
    typeof state.annotations[EXCLUDE_INBOUND_PORTS] !== "string"
  ) {
    const items = mergeList(existing.map(String), wanted.map(String));
    put(state, plan, EXCLUDE_INBOUND_PORTS, items.join(","), "these ports are reached past the sidecar");
  }
}

function planBypass(state: AgentState, wanted: readonly string[], plan: Plan): void {
  if (wanted.length === 0) return;
  const existing = readCommaList(textOf(state, EXCLUDE_OUTBOUND_IP_RANGES));
  if (wanted.every((range) => existing.includes(range))) return;
  const items = mergeList(existing, wanted);
  put(state, plan, EXCLUDE_OUTBOUND_IP_RANGES, items.join(","), "these destinations bypass the sidecar");
}

/** Gives an annotation a value, unless it has it. */
function put(state: AgentState, plan: Plan, name: string, value: string, cause: string): void {
  const current = state.annotations[name];
  if (current === value) return;
  const step: Step = { path: [...ANNOTATIONS, name], change: set(value), cause, proposedValue: value };
  if (current !== undefined) step.currentValue = current as Value;
  plan.steps.push(step);
}

/** Takes an annotation away, if it is there. */
function take(state: AgentState, plan: Plan, name: string): void {
  const current = state.annotations[name];
  if (current === undefined) return;
  const cause = "the annotation is removed, because the sidecar is not to intercept anything";
  plan.steps.push({ path: [...ANNOTATIONS, name], change: remove, cause, currentValue: current as Value });
}

/** Takes items out of a comma-separated annotation, and the annotation away when nothing else is in it. */
function takeItems(state: AgentState, plan: Plan, name: string, ours: readonly string[]): void {
  if (state.annotations[name] === undefined) return;
  const existing = readCommaList(textOf(state, name));
  const own = new Set(ours);
  const others = existing.filter((item) => !own.has(item));
  const isOurEmptyList = name === INCLUDE_OUTBOUND_PORTS && existing.length === 0;
  if (others.length === existing.length && !isOurEmptyList) return;
  if (others.length === 0) take(state, plan, name);
  else put(state, plan, name, others.join(","), "the items that this function had added are removed");
}

function portsIn(state: AgentState, name: string): number[] | undefined {
  return readPortList(textOf(state, name));
}

function notAPortList(state: AgentState, name: string): Finding {
  const current = textOf(state, name);
  return problemOf(
    state.manifest,
    [...ANNOTATIONS, name],
    `${JSON.stringify(current)} is not a list of ports`,
    "write ports from 1 to 65535 with commas, without ranges or `*`",
    current,
  );
}

/** An annotation as text; a number that somebody forgot to quote reads as its digits. */
function textOf(state: AgentState, name: string): string {
  const value = state.annotations[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
