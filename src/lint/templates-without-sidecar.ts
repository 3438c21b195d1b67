import { readCommaList } from "../istio/comma-list.ts";
import { annotationField } from "./fields.ts";
import type { Warning } from "./warning.ts";

const TEMPLATES = "inject.istio.io/templates";

/** The pod chooses its injection templates itself, and the sidecar's is not among them (istio: pkg/kube/inject/webhook.go). */
export const templatesWithoutSidecar: Warning = ({ agent }) => {
  const value = agent.annotations[TEMPLATES];
  if (typeof value !== "string" || readCommaList(value).includes("sidecar")) return [];
  return [
    {
      cause: `${TEMPLATES} leaves out "sidecar", so that the pods get what these templates say and perhaps no sidecar`,
      remedy: 'add "sidecar" in front, or turn this warning off if a template of yours brings the sidecar',
      field: annotationField(agent, TEMPLATES),
    },
  ];
};
