import { fieldPath } from "../agent/step.ts";
import { INJECTION_LABEL, isInjectionOff } from "../cluster/whereabouts.ts";
import type { Warning } from "./warning.ts";

/** Istio's `IgnoredNamespaces` (istio: pkg/kube/inject/inject.go). */
const IGNORED = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];

/**
 * No label of a pod brings a sidecar into the namespaces of Kubernetes itself, nor into one whose own label refuses it: the
 * webhook is not even asked (istio#32388).
 */
export const neverInjectedNamespace: Warning = ({ agent, ask }) => {
  const { namespace } = agent.manifest.ref;
  if (namespace === undefined) return [];
  const nothing = "so that all annotations do nothing";
  if (IGNORED.includes(namespace)) {
    return [
      {
        cause: `Istio injects no sidecar in the namespace ${namespace}, whatever the labels say, ${nothing}`,
        remedy: "deploy the agent to a namespace of its own",
        field: { path: "metadata.namespace", currentValue: namespace },
      },
    ];
  }
  return ask(["Namespace"], [{ all: [INJECTION_LABEL, namespace] }])
    .filter((each) => each.ref.name === namespace && isInjectionOff(each))
    .map((about) => ({
      cause: `Istio injects no sidecar in a namespace with this label, whatever those of the agent's pods say, ${nothing}`,
      remedy: "remove the label: then the pods alone decide",
      about,
      field: { path: fieldPath(["metadata", "labels", INJECTION_LABEL]), currentValue: about.labels[INJECTION_LABEL] },
    }));
};
