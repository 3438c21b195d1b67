import { hasError, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { openStream } from "../stream/open-stream.ts";
import type { NamedFile } from "../stream/parts.ts";
import { isFinding, streamProblem } from "../stream/problem.ts";
import type { Stream } from "../stream/stream.ts";
import { carryOut, configsOf, decideAll } from "./passes.ts";

/** What one run made of its input. */
export interface Outcome {
  /** The bytes to write, in pieces: a ResourceList always, manifests only without an error. */
  output: readonly Uint8Array[];
  /** All there is to report, in the order of the story: config, backends, agent. */
  findings: readonly Finding[];
  /** Undefined where the input could not be opened. */
  stream?: Stream;
}

/** What a caller can say besides the input. */
export interface RunOptions {
  /** Takes manifests for what they are; hosts send a ResourceList, so that from them manifests are an error. */
  allowManifests?: boolean;
  /** A function config that takes the place of the stream's own. */
  functionConfig?: Manifest;
}

/**
 * The function: a ResourceList in, the same bytes out with the agent's DaemonSet changed as its backends and the function
 * config ask, and results appended (functions-spec.md). With an error the items of a ResourceList go out unchanged, and of
 * manifests nothing does, so that nothing unprotected is passed on.
 */
export function run(files: readonly NamedFile[], { allowManifests = false, functionConfig }: RunOptions = {}): Outcome {
  const stream = openStream(files, allowManifests);
  if (isFinding(stream)) return { output: allowManifests ? [] : files.map(({ bytes }) => bytes), findings: [stream] };
  const findings = rewrite(stream, functionConfig);
  stream.report(findings);
  const isHeldBack = stream.way === "documents" && hasError(findings);
  return { output: isHeldBack ? [] : stream.write(), findings, stream };
}

/** The parts that are not items are read first: with a function config or results that are no YAML nothing is decided. */
function rewrite(stream: Stream, given: Manifest | undefined): readonly Finding[] {
  const { configs, findings } = configsOf(stream, given && [given]);
  const broken = [...findings, ...resultsProblem(stream)];
  return hasError(broken) ? broken : carryOut(stream, decideAll(stream, configs));
}

function resultsProblem(stream: Stream): Finding[] {
  const results = stream.results();
  if (results === undefined) return [];
  if (isFinding(results)) return [results];
  if (results.repeatedKey) return [results.repeatedKey];
  if (Array.isArray(results.value ?? [])) return [];
  return [streamProblem("the ResourceList's results are not a list", "check the tool that wrote them")];
}
