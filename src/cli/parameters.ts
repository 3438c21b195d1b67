import { announce } from "../argocd/announcement.ts";
import { print } from "./streams.ts";

/** `intercept-backends parameters [DIR]`: the list that Argo CD makes a form of, as JSON. Returns the exit status. */
export async function parametersCall([folder = "."]: readonly string[]): Promise<number> {
  return print(`${JSON.stringify(await announce(folder, process.env), null, 2)}\n`);
}
