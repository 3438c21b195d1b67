import { isRecord } from "../../src/base/record.ts";
import { KINDS, readOurs } from "./ours.ts";
import type { Ours, Plan } from "./ours.ts";
import type { Answer, Form, Identity, Oracle } from "./oracle.ts";

/** What of a text was read or written otherwise than Go has it. */
export interface Difference {
  /** What the fault is, in words that are the same for all of its kind. */
  kind: string;
  go: unknown;
  ours: unknown;
}

/** The groups whose resources of a kind count. */
const GROUPS: Record<(typeof KINDS)[number], RegExp> = {
  MetricPipeline: /^telemetry\.kyma-project\.io\//,
  DaemonSet: /^apps\//,
  Secret: /^v1$/,
  InterceptBackends: /^intercept-backends\.dev\//,
};

/** Holds a text against what Go reads in it and in what a run writes; undefined where all is as it should be. */
export async function judge(oracle: Oracle, form: Form, text: Buffer): Promise<Difference | undefined> {
  const asked = oracle.ask(form, text);
  let ours: Ours;
  try {
    ours = readOurs(form, text);
  } catch (error) {
    return { kind: `thrown: ${nameOf(error)}`, go: undefined, ours: String(error) };
  }
  const go = await asked;
  const isChanged = !ours.output.equals(text);
  if (ours.errors.length > 0) return isChanged ? judgeError(oracle, form, text, go, ours) : undefined;
  // Whoever asks for a resource that cannot be read gets an error; a run that relies on none of them goes on.
  const difference = ours.refused.length > 0 ? undefined : judgeReading(go, ours);
  if (difference || isRefused(go)) return difference;
  return isChanged ? judgeChange(oracle, form, text, go, ours) : judgeNoChange(go, ours);
}

/** True for the same resource in kyaml's eyes, for which a name may be no text that for Kubernetes is, or the reverse. */
function isSameFor(host: Identity, own: Identity): boolean {
  const parts = [[host.name, own.name] as const, [host.namespace, own.namespace] as const];
  return host.kind === own.kind && parts.every(([one, two]) => one === two || one === "" || two === "");
}

