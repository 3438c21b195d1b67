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
import { annotationPath, type AgentState } from "./agent-state.ts";
import type { Plan } from "./step.ts";

/** The ports that a plan goes by, in any order, repeated or not. */
export interface WantedPorts {
  /** TCP ports of the backends and token endpoints. */
  backends: readonly number[];
  /** What asks for the backends' ports. */
  asking: "MetricPipeline" | "exporter";
  /** Ports of the agent's own metrics that the stream shows to be scraped over http. */
  plainMetrics: readonly number[];
}

/**
 * What decides the interception of the agent's traffic: exactly the backends' ports go through the sidecar (decision
 * record, points 1 and 2).
 */
export function planInterception(plan: Plan, settings: Settings, wanted: WantedPorts): void {
  planOutboundPorts(plan, settings.ports, wanted);
  put(plan, INCLUDE_OUTBOUND_IP_RANGES, "", "scrapes and all else bypass the sidecar");
  planInboundPorts(plan, settings.ports.excludeInbound, wanted.plainMetrics);
  planBypass(plan, settings.bypass.ipRanges);
}

/** The way back: what `planInterception` would have written goes, what somebody else wrote stays. */
export function planNoInterception(plan: Plan, { ports, bypass }: Settings, wanted: WantedPorts): void {
  if (ports.existing === "Replace") take(plan, INCLUDE_OUTBOUND_PORTS);
  else takeItems(plan, INCLUDE_OUTBOUND_PORTS, [...wanted.backends, ...ports.additional].map(String));
  if (plan.state.annotations[INCLUDE_OUTBOUND_IP_RANGES] === "") take(plan, INCLUDE_OUTBOUND_IP_RANGES);
  const metrics = isRenderedByOperator(plan.state) ? [OPERATOR_METRICS_PORT] : [];
  const inbound = [...(ports.excludeInbound ?? []), ...wanted.plainMetrics, ...metrics];
  takeItems(plan, EXCLUDE_INBOUND_PORTS, inbound.map(String));
  takeItems(plan, EXCLUDE_OUTBOUND_IP_RANGES, bypass.ipRanges);
}

/** The port of the collector's own metrics, which the operator always excludes (telemetry-manager: internal/resources/common/ports). */
const OPERATOR_METRICS_PORT = 8888;

/** True for an agent as the operator renders it (telemetry-manager: internal/resources/common/labels.go). */
function isRenderedByOperator({ manifest, labels }: AgentState): boolean {
  return [manifest.labels, labels].some((each) => each["app.kubernetes.io/managed-by"] === "telemetry-manager");
}

function planOutboundPorts(plan: Plan, settings: Settings["ports"], { backends, asking }: WantedPorts): void {
  const isKept = settings.existing === "Keep";
  const existing = readPortList(textOf(plan, INCLUDE_OUTBOUND_PORTS));
  if (isKept && existing === undefined) return failList(plan, INCLUDE_OUTBOUND_PORTS);
  const listed = new Set([...backends, ...settings.additional, ...(isKept ? (existing ?? []) : [])]);
  const dropped = (existing ?? []).filter((port) => !listed.has(port));
  const ports = listed.size === 0 ? "no port goes through the sidecar" : "exactly these ports go through the sidecar";
  const drops = dropped.length === 0 ? "" : `; dropped: ${writePortList(dropped)}, which no ${asking} asks for`;
  put(plan, INCLUDE_OUTBOUND_PORTS, writePortList(listed), ports + drops);
}

/** A list of the settings takes the place of the stream's, so that what the stream had asked for goes. */
function planInboundPorts(plan: Plan, chosen: readonly number[] | undefined, plainMetrics: readonly number[]): void {
  const wanted = chosen ?? plainMetrics;
  const existing = readPortList(textOf(plan, EXCLUDE_INBOUND_PORTS));
  if (existing === undefined) return wanted.length === 0 ? undefined : failList(plan, EXCLUDE_INBOUND_PORTS);
  const dropped = plainMetrics.filter((port) => !wanted.includes(port) && existing.includes(port));
  const isText = typeof plan.state.annotations[EXCLUDE_INBOUND_PORTS] === "string";
  const isListed = wanted.every((port) => existing.includes(port)) && (isText || wanted.length === 0);
  if (isListed && dropped.length === 0) return;
  const kept = existing.filter((port) => !dropped.includes(port));
  const items = mergeList(kept.map(String), wanted.map(String));
  const drops =
    dropped.length === 0 ? "" : `; dropped: ${writePortList(dropped)}, which ports.excludeInbound leaves out`;
  const why = chosen === undefined ? ", since a Service has the agent scraped there over http" : "";
  if (items.length > 0)
    put(plan, EXCLUDE_INBOUND_PORTS, items.join(","), `these ports are reached past the sidecar${why}${drops}`);
  else take(plan, EXCLUDE_INBOUND_PORTS, `no port is reached past the sidecar${drops}`);
}

function planBypass(plan: Plan, wanted: readonly string[]): void {
  const existing = readCommaList(textOf(plan, EXCLUDE_OUTBOUND_IP_RANGES));
  if (wanted.every((range) => existing.includes(range))) return;
  const items = mergeList(existing, wanted);
  put(plan, EXCLUDE_OUTBOUND_IP_RANGES, items.join(","), "these destinations bypass the sidecar");
}

const NOTHING_INTERCEPTED = "the annotation is removed, because the sidecar is not to intercept anything";

/** Gives an annotation a value, unless it has it. */
function put(plan: Plan, name: string, value: string, cause: string): void {
  const currentValue = plan.state.annotations[name];
  if (currentValue === value) return;
  plan.add({ path: annotationPath(plan.state, name), change: set(value), cause, currentValue });
}

function take(plan: Plan, name: string, cause = NOTHING_INTERCEPTED): void {
  const currentValue = plan.state.annotations[name];
  if (currentValue === undefined) return;
  plan.add({ path: annotationPath(plan.state, name), change: remove, cause, currentValue });
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
  plan.fail(
    annotationPath(plan.state, name),
    cause,
    "write ports from 1 to 65535 with commas, without ranges or `*`",
    text,
  );
}

/** An annotation as text; a number that somebody forgot to quote reads as its digits. */
function textOf({ state }: Plan, name: string): string {
  const value = state.annotations[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
