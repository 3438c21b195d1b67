import { callOfApplication } from "../argocd/application.ts";
import { generate } from "../argocd/generate.ts";
import { rootByGit } from "../argocd/repository.ts";
import { isFinding } from "../stream/problem.ts";
import { givenConfig, type ConfigOptions } from "./rewrite.ts";
import { showProgress } from "./progress.ts";
import { FAILED, OK, readFile, say, tell, write } from "./streams.ts";

/** The options of `generate`. */
export interface GenerateOptions extends ConfigOptions {
  application?: string;
}

/**
 * `intercept-backends generate [DIR]`, in the present folder without DIR, which is how Argo CD calls a plugin. With an
 * Application DIR is its repository, by default the one around the present folder. Returns the exit status.
 */
export async function generateCall(folder = ".", options: GenerateOptions): Promise<number> {
  const { configFile, config } = givenConfig(options);
  if (config && isFinding(config)) return tell([config], configFile.path);
  let call = { folder, env: process.env };
  if (options.application !== undefined) {
    const repository = folder === "." ? (rootByGit(process.cwd()) ?? folder) : folder;
    const found = callOfApplication(readFile(options.application), repository, process.env);
    if (isFinding(found)) return tell([found], options.application);
    call = found;
  }
  showProgress(`rendering ${call.folder}`);
  const { output, lines, failed } = await generate(call.folder, call.env, config);
  for (const line of lines) say(line);
  write(output);
  return failed ? FAILED : OK;
}
