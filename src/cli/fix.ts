import { hasError, problem, type Finding } from "../base/finding.ts";
import { placesOf, type ChangedFile } from "../check/report.ts";
import { compare } from "./compare.ts";
import { UsageError } from "./errors.ts";
import { readInput, type InputOptions } from "./input.ts";
import type { GlobalOptions } from "./options.ts";
import { placesIn } from "./places.ts";
import { replaceFiles } from "./replace-files.ts";
import { FAILED, print, tell } from "./streams.ts";

/** `intercept-backends fix [PATH...]`: the rewrite, in the files themselves. Returns the exit status. */
export async function fixCall(named: readonly string[], options: GlobalOptions & InputOptions): Promise<number> {
  const paths = named.length === 0 ? ["."] : named;
  if (paths.includes("-")) throw new UsageError("fix writes files, and standard input is none", "fix");
  const input = await readInput(paths, options);
  const { changed, findings, stream } = compare(input);
  const rendered = changed.flatMap(({ from }) => (from === undefined ? [] : notInFiles(from)));
  const status = tell([...findings, ...rendered], paths.join(", "), placesIn(input, stream));
  if (hasError(findings) || rendered.length > 0 || stream === undefined) return status || FAILED;
  const files = input.files.filter(({ path }) => changed.some((change) => change.path === path));
  replaceFiles(files.map((file) => ({ path: file.path, before: file.bytes, after: stream.writeFile(file) })));
  return print(summaryOf(changed, input.files.length));
}

function notInFiles(from: string): Finding {
  const cause = "the agent is rendered from this, and stands in no file as it has to be";
  return problem(cause, "name the files that hold it and its MetricPipelines, or let the host run the function", from);
}

/** One line for each agent, and one for all. */
function summaryOf(changed: readonly ChangedFile[], read: number): string {
  const lines = changed.map((file) => {
    const places = placesOf(file);
    const added = places.reduce((sum, place) => sum + place.added.length, 0);
    const removed = places.reduce((sum, place) => sum + place.removed.length, 0);
    const { kind, namespace, name } = file.agent;
    return `${file.path}: ${[kind, namespace, name].filter(Boolean).join("/")}: ${added} lines added, ${removed} removed\n`;
  });
  const files = new Set(changed.map(({ path }) => path)).size;
  const total = files === 0 ? "nothing to change" : files === 1 ? "1 file changed" : `${files} files changed`;
  return `${lines.join("")}${total}, ${read} read\n`;
}
