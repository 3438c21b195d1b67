import type { Finding } from "../base/finding.ts";
import type { Manifest, Mention, ResourceRef } from "../base/manifest.ts";
import type { Settings } from "../config/schema.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { AGENT_KINDS, isOfGroup, wantedKinds } from "./agent-kind.ts";

const NAME_LABEL = "app.kubernetes.io/name";

/** Where a workload names the labels of its pods: sources may leave one of the two to a later tool. */
const POD_LABELS = [
  ["spec", "template", "metadata", "labels"],
  ["spec", "selector", "matchLabels"],
];

/** Hands out the workloads of some kinds; with `mentioning` it may leave out those that hold none of these. */
type SelectWorkloads = (
  kinds: readonly string[],
  mentioning?: readonly Mention[],
) => { manifests: readonly Manifest[]; findings: readonly Finding[] };

/** The agent, or why there is none. */
export interface FoundAgent {
  agent: Manifest | Finding;
  /** True where at least one workload matches. */
  isThere: boolean;
  /** What may be the agent and cannot be read. */
  unreadable: readonly Finding[];
  /** What would match if it were of the right group. */
  ofOtherGroup: readonly Manifest[];
}

/**
 * Finds the agent among the workloads of the stream, within each kind: by labels where the settings give a selector, else by
 * present name, else by a name it had before kustomize's prefixes, else by the label `app.kubernetes.io/name`, its own or that of
 * its pods. Exactly one has to match; none or several are an error that lists the candidates.
 */
export function findAgent(select: SelectWorkloads, settings: Settings["agent"]): FoundAgent {
  const kinds = wantedKinds(settings).map(({ kind }) => kind);
  const isOpen = kinds.length === AGENT_KINDS.length;
  const { manifests, findings } = select(kinds, isOpen ? [mentionOf(settings)] : undefined);
  const isRival = (manifest: Manifest): boolean => !isOfGroup(manifest.ref) && match([manifest], settings).length > 0;
  const candidates = manifests.filter(({ ref }) => isOfGroup(ref));
  const found = kinds.flatMap((kind) =>
    match(
      candidates.filter(({ ref }) => ref.kind === kind),
      settings,
    ),
  );
  const result = { isThere: found.length > 0, unreadable: findings, ofOtherGroup: manifests.filter(isRival) };
  const [only, another] = found;
  if (only && !another) return { agent: only, ...result };
  const noun = isOpen ? "workload" : (kinds[0] ?? "");
  if (only && another) {
    const cause = `several ${noun}s match ${wanted(settings)}: ${list(found, isOpen)}`;
    const by = isOpen ? "agent.kind, agent.name" : "agent.name";
    const isTwin = found.every(({ ref }) => ref.kind === only.ref.kind && nameOf(ref) === nameOf(only.ref));
    const remedy = isTwin
      ? "keep one of them, or leave the other's file out of the input"
      : `single one out with ${by}, agent.namespace or agent.selector of the function config`;
    return { agent: { severity: "error", cause, remedy }, ...result };
  }
  const others = isOpen ? select(kinds).manifests.filter(({ ref }) => isOfGroup(ref)) : candidates;
  const there =
    others.length === 0 ? `there is no ${isOpen ? listOfKinds(kinds) : noun}` : `there are ${list(others, isOpen)}`;
  const cause = `no ${noun} matches ${wanted(settings)}; ${there}`;
  const remedy = "name the metric agent in agent.name or agent.selector of the function config, or add it to the input";
  return { agent: { severity: "error", cause, remedy }, ...result };
}

/** What the text of a workload holds that matches. */
function mentionOf({ name, selector }: Settings["agent"]): Mention {
  return selector ? { all: Object.values(selector.matchLabels).filter((value) => value !== "") } : name;
}

function match(all: readonly Manifest[], { name, namespace, selector }: Settings["agent"]): readonly Manifest[] {
  const candidates = all.filter(({ ref }) => namespace === undefined || ref.namespace === namespace);
  if (selector) {
    const labels = Object.entries(selector.matchLabels);
    return candidates.filter((manifest) => labels.every(([key, value]) => manifest.labels[key] === value));
  }
  const ways: ((manifest: Manifest) => boolean)[] = [
    ({ ref }) => ref.name === name,
    ({ previousNames }) => previousNames.includes(name),
    ({ labels }) => labels[NAME_LABEL] === name,
    ({ object }) => POD_LABELS.some((path) => valueAt(object, ...path, NAME_LABEL) === name),
  ];
  return ways.map((way) => candidates.filter(way)).find((found) => found.length > 0) ?? [];
}

function wanted({ name, namespace, selector }: Settings["agent"]): string {
  const place = namespace === undefined ? "" : ` in namespace ${namespace}`;
  if (selector === undefined) return `the agent ${name}${place}`;
  const labels = Object.entries(selector.matchLabels).map(([key, value]) => `${key}=${value}`);
  return `the agent's labels ${labels.join(",")}${place}`;
}

/** How many candidates are listed. */
const LISTED = 20;

function list(manifests: readonly Manifest[], withKind: boolean): string {
  const names = manifests.slice(0, LISTED).map(({ ref, file, origin }) => {
    const path = file?.path ?? origin;
    return `${withKind ? `${ref.kind} ` : ""}${nameOf(ref)}${path === undefined ? "" : ` (${path})`}`;
  });
  const more = manifests.length > LISTED ? ` and ${manifests.length - LISTED} more` : "";
  return names.join(", ") + more;
}

function nameOf({ namespace, name }: ResourceRef): string {
  return `${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

function listOfKinds(kinds: readonly string[]): string {
  return `${kinds.slice(0, -1).join(", ")} or ${kinds.at(-1)}`;
}
