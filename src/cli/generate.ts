import { generate } from "../argocd/generate.ts";
import { isFinding } from "../stream/problem.ts";
import { givenConfig, type ConfigOptions } from "./rewrite.ts";
import { FAILED, OK, say, tell, write } from "./streams.ts";

/** `intercept-backends generate [DIR]`, in the present folder without DIR, which is how Argo CD calls a plugin. Returns the exit status. */
export async function generateCall(folder = ".", options: ConfigOptions): Promise<number> {
  const { configFile, config } = givenConfig(options);
  if (config && isFinding(config)) return tell([config], configFile.path);
  const { output, lines, failed } = await generate(folder, process.env, config);
  for (const line of lines) say(line);
  write(output);
  return failed ? FAILED : OK;
}
