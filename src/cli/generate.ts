import { generate } from "../argocd/generate.ts";
import type { Options } from "./read-arguments.ts";
import { configFileOf, configOf } from "./rewrite.ts";
import { FAILED, OK, say, tell, write } from "./streams.ts";
import { UsageError } from "./errors.ts";

/** `intercept-backends generate [DIR]`, in the present folder without DIR, which is how Argo CD calls a plugin. Returns the exit status. */
export async function generateCall(folders: readonly string[], options: Options): Promise<number> {
  if (folders.length > 1) throw new UsageError(`generate takes one folder, not ${folders.length}`);
  const file = configFileOf(options);
  const config = configOf(file);
  if (config !== undefined && "severity" in config) return tell([config], file?.path ?? "");
  const { output, lines, failed } = await generate(folders[0] ?? ".", process.env, config);
  for (const line of lines) say(line);
  write(output);
  return failed ? FAILED : OK;
}
