import { INJECT_LABEL } from "../istio/annotations.ts";
import { annotationField } from "./fields.ts";
import type { Warning } from "./warning.ts";

/** What refuses a sidecar; older injectors read all words of YAML (istio: pkg/kube/inject/inject.go, injectRequired). */
const REFUSALS = ["false", "no", "n", "off"];

/** The legacy annotation refuses the sidecar that the label, which wins, asks for. */
export const injectAnnotation: Warning = ({ agent }) => {
  const value = agent.annotations[INJECT_LABEL];
  if (!REFUSALS.includes(String(value).toLowerCase())) return [];
  return [
    {
      cause: `the annotation ${INJECT_LABEL} refuses a sidecar, and the label of the same name, which wins, asks for one`,
      remedy: 'remove the annotation, or set trafficInterception to "Off" if no sidecar is wanted',
      field: annotationField(agent, INJECT_LABEL),
    },
  ];
};
