import type { Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import type { Settings } from "../config/schema.ts";

const NAME_LABEL = "app.kubernetes.io/name";

/**
 * Finds the agent among the DaemonSets of the stream: by labels where the settings give a selector, else by present name,
 * else by a name it had before kustomize's prefixes, else by the label `app.kubernetes.io/name`. Exactly one has to match;
 * none or several are an error that lists the candidates.
 */
export function findAgent(daemonSets: readonly Manifest[], settings: Settings["agent"]): Manifest | Finding {
  const candidates = daemonSets.filter(({ ref }) => ref.apiVersion.startsWith("apps/"));
  const matching = match(candidates, settings);
  if (matching.length === 1 && matching[0]) return matching[0];
  if (matching.length > 1) {
    return {
      severity: "error",
      cause: `several DaemonSets match ${wanted(settings)}: ${list(matching)}`,
      remedy: "single one out with agent.name, agent.namespace or agent.selector of the function config",
    };
  }
  const others = candidates.length === 0 ? "there is no DaemonSet" : `there are ${list(candidates)}`;
  return {
    severity: "error",
    cause: `no DaemonSet matches ${wanted(settings)}; ${others}`,
    remedy: "name the metric agent in agent.name or agent.selector of the function config, or add it to the input",
  };
}

/** True for a DaemonSet that would be the agent if it were of the right group. */
export function isAgentOfOtherGroup(manifest: Manifest, settings: Settings["agent"]): boolean {
  return "ref" in findAgent([{ ...manifest, ref: { ...manifest.ref, apiVersion: "apps/v1" } }], settings);
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
  ];
  return ways.map((way) => candidates.filter(way)).find((found) => found.length > 0) ?? [];
}

function wanted({ name, namespace, selector }: Settings["agent"]): string {
  const place = namespace === undefined ? "" : ` in namespace ${namespace}`;
  if (selector === undefined) return `the agent ${name}${place}`;
  const labels = Object.entries(selector.matchLabels).map(([key, value]) => `${key}=${value}`);
  return `the agent's labels ${labels.join(",")}${place}`;
}

function list(manifests: readonly Manifest[]): string {
  return manifests.map(({ ref }) => `${ref.namespace === undefined ? "" : `${ref.namespace}/`}${ref.name}`).join(", ");
}