/** The error's class, or the beginning of what it says: what comes after differs with the text. */
function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message.slice(0, 30)}` : typeof error;
}

function judgeReading({ kubernetes, kyaml }: Answer, ours: Ours): Difference | undefined {
  const wanted = resourcesOf(kubernetes.resources);
  const seen = new Map(ours.resources.filter(counts).map((data) => [canonical(data), data]));
  const missing = wanted.filter(({ data }) => counts(data) && !seen.has(canonical(data))).map(({ data }) => data);
  const known = new Set(wanted.map(({ data }) => canonical(data)));
  const hosts = kyaml.resources ?? [];
  const extra = [...seen].filter(([text]) => !known.has(text)).map(([, data]) => data);
  for (const data of missing) {
    const other = extra.find((candidate) => keyOf(identityOf(candidate)) === keyOf(identityOf(data)));
    if (other !== undefined) {
      const { path, one, two } = firstDifference(data, other);
      return { kind: `other values: ${kindOf(data)}`, go: { [path]: one }, ours: { [path]: two } };
    }
    return { kind: `not seen: ${kindOf(data)}`, go: identityOf(data), ours: ours.resources.map(identityOf) };
  }
  const handedOut = new Set(ours.secrets.resources.map(canonical));
  for (const { data } of wanted) {
    const { kind, name } = identityOf(data);
    const isAsked = counts(data) && kind === "Secret" && ours.secrets.names.includes(name);
    if (isAsked && !handedOut.has(canonical(data))) {
      return { kind: "a Secret that was asked for is left out", go: identityOf(data), ours: ours.secrets.names };
    }
  }
  if (isRefusedBy(kubernetes.refusals)) return undefined;
  const others = wanted.filter(({ data }) => !counts(data)).map(({ data }) => data);
  const named = [...seen.values(), ...others].map(identityOf);
  const unseen = hosts.find((host) => countsByName(host) && !named.some((own) => isSameFor(host, own)));
  if (unseen) return { kind: `not seen, but by kyaml: ${unseen.kind}`, go: unseen, ours: named };
  const hostKeys = new Set(hosts.map(keyOf));
  const invented = extra.find((data) => !hostKeys.has(keyOf(identityOf(data))));
  if (invented !== undefined) {
    const go = wanted.map(({ data }) => identityOf(data));
    return { kind: `not seen by Go: ${kindOf(invented)}`, go, ours: identityOf(invented) };
  }
  const counted = wanted.filter(({ data }) => counts(data)).length;
  const own = ours.resources.filter(counts).length;
  if (extra.length === 0 && counted !== own)
    return { kind: "another number of resources seen", go: counted, ours: own };
  // Only hosts on kyaml have function configs.
  if (kyaml.refusal || canonical(kyaml.functionConfig ?? {}) === canonical(ours.functionConfig ?? {})) return undefined;
  return { kind: "other function config", go: kyaml.functionConfig, ours: ours.functionConfig };
}

/** With an error the items go out as they came, or, of plain manifests, nothing at all does. */
async function judgeError(
  oracle: Oracle,
  form: Form,
  text: Buffer,
  go: Answer,
  { output, errors }: Ours,
): Promise<Difference | undefined> {
  if (form === "manifests") {
    if (output.length === 0) return undefined;
    return { kind: "error, but other output", go: errors.map(({ cause }) => cause), ours: output.toString() };
  }
  if (isRefused(go)) {
    // Results that came in may be written in another way when more come to them.
    if (isLonger(output, text) || text.includes("results")) return undefined;
    return { kind: "error, but bytes of what Go refuses changed", go: go.kubernetes.refusals, ours: output.toString() };
  }
  const lost = lostPieces(piecesOf(form, text, go), output);
  if (lost.length > 0) return { kind: "error, but an item lost bytes", go: lost, ours: output.toString() };
  const after = await oracle.ask(form, output);
  const [was, is] = [go, after].map(({ kubernetes }) => dataOf(kubernetes.resources).map(canonical).join("\n"));
  if (was === is && !isRefused(after)) return undefined;
  return { kind: "error, but other items", go: after.kubernetes, ours: output.toString() };
}

/** A plan without a change of the text is a change that Go does not see either. */
function judgeNoChange({ kubernetes }: Answer, { plans, output }: Ours): Difference | undefined {
  for (const plan of plans) {
    const agent = dataOf(kubernetes.resources).find((data) => isAgent(data, plan.agent));
    if (agent === undefined || canonical(plan.apply(agent)) === canonical(agent)) continue;
    return { kind: "planned, but not written", go: plan.apply(agent), ours: output.toString() };
  }
  return undefined;
}

async function judgeChange(
  oracle: Oracle,
  form: Form,
  text: Buffer,
  go: Answer,
  { plans, output }: Ours,
): Promise<Difference | undefined> {
  const written = output.toString();
  const after = await oracle.ask(form, output);
  if (isRefused(after)) return { kind: "Go refuses the output", go: after.kubernetes.refusals, ours: written };
  if (after.kyaml.refusal !== undefined && go.kyaml.refusal === undefined) {
    return { kind: "kyaml refuses the output", go: after.kyaml.refusal, ours: written };
  }
  if (after.kubernetes.duplicates && !go.kubernetes.duplicates) {
    return { kind: "a key is written twice", go: undefined, ours: written };
  }
  const [was, is] = [resourcesOf(go.kubernetes.resources), resourcesOf(after.kubernetes.resources)];
  if (was.length !== is.length) return { kind: "another number of resources", go: is, ours: written };
  const carriedOut = new Set<Plan>();
  for (const [at, before] of was.entries()) {
    const now = is[at];
    if (now === undefined) continue;
    const planned = plans.find((plan) => !carriedOut.has(plan) && isAgent(before.data, plan.agent));
    if (planned) carriedOut.add(planned);
    const wanted = planned ? planned.apply(before.data) : before.data;
    if (canonical(now.data) !== canonical(wanted)) {
      const kind = planned ? "another change than intended" : `another resource changed: ${kindOf(before.data)}`;
      return { kind, go: { at: firstDifference(wanted, now.data), is: ["wanted", "now"] }, ours: written };
    }
    const difference = planned && (await judgeProxyConfig(oracle, before.data, now.data));
    if (difference) return { ...difference, ours: written };
    if (before.strict && !now.strict) return { kind: "no longer strict", go: now.data, ours: written };
  }
  if (canonical(go.kubernetes.functionConfig ?? {}) !== canonical(after.kubernetes.functionConfig ?? {})) {
    return { kind: "the function config changed", go: after.kubernetes.functionConfig, ours: written };
  }
  const [named, nowNamed] = [go, after].map(({ kyaml }) => (kyaml.resources ?? []).map(keyOf).join("\n"));
  if (named !== nowNamed) return { kind: "other names for kyaml", go: nowNamed, ours: written };
  const lost = lostPieces(piecesOf(form, text, go), output);
  if (lost.length > carriedOut.size) return { kind: "bytes of another item changed", go: lost, ours: written };
  return undefined;
}

/** In the text of the annotation only the certificates' folder may have changed, as Istio reads it. */
async function judgeProxyConfig(oracle: Oracle, before: unknown, now: unknown): Promise<Difference | undefined> {
  const [was, is] = [before, now].map(proxyConfigOf);
  if (was === is || was === undefined || is === undefined) return undefined;
  const [readWas, readIs] = await Promise.all([was, is].map((text) => oracle.ask("document", Buffer.from(text))));
  if (readWas === undefined || readIs === undefined || isRefused(readWas)) return undefined;
  if (isRefused(readIs)) return { kind: "Istio refuses the proxy config", go: readIs.kubernetes.refusals, ours: is };
  const [rest, nowRest] = [readWas, readIs].map(({ kubernetes }) => withoutFolder(dataOf(kubernetes.resources)[0]));
  if (canonical(rest) === canonical(nowRest)) return undefined;
  return { kind: "something else in the proxy config changed", go: { rest, nowRest }, ours: is };
}

function proxyConfigOf(data: unknown): string | undefined {
  const text = valueAt(data, ["spec", "template", "metadata", "annotations", "proxy.istio.io/config"]);
  return typeof text === "string" ? text : undefined;
}

function withoutFolder(config: unknown): unknown {
  if (!isRecord(config)) return {};
  // Istio takes either spelling.
  const entries = Object.entries(config).flatMap(([key, value]): [string, unknown][] => {
    if (!["proxyMetadata", "proxy_metadata"].includes(key)) return [[key, value]];
    const { OUTPUT_CERTS: _, ...metadata } = isRecord(value) ? value : {};
    return Object.keys(metadata).length === 0 ? [] : [[key, metadata]];
  });
  return Object.fromEntries(entries);
}

/** The bytes of each document or item. */
function piecesOf(form: Form, text: Buffer, { places }: Answer): Buffer[] {
  if (form === "manifests") {
    const pieces = text.toString("latin1").split(/(?<=\n)(?=---)/);
    return pieces.map((piece) => Buffer.from(piece, "latin1"));
  }
  const starts = places.starts ?? [];
  return starts.map((start, at) => {
    const next = starts[at + 1];
    if (next !== undefined) return text.subarray(start, next);
    return Buffer.from(withoutEnd(text.toString("latin1", start, places.end)), "latin1");
  });
}

/** The last item without what may come after it: the end of the document, comments, the brackets that end the list. */
function withoutEnd(item: string): string {
  const lines = item.split(/\n(?=\.\.\.|---)/, 1)[0]?.split("\n") ?? [];
  while (lines.length > 1 && /^[ \t\r\]},]*(?:#.*)?$/.test(lines.at(-1) ?? "")) lines.pop();
  return lines.join("\n").replace(/[ \t\r\]},]+$/, "");
}

/** The pieces that do not stand in the text in their order; an alias of what changes elsewhere has to become a copy. */
function lostPieces(pieces: readonly Buffer[], text: Buffer): string[] {
  let at = 0;
  return pieces.flatMap((piece) => {
    const found = text.indexOf(piece, at);
    if (found === -1) return /(?<![^\s,[{])\*\w/.test(piece.toString()) ? [] : [piece.toString()];
    at = found + piece.length;
    return [];
  });
}

/** True for the same bytes with others put in at one place. */
function isLonger(longer: Buffer, text: Buffer): boolean {
  let head = 0;
  while (head < text.length && longer[head] === text[head]) head++;
  return longer.subarray(longer.length - text.length + head).equals(text.subarray(head));
}

function isRefused({ kubernetes }: Answer): boolean {
  return isRefusedBy(kubernetes.refusals);
}

function isRefusedBy(refusals: Answer["kubernetes"]["refusals"]): boolean {
  return refusals !== null && refusals.length > 0;
}

function resourcesOf(resources: Answer["kubernetes"]["resources"]): NonNullable<typeof resources> {
  return resources ?? [];
}

function dataOf(resources: Answer["kubernetes"]["resources"]): unknown[] {
  return resourcesOf(resources).map(({ data }) => data);
}

function isAgent(data: unknown, agent: { kind: string; name: string; namespace?: string }): boolean {
  const { kind, name, namespace } = identityOf(data);
  return kind === "DaemonSet" && kind === agent.kind && name === agent.name && namespace === (agent.namespace ?? "");
}

/** Hosts keep resources of local configuration from the cluster, so that they need not be seen. */
function counts(data: unknown): boolean {
  return countsByName(identityOf(data)) && !isLocal(data);
}

function isLocal(data: unknown): boolean {
  const path = ["metadata", "annotations", "config.kubernetes.io/local-config"];
  return valueAt(data, path) === "true";
}

function valueAt(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), data);
}

function countsByName({ apiVersion, kind }: Identity): boolean {
  return KINDS.some((known) => known === kind && GROUPS[known].test(apiVersion));
}

function kindOf(data: unknown): string {
  return identityOf(data).kind;
}

function identityOf(data: unknown): Identity {
  return {
    apiVersion: word(valueAt(data, ["apiVersion"])),
    kind: word(valueAt(data, ["kind"])),
    name: word(valueAt(data, ["metadata", "name"])),
    namespace: word(valueAt(data, ["metadata", "namespace"])),
  };
}

function word(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function keyOf({ kind, name, namespace }: Identity): string {
  return JSON.stringify([kind, name, namespace]);
}

/** The first place where two values differ, and what stands there in each. */
function firstDifference(one: unknown, two: unknown, path = ""): { path: string; one: unknown; two: unknown } {
  const [left, right] = [one, two].map((value) => (typeof value === "object" && value !== null ? value : undefined));
  if (left === undefined || right === undefined || Array.isArray(left) !== Array.isArray(right))
    return { path, one, two };
  const [inLeft, inRight] = [left, right].map((value) => new Map<string, unknown>(Object.entries(value)));
  for (const key of new Set([...(inLeft?.keys() ?? []), ...(inRight?.keys() ?? [])])) {
    const [here, there] = [inLeft?.get(key), inRight?.get(key)];
    if (canonical(here) !== canonical(there)) return firstDifference(here, there, `${path}/${key}`);
  }
  return { path, one, two };
}

/** Equal for equal JSON, whatever the order of its keys; a value that contains itself equals no other. */
function canonical(value: unknown): string {
  try {
    return JSON.stringify(value, inOrder) ?? "undefined";
  } catch (error) {
    return String(error);
  }
}

function inOrder(_: string, inner: unknown): unknown {
  if (typeof inner === "bigint") return Number(inner);
  return isRecord(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner;
}
