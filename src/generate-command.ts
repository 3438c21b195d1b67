import { generate } from "./argocd/generate.ts";
import type { Generated } from "./argocd/generate.ts";
import type { Environment } from "./argocd/operator.ts";
import type { Manifest } from "./base/manifest.ts";

/** `intercept-backends generate [DIR]`, in the present folder without DIR, which is how Argo CD calls a plugin. */
export function generateCommand(
  [folder = "."]: readonly string[],
  env: Environment,
  config?: Manifest,
): Promise<Generated> {
  return generate(folder, env, config);
}
