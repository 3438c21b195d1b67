import { fieldPath } from "../base/finding.ts";
import { readAgent, type AgentState } from "../agent/agent-state.ts";
import { filledVolume, foldersOf, type Filled } from "../agent/certificate-place.ts";
import { folderOf, pathBelow, samePath } from "../agent/folder.ts";
import { OUTPUT_CERTS, PROXY_CONFIG } from "../istio/annotations.ts";
import { annotationField, type Scene, type Trouble } from "./warning.ts";

/**
 * A setting has moved the certificates, and something still goes by the old place: a container that had them and has them no
 * more, or a field of the ProxyConfig that names the old folder.
 */
export function* movedCertificates({ agent, before: manifest, container }: Scene): Iterable<Trouble> {
  // Where nothing changes nothing has been moved.
  if (manifest === agent.manifest) return;
  const before = readAgent(manifest);
  const old = Array.isArray(before) ? undefined : filledVolume(before);
  const now = filledVolume(agent);
  if (Array.isArray(before) || old === undefined || now === undefined) return;
  yield* leftBehind(before, agent, old, now, container?.position);
  if (samePath(old.folder, now.folder)) return;
  for (const [path, text] of textsIn(agent.proxyConfig.fields, [])) {
    if (path.at(-1) === OUTPUT_CERTS || pathBelow(text, old.folder) === undefined) continue;
    yield {
      cause: `${fieldPath(path)} names ${text}, and the sidecar writes its certificates into ${now.folder} now`,
      remedy: `write ${folderOf(`${now.folder}/${pathBelow(text, old.folder) ?? ""}`) ?? now.folder} there`,
      field: annotationField(agent, PROXY_CONFIG),
    };
  }
}

function* leftBehind(
  before: AgentState,
  agent: AgentState,
  old: Filled,
  now: Filled,
  reader: number | undefined,
): Iterable<Trouble> {
  for (const each of before.containers) {
    const after = agent.containers.find(({ name }) => name === each.name);
    if (after === undefined || each.position === reader) continue;
    const folders = foldersOf(after, now);
    const lost = foldersOf(each, old).filter((folder) => !folders.some((other) => samePath(other, folder)));
    for (const folder of lost) {
      yield {
        cause: `the container ${each.name} has the certificates at ${folder} by the volume ${old.volume}, and the sidecar writes them into the volume ${now.volume} now`,
        remedy: `mount ${now.volume} there, or leave certificates.volumeName out of the function config`,
        field: { path: fieldPath([...after.path, "volumeMounts"]) },
      };
    }
  }
}

function* textsIn(value: unknown, path: readonly (string | number)[]): Iterable<[(string | number)[], string]> {
  if (typeof value === "string") yield [[...path], value];
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield* textsIn(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}
