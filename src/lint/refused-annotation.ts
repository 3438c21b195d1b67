import { refusedAnnotations } from "../istio/refused-annotations.ts";
import { annotationField, textsOf } from "./fields.ts";
import type { Warning } from "./warning.ts";

/** The DaemonSet is applied, and then Istio refuses each of its pods (istio: pkg/kube/inject/validate.go; istio#45810). */
export const refusedAnnotation: Warning = ({ agent }) =>
  refusedAnnotations(textsOf(agent.annotations)).map(({ name, value, cause }) => ({
    cause: `${JSON.stringify(value)} ${cause}, so that Istio refuses the pods or sets up no packet filter`,
    remedy: "mend the annotation, or remove it",
    field: annotationField(agent, name),
  }));
