import { findAgent } from "../agent/find-agent.ts";
import { CLUSTER_KINDS } from "../cluster/cluster.ts";
import { readSettings } from "../config/read-settings.ts";
import { decide, withoutLocalConfig } from "../rewrite/decide.ts";
import type { Select } from "../rewrite/decide.ts";
import { explain } from "../explain/explain.ts";
import type { Explanation } from "../explain/flow.ts";
import { printJson } from "../explain/print-json.ts";
import { printMarkdown } from "../explain/print-markdown.ts";
import { printMermaid } from "../explain/print-mermaid.ts";
import { printTable } from "../explain/print-table.ts";
import { hasError } from "../base/finding.ts";
import type { Finding } from "../base/finding.ts";
import { placesIn } from "../stream/find-place.ts";
import { joinDocuments } from "../stream/join-documents.ts";
import { readManifest } from "../stream/read-manifest.ts";
import { isFinding, NeedsFullParse, readPart } from "../stream/read-part.ts";
import { isStream, readStream } from "../stream/read-stream.ts";
import type { Reading } from "../stream/read-stream.ts";
import { selectItems } from "../stream/select-items.ts";
import type { Stream } from "../stream/stream.ts";
import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { applyChange } from "../yaml/edit/apply-change.ts";
import type { Value } from "../yaml/edit/change.ts";
import { readFiles } from "./files.ts";
import type { Options } from "./read-arguments.ts";
import { configFileOf, configOf } from "./rewrite.ts";
import { isTerminal, printHelp, STANDARD_INPUT, tell, write } from "./streams.ts";
import { UsageError } from "./errors.ts";

/** The forms in which the flows are printed. */
export const FORMATS = ["table", "markdown", "mermaid", "json", "svg"] as const;

/** What `explain` is called with. */
export interface ExplainCall {
  format: (typeof FORMATS)[number];
  /** A function config that takes the place of the stream's own. */
  functionConfig?: Manifest;
  withColour: boolean;
}

/** What there is to print, and what there is to tell besides; with an error among the findings there is no text. */
export interface Explained {
  text: string;
  findings: readonly Finding[];
}

/** True for a format that `--format` knows. */
export function isFormat(text: string): text is ExplainCall["format"] {
  return FORMATS.some((format) => format === text);
}

/** `intercept-backends explain [FILE ...]`. Returns the exit status. */
export async function explainCall(paths: readonly string[], options: Options): Promise<number> {
  const { format = "table" } = options;
  if (!isFormat(format)) throw new UsageError(`--format is ${FORMATS.join(", ")}, not ${format}`);
  if (paths.length === 0 && (await isTerminal())) return printHelp();
  const joined = joinDocuments(readFiles(paths));
  const configFile = configFileOf(options);
  const config = configOf(configFile);
  if (config !== undefined && "severity" in config) return tell([config], configFile?.path ?? "");
  const withColour = process.stdout.isTTY && !process.env["NO_COLOR"];
  const call = { format, withColour, ...(config === undefined ? {} : { functionConfig: config }) };
  const { text, findings } = await explainCommand(joined.bytes, call, { allowManifests: true });
  const placeOf = paths.length > 0 ? placesIn(joined, configFile) : undefined;
  const status = tell(findings, paths.join(", ") || STANDARD_INPUT, placeOf);
  write([Buffer.from(text)]);
  return status;
}

/**
 * Explains a ResourceList or manifests: carries out the rewrite in memory and prints which way each connection of the agent
 * then takes.
 */
export async function explainCommand(bytes: Uint8Array, call: ExplainCall, reading: Reading): Promise<Explained> {
  const stream = readStream(bytes, reading);
  if (!isStream(stream)) return { text: "", findings: [stream] };
  const select: Select = (kinds, mentioning) => {
    const { found, findings } = selectItems(stream, kinds, mentioning);
    return { manifests: found.map(({ manifest }) => manifest), findings };
  };
  try {
    const { configs, findings } = configsOf(stream, select, call.functionConfig);
    if (hasError(findings)) return { text: "", findings };
    // Where there are several, none can be meant.
    return await explainStream(call, select, configs.length === 1 ? configs[0] : undefined);
  } catch (error) {
    if (error instanceof NeedsFullParse) return explainCommand(bytes, call, { ...reading, way: "full parse" });
    throw error;
  }
}

async function explainStream(call: ExplainCall, selectAny: Select, config: Manifest | undefined): Promise<Explained> {
  const decision = decide(config, selectAny);
  const select = withoutLocalConfig(selectAny);
  const told = decision.findings.filter(({ severity }) => severity !== "info");
  if (hasError(told)) return { text: "", findings: told };
  const { settings } = readSettings(config);
  const agent = decision.rewrite?.agent ?? findAgent(select(["DaemonSet"]).manifests, settings.agent);
  if ("severity" in agent) return { text: "", findings: [agent] };
  const object = decision.rewrite && applyChange(agent.object as Value, decision.rewrite.change);
  const explanation = explain({
    agent: object === undefined ? agent : { ...agent, object: object as Manifest["object"] },
    settings,
    pipelines: select(["MetricPipeline"]).manifests,
    secrets: select(["Secret", "ExternalSecret", "SealedSecret"]).manifests,
    // A resource that is kept from the cluster may describe it, such as the Service of its API server.
    cluster: selectAny(CLUSTER_KINDS).manifests,
  });
  if (Array.isArray(explanation)) {
    // A refused annotation leaves nothing to explain: here it is an error, and not told twice.
    const isTold = ({ field }: Finding): boolean => explanation.some((each) => each.field?.path === field?.path);
    return { text: "", findings: [...told.filter((finding) => !isTold(finding)), ...explanation] };
  }
  return { text: await print(explanation, call), findings: told };
}

/** The function configs that can be meant: the given one, else the stream's own, else those among its manifests. */
export function configsOf(
  stream: Stream,
  select: Select,
  given: Manifest | undefined,
): { configs: readonly Manifest[]; findings: readonly Finding[] } {
  if (given) return { configs: [given], findings: [] };
  const own = stream.functionConfig && readPart(stream, stream.functionConfig);
  if (own && isFinding(own)) return { configs: [], findings: [own] };
  const config = own && readManifest(own.value);
  // Hosts write an empty map where there is no function config.
  if (config && isRecord(config.object) && Object.keys(config.object).length > 0) {
    return { configs: [config], findings: [] };
  }
  const { manifests: configs, findings } = select(["InterceptBackends"]);
  return { configs, findings };
}

async function print(explanation: Explanation, { format, withColour }: ExplainCall): Promise<string> {
  switch (format) {
    case "table":
      return printTable(explanation, withColour);
    case "markdown":
      return printMarkdown(explanation);
    case "mermaid":
      return printMermaid(explanation);
    case "json":
      return printJson(explanation);
    case "svg": {
      // The layout library is for this format alone, and no other run evaluates it.
      // oxlint-disable-next-line no-restricted-imports -- this is the import() that the rule asks for
      const { printSvg } = await import("../explain/print-svg.ts");
      return printSvg(explanation);
    }
  }
}
