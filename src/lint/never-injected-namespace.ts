import type { Warning } from "./warning.ts";

/** Istio's `IgnoredNamespaces` (istio: pkg/kube/inject/inject.go). */
const IGNORED = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];

/** No label brings a sidecar into the namespaces of Kubernetes itself. */
export const neverInjectedNamespace: Warning = ({ agent }) => {
  const { namespace } = agent.manifest.ref;
  if (namespace === undefined || !IGNORED.includes(namespace)) return [];
  return [
    {
      cause: `Istio injects no sidecar in the namespace ${namespace}, whatever the labels say, so that all annotations do nothing`,
      remedy: "deploy the agent to a namespace of its own",
      field: { path: "metadata.namespace", currentValue: namespace },
    },
  ];
};
