import type { ChangedFile, Version } from "../check/report.ts";
import { hasError, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { carryOut, configsOf, decideAll } from "../rewrite/passes.ts";
import { openStream } from "../stream/open-stream.ts";
import { isFinding } from "../stream/problem.ts";
import type { Stream } from "../stream/stream.ts";
import type { CallInput } from "./input.ts";

/** What the function would change in what was read, without results: those belong to a run, not to a file. */
export interface Comparison {
  /** Empty where there is an error among the findings. */
  changed: readonly ChangedFile[];
  findings: readonly Finding[];
  /** With the changes made; undefined where the input could not be opened. */
  stream?: Stream;
}

/** Carries out the rewrite in memory. */
export function compare(input: CallInput): Comparison {
  if (hasError(input.findings)) return { changed: [], findings: input.findings };
  const stream = openStream(input.files, true);
  if (isFinding(stream)) return { changed: [], findings: [...input.findings, stream] };
  const { configs, findings: ofConfigs } = configsOf(stream, input.configs);
  const before = [...input.findings, ...ofConfigs];
  if (hasError(before)) return { changed: [], findings: before, stream };
  const versionOf = (agent: Manifest): Version => ({
    bytes: stream.writeFile(stream.itemOf(agent).region.file),
    own: stream.spanOf(agent),
  });
  const edits: ChangedFile[] = [];
  const findings = carryOut(stream, decideAll(stream, configs), (agent, edit) => {
    const old = versionOf(agent);
    if (!edit()) return false;
    const { path } = stream.itemOf(agent).region.file;
    const from = input.madeFrom.get(path);
    edits.unshift({
      path,
      ...(from !== undefined && { from }),
      agent: agent.ref,
      before: old,
      after: versionOf(agent),
    });
    return true;
  });
  const changed = edits.filter((edit) => !Buffer.from(edit.before.bytes).equals(edit.after.bytes));
  return { changed: hasError(findings) ? [] : changed, findings: [...before, ...findings], stream };
}
