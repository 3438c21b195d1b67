import type { AgentState, Container } from "../agent/agent-state.ts";
import { samePath } from "../agent/agent-state.ts";
import { OUTPUT_CERTS, PROXY_CONFIG, USER_VOLUME_MOUNT } from "../istio/annotations.ts";
import { readUserVolumeMounts } from "../istio/user-volume-mount.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { readPlain } from "../yaml/parse.ts";

/** How the mesh's certificates reach the agent, as a clause; undefined where the sidecar writes none. */
export function certificatesOf({ annotations }: AgentState, container: Container): string | undefined {
  const config = annotations[PROXY_CONFIG];
  const read = typeof config === "string" ? readPlain(config) : { value: undefined };
  const output = "value" in read ? valueAt(read.value, "proxyMetadata", OUTPUT_CERTS) : undefined;
  if (typeof output !== "string") return undefined;
  const mounts = annotations[USER_VOLUME_MOUNT];
  const ofSidecar = typeof mounts === "string" ? readUserVolumeMounts(mounts) : undefined;
  const volume =
    typeof ofSidecar === "object"
      ? ofSidecar.mounts.find(({ mountPath }) => samePath(mountPath, output))?.name
      : undefined;
  const mount = container.mounts.find(({ name }) => name === volume);
  const path = mount?.fields["mountPath"];
  const written = `written to ${output}`;
  if (volume === undefined) return `${written}, which no volume holds`;
  return typeof path === "string"
    ? `${written}, volume ${volume}, read at ${path}`
    : `${written}, volume ${volume}, which the agent does not mount`;
}
