import { podField } from "./fields.ts";
import type { Warning } from "./warning.ts";

/** The injector leaves out pods in the network of their host (istio: pkg/kube/inject/inject.go; istio#9002). */
export const hostNetwork: Warning = ({ podSpec }) =>
  podSpec["hostNetwork"] === true
    ? [
        {
          cause:
            "the agent is in the network of its host, where no sidecar is injected, so that all annotations do nothing",
          remedy: 'take hostNetwork away, or set trafficInterception to "Off"',
          field: podField(["hostNetwork"], true),
        },
      ]
    : [];
