import { chooseContainer, readAgent, samePath } from "../agent/agent-state.ts";
import { fieldPath, findingAt, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import type { Settings } from "../config/schema.ts";

/**
 * The settings with the folder from which the agent's jobs read the certificates of the mesh, where neither the settings nor a mount
 * say another one. Folders that other volumes bring are theirs; of the rest only one can be the volume's, so that two are an
 * error.
 */
export function withReadFolder(
  settings: Settings,
  folders: readonly string[],
  agent: Manifest,
): { settings: Settings; findings: Finding[] } {
  const state = folders.length === 0 ? [] : readAgent(agent);
  const container = Array.isArray(state) ? undefined : chooseContainer(state, settings.agent.container);
  if (container === undefined || "severity" in container) return { settings, findings: [] };
  const { volumeName, mountPath } = settings.certificates;
  const others = container.mounts.filter(({ name }) => name !== volumeName);
  const open = folders.filter((folder) => !others.some(({ fields }) => isUnder(fields["mountPath"], folder)));
  const [folder, another] = open;
  if (folder !== undefined && another !== undefined) {
    const cause = `the agent's jobs read the certificates of the mesh from several folders: ${open.join(", ")}`;
    const remedy = "let all of them read from one folder";
    return { settings, findings: [findingAt(agent, "error", { cause, remedy }, { path: fieldPath(container.path) })] };
  }
  const mounted = container.mounts.find(({ name }) => name === volumeName)?.fields["mountPath"];
  if (folder === undefined || mountPath !== undefined || (mounted !== undefined && !samePath(mounted, folder))) {
    return { settings, findings: [] };
  }
  return { settings: { ...settings, certificates: { ...settings.certificates, mountPath: folder } }, findings: [] };
}

function isUnder(path: unknown, folder: string): boolean {
  return samePath(path, folder) || (typeof path === "string" && folder.startsWith(`${path.replace(/\/+$/, "")}/`));
}
