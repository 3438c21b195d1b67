import { findingAt, hasError, withoutRepeats, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { apiVersion, kind } from "../config/constants.ts";
import { isFinding, streamProblem } from "../stream/problem.ts";
import { readManifest } from "../stream/read-manifest.ts";
import type { Selected, Stream } from "../stream/stream.ts";
import { decide, notEditable, unchanged, type Decision } from "./decide.ts";
import type { Select } from "./select.ts";

/** The decision for one function config; without one the defaults decide. */
export interface Pass {
  config?: Manifest;
  decision: Decision;
}

/** What is decided for all function configs of a stream, and all there is to report. With an error nothing may be changed. */
export interface Passes {
  passes: readonly Pass[];
  findings: readonly Finding[];
}

/**
 * The function configs of a stream: the given ones, else that of the ResourceList, else each InterceptBackends among its
 * resources, else none, for which the defaults stand.
 */
export function configsOf(
  stream: Stream,
  given: readonly Manifest[] = [],
): { configs: readonly (Manifest | undefined)[]; findings: readonly Finding[] } {
  if (given.length > 0) return { configs: given, findings: [] };
  const own = stream.functionConfig();
  if (own && isFinding(own)) return { configs: [], findings: [own] };
  const config = own && readManifest(own.value);
  if (own && !config && (own.value ?? null) !== null) {
    const remedy = "write an InterceptBackends or a ConfigMap";
    return { configs: [], findings: [streamProblem("the functionConfig is not a map", remedy)] };
  }
  // Hosts write an empty map where there is no function config.
  if (config && Object.keys(config.object).length > 0) {
    return own?.repeatedKey ? { configs: [], findings: [own.repeatedKey] } : { configs: [config], findings: [] };
  }
  const { manifests, findings } = configsAmongItems(stream);
  const repeated = manifests.flatMap(({ repeatedKey }) => repeatedKey ?? []);
  return {
    configs: manifests.length > 0 ? manifests.map((manifest) => stream.asFunctionConfig(manifest)) : [undefined],
    findings: [...findings, ...repeated],
  };
}

/** The resources of our own kind, of whatever version, and those of them that cannot be read. */
export function configsAmongItems(stream: Stream): Selected {
  const { manifests, findings } = stream.select([kind]);
  const [group] = apiVersion.split("/");
  return { manifests: manifests.filter(({ ref }) => ref.apiVersion.split("/")[0] === group), findings };
}

/** Decides for each function config by itself; two for one agent are an error that names both. */
export function decideAll(stream: Stream, configs: readonly (Manifest | undefined)[]): Passes {
  // What cannot be read may be the agent or a backend.
  if (hasError(stream.findings)) return { passes: [], findings: stream.findings };
  const select: Select = (kinds, mentioning) => stream.select(kinds, mentioning);
  select.kindsInStream = () => stream.kinds;
  const passes = configs.map((config): Pass => ({ ...(config && { config }), decision: decide(config, select) }));
  const findings = [...passes.flatMap(({ decision }) => decision.findings), ...rivals(passes)];
  return { passes, findings: withoutRepeats(hasError(findings) ? unchanged(findings).findings : findings) };
}

/**
 * Makes all changes that were decided, those at the end of a file first, or none: where the text of an agent does not allow
 * its change an error says so. `around` is called for each with what makes the change, to look at the file before and after it.
 */
export function carryOut(
  stream: Stream,
  { passes, findings }: Passes,
  around = (_: Manifest, edit: () => boolean): boolean => edit(),
): readonly Finding[] {
  if (hasError(findings)) return findings;
  const rewrites = passes.flatMap(({ decision: { rewrite } }) => rewrite ?? []);
  const changes = new Map(rewrites.map(({ agent, change }) => [agent, change]));
  const refused: Finding[] = [];
  for (const agent of stream.inOrder([...changes.keys()]).toReversed()) {
    const change = changes.get(agent);
    if (change && !around(agent, () => stream.edit(agent, change))) refused.push(notEditable(agent));
  }
  if (refused.length === 0) return findings;
  stream.undo();
  return unchanged([...findings, ...refused]).findings;
}

function rivals(passes: readonly Pass[]): Finding[] {
  const findings: Finding[] = [];
  const first = new Map<Manifest, string>();
  for (const { config, decision } of passes) {
    if (decision.agent === undefined) continue;
    const name = config?.ref.name || "(no name)";
    const other = first.get(decision.agent);
    first.set(decision.agent, other ?? name);
    if (other === undefined) continue;
    const cause = `the InterceptBackends ${other} and ${name} are both for this ${decision.agent.ref.kind}, and each would take the other's ports away`;
    const remedy = "keep one of them, or point the other one to its own agent with agent.name or agent.selector";
    findings.push(findingAt(decision.agent, "error", { cause, remedy }));
  }
  return findings;
}
