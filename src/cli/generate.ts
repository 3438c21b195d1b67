import { generate } from "../argocd/generate.ts";
import { isFinding } from "../stream/problem.ts";
import type { Options } from "./read-arguments.ts";
import { givenConfig } from "./rewrite.ts";
import { FAILED, OK, say, tell, write } from "./streams.ts";
import { UsageError } from "./errors.ts";

/** `intercept-backends generate [DIR]`, in the present folder without DIR, which is how Argo CD calls a plugin. Returns the exit status. */
export async function generateCall(folders: readonly string[], options: Options): Promise<number> {
  if (folders.length > 1) throw new UsageError(`generate takes one folder, not ${folders.length}`);
  const { configFile, config } = givenConfig(options);
  if (config && isFinding(config)) return tell([config], configFile.path);
  const { output, lines, failed } = await generate(folders[0] ?? ".", process.env, config);
  for (const line of lines) say(line);
  write(output);
  return failed ? FAILED : OK;
}
