import { CLUSTER_KINDS } from "../cluster/cluster.ts";
import { INSTALLATION_KINDS, INSTALLATION_MENTIONS } from "../cluster/mesh.ts";
import { readSettings } from "../config/read-settings.ts";
import { hasError, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { explain } from "../explain/explain.ts";
import type { Explanation } from "../explain/flow.ts";
import { rewritten } from "../rewrite/decide.ts";
import { configsOf, decideAll, type Pass } from "../rewrite/passes.ts";
import { openStream } from "../stream/open-stream.ts";
import type { NamedFile } from "../stream/parts.ts";
import { isFinding } from "../stream/problem.ts";
import type { Stream } from "../stream/stream.ts";

/** The explanation of each agent, and what there is to report; with an error among the findings there is none. */
export interface Explanations {
  explanations: readonly Explanation[];
  findings: readonly Finding[];
  /** Undefined where the input could not be opened. */
  stream?: Stream;
}

/**
 * Carries out the rewrite in memory and says which way each connection of the agent then takes, for each function config that
 * there is; `given` take the place of the stream's own.
 */
export function explainEach(files: readonly NamedFile[], given?: readonly Manifest[]): Explanations {
  const stream = openStream(files, true);
  if (isFinding(stream)) return { explanations: [], findings: [stream] };
  const refuse = (findings: readonly Finding[]): Explanations => ({ explanations: [], findings, stream });
  const configs = configsOf(stream, given);
  if (hasError(configs.findings)) return refuse(configs.findings);
  const { passes, findings: all } = decideAll(stream, configs.configs);
  const findings = all.filter(({ severity }) => severity !== "info");
  if (hasError(findings)) return refuse(findings);
  const explanations = passes.map((pass) => explainPass(pass, stream));
  const refused = explanations.flatMap((explanation) => (Array.isArray(explanation) ? explanation : []));
  if (refused.length > 0) {
    // A refused annotation leaves nothing to explain: here it is an error, and reported once.
    const isRefused = ({ field }: Finding): boolean => refused.some((each) => each.field?.path === field?.path);
    return refuse([...findings.filter((finding) => !isRefused(finding)), ...refused]);
  }
  return { explanations: explanations as Explanation[], findings, stream };
}

function explainPass({ config, decision }: Pass, stream: Stream): Explanation | Finding[] {
  const { agent, demand, rewrite } = decision;
  if (agent === undefined || demand === undefined) throw new Error("without an agent there is an error");
  return explain({
    ...demand,
    agent: rewritten(agent, rewrite?.change),
    settings: readSettings(config).settings,
    // A resource that is kept from the cluster may describe it, such as the Service of its API server.
    cluster: [
      ...stream.select([...CLUSTER_KINDS, ...INSTALLATION_KINDS]).manifests,
      ...stream.select(["ConfigMap"], INSTALLATION_MENTIONS).manifests,
    ],
  });
}
