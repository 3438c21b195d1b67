import type { Explanation } from "../explain/flow.ts";
import type { Look } from "../explain/table.ts";
import { printJson, printMarkdown, printMermaid, printTable } from "../explain/print-text.ts";
import { hasError, type Finding } from "../base/finding.ts";
import { printableIn } from "../base/printable.ts";
import type { NamedFile } from "../stream/parts.ts";
import { streamProblem } from "../stream/problem.ts";
import type { Stream } from "../stream/stream.ts";
import type { Manifest } from "../base/manifest.ts";
import { sentenceOf } from "../check/report.ts";
import { explainEach } from "./explain-each.ts";
import { readInput, type InputOptions } from "./input.ts";
import { UsageError } from "./errors.ts";
import { pageOf } from "./page-of.ts";
import { placesIn } from "./places.ts";
import type { EXPLAIN_FORMATS } from "./formats.ts";
import { lookOf, type GlobalOptions } from "./options.ts";
import { isTerminal, STANDARD_INPUT, tell, write } from "./streams.ts";

type Printer = (
  explanations: readonly Explanation[],
  look: Look,
  findings: readonly Finding[],
) => string | Promise<string>;

const PRINTERS = {
  table: (all, look) => all.map((each) => printTable(each, look)).join("\n"),
  markdown: (all) => all.map(printMarkdown).join("\n"),
  mermaid: (all) => all.map(printMermaid).join("\n"),
  json: (all) => {
    const texts = all.map(printJson);
    return texts.length > 1 ? `[${texts.map((each) => each.trimEnd()).join(",\n")}]\n` : texts.join("");
  },
  // The layout library is for these two formats alone, and no other run evaluates it.
  svg: async (all) => {
    // oxlint-disable-next-line no-restricted-imports -- this is the import() that the rule asks for
    const { printSvg } = await import("../explain/print-svg.ts");
    return all.map(printSvg).join("");
  },
  html: async (all, _, findings) => {
    // oxlint-disable-next-line no-restricted-imports -- this is the import() that the rule asks for
    const { printHtml } = await import("../explain/print-html.ts");
    const shown = findings.map((finding) => ({
      warning: finding.warning,
      line: sentenceOf(finding),
      url: finding.warning && pageOf(finding.warning),
    }));
    return all.length === 0 ? "" : printHtml(all, shown);
  },
} satisfies Record<(typeof EXPLAIN_FORMATS)[number], Printer>;

/** What `explain` can be told. */
export interface ExplainOptions extends GlobalOptions, InputOptions {
  format: keyof typeof PRINTERS;
}

/** What `explain` is called with. */
export interface ExplainCall extends Look {
  format: keyof typeof PRINTERS;
  /** Function configs that take the place of the stream's own. */
  configs?: readonly Manifest[];
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
  const call = { format, ...lookOf(options.color), configs: input.configs };
  const explained = hasError(input.findings) ? { text: "", findings: [] } : await explainFiles(input.files, call);
  const placeOf = paths.length > 0 ? placesIn(input, explained.stream) : undefined;
  const status = tell([...input.findings, ...explained.findings], paths.join(", ") || STANDARD_INPUT, placeOf);
  write([Buffer.from(explained.text)]);
  return status;
}

/** Explains a ResourceList or manifests, and prints the connections of each agent. */
export async function explainFiles(files: readonly NamedFile[], call: ExplainCall): Promise<Explained> {
  const { explanations, findings, stream } = explainEach(files, call.configs);
  const known = stream && { stream };
  if (explanations.length > 1 && call.format === "svg") {
    const names = explanations.map(({ agent }) => agent).join(", ");
    const cause = `a picture shows one agent, and there are several: ${names}`;
    const refused = streamProblem(cause, "name the file of one function config with --function-config");
    return { text: "", findings: [...findings, refused], ...known };
  }
  const print: Printer = PRINTERS[call.format];
  // JSON has escapes of its own, which lose nothing.
  const shown = call.format === "json" ? explanations : printableIn(explanations);
  return { text: await print(shown, call, findings), findings, ...known };
}
