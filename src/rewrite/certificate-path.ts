import { chooseContainer, readAgent, type Listed } from "../agent/agent-state.ts";
import { certificatePlace, mountPathFor } from "../agent/certificate-place.ts";
import { pathBelow } from "../agent/folder.ts";
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
  if (Array.isArray(state)) return { settings, findings: [] };
  const container = chooseContainer(state, settings.agent.container);
  if ("severity" in container) return { settings, findings: [] };
  const place = certificatePlace(state, settings.certificates, container);
  const isOurs = ({ name }: Listed): boolean => name === place.volume || name === place.from;
  const others = container.mounts.filter((mount) => !isOurs(mount));
  const open = folders.filter(
    (folder) => !others.some(({ fields }) => pathBelow(folder, fields["mountPath"]) !== undefined),
  );
  const [folder, another] = open;
  if (folder !== undefined && another !== undefined) {
    const cause = `the agent's jobs read the certificates of the mesh from several folders: ${open.join(", ")}`;
    const remedy = "let all of them read from one folder";
    return { settings, findings: [findingAt(agent, "error", { cause, remedy }, { path: fieldPath(container.path) })] };
  }
  const isMounted = container.mounts.some((mount) => isOurs(mount) && mount.fields["mountPath"] !== undefined);
  if (folder === undefined || settings.certificates.mountPath !== undefined || isMounted) {
    return { settings, findings: [] };
  }
  const mountPath = mountPathFor(folder, place.inner);
  return { settings: { ...settings, certificates: { ...settings.certificates, mountPath } }, findings: [] };
}
