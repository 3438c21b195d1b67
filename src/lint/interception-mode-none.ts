import { INTERCEPTION_MODE } from "../istio/interception-settings.ts";
import { annotationField } from "./fields.ts";
import type { Warning } from "./warning.ts";

/** The pod has no packet filter (istio: istio-discovery/files/injection-template.yaml); the CNI plugin refuses NONE. */
export const interceptionModeNone: Warning = ({ agent, interception }) =>
  interception.mode === "NONE"
    ? [
        {
          cause: "interceptionMode is NONE, so that no traffic of the agent goes through its sidecar",
          remedy: 'remove the annotation, or set trafficInterception to "Off" if that is what is wanted',
          field: annotationField(agent, INTERCEPTION_MODE),
        },
      ]
    : [];
