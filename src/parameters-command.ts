import { announce } from "./argocd/announcement.ts";
import type { Environment } from "./argocd/operator.ts";

/** `intercept-backends parameters [DIR]`: the list that Argo CD makes a form of, as JSON. */
export async function parametersCommand([folder = "."]: readonly string[], env: Environment): Promise<string> {
  return `${JSON.stringify(await announce(folder, env), null, 2)}\n`;
}
