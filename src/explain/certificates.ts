import type { AgentState, Container } from "../agent/agent-state.ts";
import { filledVolume, foldersOf, outputFolder } from "../agent/certificate-place.ts";

/** How the mesh's certificates reach the agent, as a clause; undefined where the sidecar writes none. */
export function certificatesOf(state: AgentState, container: Container): string | undefined {
  const output = outputFolder(state);
  if (output === undefined) return undefined;
  const written = `written to ${output}`;
  const filled = filledVolume(state);
  if (filled === undefined) return `${written}, which no volume holds`;
  const [folder] = foldersOf(container, filled);
  return folder === undefined
    ? `${written}, volume ${filled.volume}, which the agent does not mount`
    : `${written}, volume ${filled.volume}, read at ${folder}`;
}
