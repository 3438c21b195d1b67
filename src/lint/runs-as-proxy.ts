import { PROXY_ID } from "../istio/interception-rules.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { podField } from "./fields.ts";
import type { Trouble, Warning } from "./warning.ts";

/** The collector runs as the sidecar's uid or gid, and the packet filter lets the sidecar's own traffic pass (istio#27202). */
export const runsAsProxy: Warning = ({ podSpec, container }) => {
  if (container === undefined) return [];
  return ["runAsUser", "runAsGroup"].flatMap((name): Trouble[] => {
    const own = valueAt(container.fields, "securityContext", name);
    if ((own ?? valueAt(podSpec, "securityContext", name)) !== PROXY_ID) return [];
    const place = own === undefined ? [] : ["containers", container.position];
    return [
      {
        cause: `the collector runs as ${PROXY_ID}, the identity of the sidecar itself, so that nothing it sends is intercepted`,
        remedy: `set ${name} to another number`,
        field: podField([...place, "securityContext", name], PROXY_ID),
      },
    ];
  });
};
