import { decide, notEditable, unchanged } from "./decide.ts";
import type { Decision, Select } from "./decide.ts";
import { withoutRepeats } from "../base/finding.ts";
import type { Finding } from "../base/finding.ts";
import { readManifest } from "../stream/read-manifest.ts";
import { isFinding, NeedsFullParse, readPart, streamProblem } from "../stream/read-part.ts";
import { isStream, readStream } from "../stream/read-stream.ts";
import type { Reading } from "../stream/read-stream.ts";
import { selectItems } from "../stream/select-items.ts";
import type { Item, Stream } from "../stream/stream.ts";
import { appendResults, changePart, writeStream } from "../stream/write-stream.ts";
import type { Replacements } from "../stream/write-stream.ts";
import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { readsByPackage } from "../yaml/read-any.ts";

/** What one run made of its input. */
export interface Outcome {
  /** The bytes to write, in pieces; those of the input where nothing was to be changed. */
  output: Uint8Array[];
  /** All that there is to tell, in the order of the story: config, backends, agent. */
  findings: Finding[];
  /**
   * How the items were found, how many regions of the text were parsed, and how many texts, those in strings and those
   * read again after a change included, only the package `yaml` could read; undefined when the input is no ResourceList.
   */
  effort?: { way: Stream["way"]; items: number; parsed: number; readByPackage: number };
}

/** What a caller can say besides the input. */
export interface RunOptions extends Reading {
  /** A function config that takes the place of the stream's own. */
  functionConfig?: Manifest;
}

/**
 * The function: a ResourceList in, the same bytes out with the agent's DaemonSet changed as its MetricPipelines and the
 * function config ask, and results appended (functions-spec.md). With an error the items go out as they came.
 */
export function run(bytes: Uint8Array, options: RunOptions = {}): Outcome {
  const before = readsByPackage();
  const stream = readStream(bytes, options);
  if (!isStream(stream)) return { output: [bytes], findings: [stream] };
  try {
    const { replacements, findings } = rewrite(stream, options.functionConfig);
    const output = writeStream(stream, appendResults(stream, replacements, findings));
    const { way, items, parses } = stream;
    const effort = { way, items: items.length, parsed: parses, readByPackage: readsByPackage() - before };
    return { output, findings, effort };
  } catch (error) {
    if (error instanceof NeedsFullParse) return run(bytes, { ...options, way: "full parse" });
    throw error;
  }
}

function rewrite(stream: Stream, given: Manifest | undefined): { replacements: Replacements; findings: Finding[] } {
  const places = new Map<Manifest, Item>();
  const select: Select = (kinds, mentioning) => {
    const { found, findings } = selectItems(stream, kinds, mentioning);
    for (const { item, manifest } of found) places.set(manifest, item);
    return { manifests: found.map(({ manifest }) => manifest), findings };
  };
  select.kindsInStream = () => [...new Set(stream.items.flatMap(({ kind }) => kind ?? []))];
  const { findings: told, ...decision } = decideWith(stream, given, select);
  // An item whose kind is not plain to see is asked for more than once, and so is what is wrong with it.
  const findings = withoutRepeats(told);
  const place = decision.rewrite && places.get(decision.rewrite.agent);
  if (decision.rewrite === undefined || place === undefined) return { replacements: new Map(), findings };

  const { agent, change } = decision.rewrite;
  const replacements = changePart(stream, place, change);
  if (replacements !== undefined) return { replacements, findings };
  return { replacements: new Map(), findings: unchanged([...findings, notEditable(agent)]).findings };
}

/** The parts that are not items are read first: with a function config or results that are no YAML nothing is decided. */
function decideWith(stream: Stream, given: Manifest | undefined, select: Select): Decision {
  const parts = [given === undefined ? stream.functionConfig : undefined, stream.results];
  const [config, results] = parts.map((part) => (part === undefined ? undefined : readPart(stream, part)));
  const broken = [config, results].filter((read): read is Finding => read !== undefined && isFinding(read));
  if (results !== undefined && !isFinding(results) && !Array.isArray(results.value ?? [])) {
    broken.push(streamProblem("the ResourceList's results are not a list", "see what wrote them"));
  }
  if (config !== undefined && !isFinding(config) && !isRecord(config.value ?? {})) {
    broken.push(streamProblem("the functionConfig is not a map", "write an InterceptBackends or a ConfigMap"));
  }
  if (broken.length > 0) return { findings: broken };
  const own = config === undefined || isFinding(config) ? undefined : config.value;
  // Hosts write an empty map where there is no function config.
  const isThere = isRecord(own) && Object.keys(own).length > 0;
  return decide(given ?? (isThere ? readManifest(own) : undefined), select);
}
