import { fieldPath } from "../base/finding.ts";
import type { Scene, Trouble } from "./warning.ts";

const MODE = "istio.io/dataplane-mode";

/**
 * Without a sidecar a pod whose label, or whose namespace's, says so is in the ambient mesh: its node's proxy takes all of
 * its TCP, scrapes too, and no annotation of a sidecar counts. A pod with a sidecar is left out (istio: cni/pkg/util/podutil.go).
 */
export function* ambient({ agent, namespace, ask }: Scene): Iterable<Trouble> {
  const own = agent.labels[MODE];
  const around = namespace === undefined ? [] : ask(["Namespace"], [namespace]);
  const found = around.find(({ ref }) => ref.name === namespace);
  if ((own ?? found?.labels[MODE]) !== "ambient") return;
  const where = own === undefined ? `the namespace ${namespace}` : "a label of its pods";
  yield {
    cause: `without a sidecar ${where} puts the agent into the ambient mesh, which takes its scrapes as well as its pushes`,
    remedy: `set the label ${MODE} of its pods to none if it is to stay out of the mesh`,
    field: { path: fieldPath([...agent.kind.labels, MODE]), currentValue: own },
  };
}
