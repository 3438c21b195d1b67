import type { AgentState } from "../agent/agent-state.ts";
import type { Manifest } from "../base/manifest.ts";
import { isSelected } from "../cluster/cluster.ts";
import { ROOT_NAMESPACE, type Installation } from "../cluster/mesh.ts";
import { mapAt, valueAt } from "../telemetry/plain-data.ts";

/**
 * The variables of the sidecar: those of the mesh, of a ProxyConfig for the mesh or the namespace, of the pod's own ProxyConfig, and
 * of a ProxyConfig that selects the pod, which wins (istio: pilot/pkg/model/proxy_config.go).
 */
export function proxyMetadataOf(
  { manifest, labels, proxyConfig }: AgentState,
  installations: readonly Installation[],
  all: readonly Manifest[],
): Record<string, unknown> {
  const { namespace } = manifest.ref;
  const resources = all.filter(({ ref }) => ref.kind === "ProxyConfig");
  const forAll = [ROOT_NAMESPACE, namespace].map((each) =>
    resources.find((one) => one.ref.namespace === each && selectorOf(one) === undefined),
  );
  const forPod = resources.find((one) => one.ref.namespace === namespace && isSelected(labels, selectorOf(one)));
  return Object.assign(
    {},
    ...installations.map(({ meshConfig }) => mapAt(meshConfig, "defaultConfig", "proxyMetadata")),
    ...forAll.map(variablesOf),
    proxyConfig.proxyMetadata,
    variablesOf(forPod),
  ) as Record<string, unknown>;
}

function selectorOf({ object }: Manifest): unknown {
  return valueAt(object, "spec", "selector", "matchLabels");
}

function variablesOf(resource: Manifest | undefined): Readonly<Record<string, unknown>> {
  return mapAt(resource?.object, "spec", "environmentVariables");
}
