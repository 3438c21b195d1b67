import { PROXY_CONFIG } from "../istio/annotations.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { isSource, parseSource, toPlain } from "../yaml/source.ts";
import { annotationField } from "./fields.ts";
import type { Warning } from "./warning.ts";

/**
 * The collector may start before its sidecar: its first pushes fail, and its certificates are not there yet (istio#10528).
 * Off by default, since the mesh may have set it for all, and the collector tries again.
 */
export const noWaitForSidecar: Warning = ({ agent }) => {
  const text = agent.annotations[PROXY_CONFIG];
  const source = typeof text === "string" ? parseSource(text) : undefined;
  const config = source && isSource(source) ? toPlain(source) : undefined;
  if (valueAt(config, "holdApplicationUntilProxyStarts") !== undefined) return [];
  return [
    {
      cause:
        "the collector does not wait for its sidecar, so that its first pushes fail and its certificates are missing",
      remedy: `add "holdApplicationUntilProxyStarts: true" to ${PROXY_CONFIG}`,
      ...(text === undefined ? {} : { field: annotationField(agent, PROXY_CONFIG) }),
    },
  ];
};
