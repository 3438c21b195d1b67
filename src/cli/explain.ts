import { CLUSTER_KINDS } from "../cluster/cluster.ts";
import { readSettings } from "../config/read-settings.ts";
import { configsOf, decideAll, type Pass } from "../rewrite/passes.ts";
import { rewritten } from "../rewrite/decide.ts";
import { explain } from "../explain/explain.ts";
import type { Explanation } from "../explain/flow.ts";
import { printJson, printMarkdown, printMermaid, printTable } from "../explain/print-text.ts";
import { hasError, type Finding } from "../base/finding.ts";
import { openStream } from "../stream/open-stream.ts";
import type { NamedFile } from "../stream/parts.ts";
import { isFinding, streamProblem } from "../stream/problem.ts";
import type { Stream } from "../stream/stream.ts";
import type { Manifest } from "../base/manifest.ts";
import { readInput, type InputOptions } from "./input.ts";
import { UsageError } from "./errors.ts";
import { placesIn } from "./places.ts";
import type { EXPLAIN_FORMATS } from "./formats.ts";
import { wantsColour, type GlobalOptions } from "./options.ts";
import { isTerminal, STANDARD_INPUT, tell, write } from "./streams.ts";

const PRINTERS = {
  table: printTable,
  markdown: printMarkdown,
  mermaid: printMermaid,
  json: printJson,
  svg: async (explanation: Explanation): Promise<string> => {
    // The layout library is for this format alone, and no other run evaluates it.
    // oxlint-disable-next-line no-restricted-imports -- this is the import() that the rule asks for
    const { printSvg } = await import("../explain/print-svg.ts");
    return printSvg(explanation);
  },
} satisfies Record<(typeof EXPLAIN_FORMATS)[number], Printer>;

type Printer = (explanation: Explanation, withColour: boolean) => string | Promise<string>;

/** What `explain` can be told. */
export interface ExplainOptions extends GlobalOptions, InputOptions {
  format: keyof typeof PRINTERS;
}

/** What `explain` is called with. */
export interface ExplainCall {
  format: keyof typeof PRINTERS;
  /** Function configs that take the place of the stream's own. */
  configs?: readonly Manifest[];
  withColour: boolean;
}

/** What there is to print and to report; with an error among the findings there is no text. */
export interface Explained {
  text: string;
  findings: readonly Finding[];
  /** Undefined where the input could not be opened. */
  stream?: Stream;
}

/** `intercept-backends explain [PATH...]`. Returns the exit status. */
export async function explainCall(paths: readonly string[], options: ExplainOptions): Promise<number> {
  const { format } = options;
  if (paths.length === 0 && (await isTerminal())) throw new UsageError("name what to explain", "explain");
  const input = await readInput(paths.length === 0 ? ["-"] : paths, options);
  const call = { format, withColour: wantsColour(options.color, process.stdout), configs: input.configs };
  const explained = hasError(input.findings) ? { text: "", findings: [] } : await explainFiles(input.files, call);
  const placeOf = paths.length > 0 ? placesIn(input, explained.stream) : undefined;
  const status = tell([...input.findings, ...explained.findings], paths.join(", ") || STANDARD_INPUT, placeOf);
  write([Buffer.from(explained.text)]);
  return status;
}

/**
 * Explains a ResourceList or manifests: carries out the rewrite in memory and prints which way each connection of the agent
 * then takes, for each function config that there is.
 */
export async function explainFiles(files: readonly NamedFile[], call: ExplainCall): Promise<Explained> {
  const stream = openStream(files, true);
  if (isFinding(stream)) return { text: "", findings: [stream] };
  const refuse = (findings: readonly Finding[]): Explained => ({ text: "", findings, stream });
  const configs = configsOf(stream, call.configs);
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
  if (passes.length > 1 && call.format === "svg") {
    const names = passes.map(({ config }) => config?.ref.name || "(no name)").join(", ");
    const cause = `a picture shows one agent, and there are several InterceptBackends: ${names}`;
    return refuse([...findings, streamProblem(cause, "name the file of one with --function-config")]);
  }
  const print: Printer = PRINTERS[call.format];
  const texts = await Promise.all(
    (explanations as Explanation[]).map(async (explanation) => print(explanation, call.withColour)),
  );
  const isJsonList = texts.length > 1 && call.format === "json";
  return {
    text: isJsonList ? `[${texts.map((text) => text.trimEnd()).join(",\n")}]\n` : texts.join("\n"),
    findings,
    stream,
  };
}

function explainPass({ config, decision }: Pass, stream: Stream): Explanation | Finding[] {
  const { agent, demand, rewrite } = decision;
  if (agent === undefined || demand === undefined) throw new Error("without an agent there is an error");
  return explain({
    ...demand,
    agent: rewritten(agent, rewrite?.change),
    settings: readSettings(config).settings,
    // A resource that is kept from the cluster may describe it, such as the Service of its API server.
    cluster: stream.select(CLUSTER_KINDS).manifests,
  });
}
