import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { printableIn } from "../base/printable.ts";
import { hasError } from "../base/finding.ts";
import { compareExplanations } from "../explain/compare-flows.ts";
import { printChangeMarkdown, printChangeTable } from "../explain/print-changes.ts";
import { UsageError } from "./errors.ts";
import { explainEach, type Explanations } from "./explain-each.ts";
import type { DIFF_FORMATS } from "./formats.ts";
import { readInput, type InputOptions } from "./input.ts";
import { lookOf, type GlobalOptions } from "./options.ts";
import { placesIn } from "./places.ts";
import { inRevision, isRevision, openCheckout } from "./revision.ts";
import { FAILED, OK, say, tell, write } from "./streams.ts";

/** What `diff` can be told. */
export interface DiffOptions extends GlobalOptions, InputOptions {
  format: (typeof DIFF_FORMATS)[number];
}

/** What the working tree is called. */
const WORKING_TREE = "the working tree";

/** `intercept-backends diff BASE [HEAD] [PATH]`. Returns the exit status. */
export async function diffCall(operands: readonly string[], given: DiffOptions): Promise<number> {
  const { base, head, path } = sidesOf(operands);
  if (isAbsolute(path)) throw new UsageError(`PATH counts from the current folder, which ${path} does not`, "diff");
  const checkout = openCheckout();
  const { functionConfig } = given;
  const options = { ...given, ...(functionConfig !== undefined && { functionConfig: resolve(functionConfig) }) };
  const before = await inRevision(base, checkout, path, () => explainPath(path, options, base));
  const work = (): Promise<Explanations> => explainPath(path, options, head ?? WORKING_TREE);
  const after =
    head === undefined ? await (existsSync(path) ? work() : undefined) : await inRevision(head, checkout, path, work);
  if (before === undefined && after === undefined) {
    throw new UsageError(`neither ${base} nor ${head ?? WORKING_TREE} has ${path}`, "diff");
  }
  if ([before, after].some((side) => side && hasError(side.findings))) return FAILED;
  const changes = printableIn(compareExplanations(before?.explanations ?? [], after?.explanations ?? []));
  const text =
    given.format === "markdown" ? printChangeMarkdown(changes) : printChangeTable(changes, lookOf(given.color));
  write([Buffer.from(text)]);
  return OK;
}

/** Of two words the second one is a revision where it can be one; `./` before it marks a path. */
function sidesOf([base = "", second, third]: readonly string[]): {
  base: string;
  head: string | undefined;
  path: string;
} {
  if (second === undefined || third !== undefined) return { base, head: second, path: third ?? "." };
  return isRevision(second) ? { base, head: second, path: "." } : { base, head: undefined, path: second };
}

/** Explains one state of the path, and says what is wrong with it, under the name of the state. */
async function explainPath(path: string, options: InputOptions, state: string): Promise<Explanations> {
  const input = await readInput([path], options);
  const explained: Explanations = hasError(input.findings)
    ? { explanations: [], findings: [] }
    : explainEach(input.files, input.configs);
  const findings = [...input.findings, ...explained.findings];
  if (hasError(findings)) say(`in ${state}:`);
  tell(hasError(findings) ? findings : [], path, placesIn(input, explained.stream));
  return { ...explained, findings };
}
