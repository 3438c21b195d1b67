import { announce } from "./argocd/announcement.ts";
import type { Environment } from "./argocd/operator.ts";

/** `intercept-backends parameters [DIR]`: the list that Argo CD makes a form of, as JSON. */
export function parametersCommand([folder = "."]: readonly string[], env: Environment): string {
  return `${JSON.stringify(announce(folder, env), null, 2)}\n`;
}
