import type { Settings } from "../config/schema.ts";
import {
  EXCLUDE_INBOUND_PORTS,
  EXCLUDE_OUTBOUND_IP_RANGES,
  INCLUDE_OUTBOUND_IP_RANGES,
  INCLUDE_OUTBOUND_PORTS,
  mergeList,
  readCommaList,
  readPortList,
  writePortList,
} from "../istio/annotations.ts";
import { remove, set } from "../yaml/edit/change.ts";
import { ANNOTATIONS, type Plan } from "./step.ts";

/**
 * What decides the interception of the agent's traffic: exactly the backends' ports go through the sidecar (decision
 * record, points 1 and 2). `backendPorts` are TCP ports in any order, repeated or not.
 */
export function planInterception(plan: Plan, settings: Settings, backendPorts: readonly number[]): void {
  planOutboundPorts(plan, settings.ports, backendPorts);
  put(plan, INCLUDE_OUTBOUND_IP_RANGES, "", "scrapes and all else bypass the sidecar");
  planInboundPorts(plan, settings.ports.excludeInbound);
  planBypass(plan, settings.bypass.ipRanges);
}

/** The way back: what `planInterception` would have written goes, what somebody else wrote stays. */
export function planNoInterception(plan: Plan, { ports, bypass }: Settings, backendPorts: readonly number[]): void {
  if (ports.existing === "Replace") take(plan, INCLUDE_OUTBOUND_PORTS);
  else takeItems(plan, INCLUDE_OUTBOUND_PORTS, [...backendPorts, ...ports.additional].map(String));
  if (plan.state.annotations[INCLUDE_OUTBOUND_IP_RANGES] === "") take(plan, INCLUDE_OUTBOUND_IP_RANGES);
  takeItems(plan, EXCLUDE_INBOUND_PORTS, ports.excludeInbound.map(String));
  takeItems(plan, EXCLUDE_OUTBOUND_IP_RANGES, bypass.ipRanges);
}

function planOutboundPorts(plan: Plan, settings: Settings["ports"], backendPorts: readonly number[]): void {
  const isKept = settings.existing === "Keep";
  const existing = readPortList(textOf(plan, INCLUDE_OUTBOUND_PORTS));
  if (isKept && existing === undefined) return failList(plan, INCLUDE_OUTBOUND_PORTS);
  const listed = new Set([...backendPorts, ...settings.additional, ...(isKept ? (existing ?? []) : [])]);
  const dropped = (existing ?? []).filter((port) => !listed.has(port));
  const ports = listed.size === 0 ? "no port goes through the sidecar" : "exactly these ports go through the sidecar";
  const drops = dropped.length === 0 ? "" : `; dropped: ${writePortList(dropped)}, which no MetricPipeline asks for`;
  put(plan, INCLUDE_OUTBOUND_PORTS, writePortList(listed), ports + drops);
}

function planInboundPorts(plan: Plan, wanted: readonly number[]): void {
  if (wanted.length === 0) return;
  const existing = readPortList(textOf(plan, EXCLUDE_INBOUND_PORTS));
  if (existing === undefined) return failList(plan, EXCLUDE_INBOUND_PORTS);
  const isText = typeof plan.state.annotations[EXCLUDE_INBOUND_PORTS] === "string";
  if (isText && wanted.every((port) => existing.includes(port))) return;
  const items = mergeList(existing.map(String), wanted.map(String));
  put(plan, EXCLUDE_INBOUND_PORTS, items.join(","), "these ports are reached past the sidecar");
}

function planBypass(plan: Plan, wanted: readonly string[]): void {
  const existing = readCommaList(textOf(plan, EXCLUDE_OUTBOUND_IP_RANGES));
  if (wanted.every((range) => existing.includes(range))) return;
  const items = mergeList(existing, wanted);
  put(plan, EXCLUDE_OUTBOUND_IP_RANGES, items.join(","), "these destinations bypass the sidecar");
}

/** Gives an annotation a value, unless it has it. */
function put(plan: Plan, name: string, value: string, cause: string): void {
  const currentValue = plan.state.annotations[name];
  if (currentValue === value) return;
  plan.add({ path: [...ANNOTATIONS, name], change: set(value), cause, currentValue });
}

function take(plan: Plan, name: string): void {
  const currentValue = plan.state.annotations[name];
  if (currentValue === undefined) return;
  const cause = "the annotation is removed, because the sidecar is not to intercept anything";
  plan.add({ path: [...ANNOTATIONS, name], change: remove, cause, currentValue });
}

function takeItems(plan: Plan, name: string, ours: readonly string[]): void {
  if (plan.state.annotations[name] === undefined) return;
  const existing = readCommaList(textOf(plan, name));
  const own = new Set(ours);
  const others = existing.filter((item) => !own.has(item));
  const isOurEmptyList = name === INCLUDE_OUTBOUND_PORTS && existing.length === 0;
  if (others.length === existing.length && !isOurEmptyList) return;
  if (others.length === 0) take(plan, name);
  else put(plan, name, others.join(","), "the items that this function had added are removed");
}

function failList(plan: Plan, name: string): void {
  const text = textOf(plan, name);
  const cause = `${JSON.stringify(text)} is not a list of ports`;
  plan.fail([...ANNOTATIONS, name], cause, "write ports from 1 to 65535 with commas, without ranges or `*`", text);
}

/** An annotation as text; a number that somebody forgot to quote reads as its digits. */
function textOf({ state }: Plan, name: string): string {
  const value = state.annotations[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
