import { fieldPath } from "../base/finding.ts";
import { INJECTION_LABEL, isInjectionOff } from "../cluster/whereabouts.ts";
import { INJECT_LABEL, readCommaList } from "../istio/annotations.ts";
import { annotationField, podField, type Scene, type Trouble } from "./warning.ts";

/** The injector leaves out pods in the network of their host (istio: pkg/kube/inject/inject.go; istio#9002). */
export function* hostNetwork({ agent }: Scene): Iterable<Trouble> {
  if (agent.podSpec["hostNetwork"] !== true) return;
  yield {
    cause: "the agent is in the network of its host, where no sidecar is injected, so that all annotations do nothing",
    remedy: 'take hostNetwork away, or set trafficInterception to "Off"',
    field: podField(agent, ["hostNetwork"], true),
  };
}

/** Istio's `IgnoredNamespaces` (istio: pkg/kube/inject/inject.go). */
const IGNORED = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];

/**
 * No label of a pod brings a sidecar into the namespaces of Kubernetes itself, nor into one whose own label refuses it: the
 * webhook is not even asked (istio#32388).
 */
export function* neverInjectedNamespace({ namespace, ask }: Scene): Iterable<Trouble> {
  if (namespace === undefined) return;
  const nothing = "so that all annotations do nothing";
  if (IGNORED.includes(namespace)) {
    yield {
      cause: `Istio injects no sidecar in the namespace ${namespace}, whatever the labels say, ${nothing}`,
      remedy: "deploy the agent to a namespace of its own",
      field: { path: "metadata.namespace", currentValue: namespace },
    };
    return;
  }
  for (const about of ask(["Namespace"], [{ all: [INJECTION_LABEL, namespace] }])) {
    if (about.ref.name !== namespace || !isInjectionOff(about)) continue;
    yield {
      cause: `Istio injects no sidecar in a namespace with this label, whatever those of the agent's pods say, ${nothing}`,
      remedy: "remove the label: then the pods alone decide",
      about,
      field: { path: fieldPath(["metadata", "labels", INJECTION_LABEL]), currentValue: about.labels[INJECTION_LABEL] },
    };
  }
}

const TEMPLATES = "inject.istio.io/templates";

/** The pod chooses its injection templates itself, and the sidecar's is not among them (istio: pkg/kube/inject/webhook.go). */
export function* templatesWithoutSidecar({ agent, texts }: Scene): Iterable<Trouble> {
  const value = texts[TEMPLATES];
  if (value === undefined || readCommaList(value).includes("sidecar")) return;
  yield {
    cause: `${TEMPLATES} leaves out "sidecar", so that the pods get what these templates say and perhaps no sidecar`,
    remedy: 'add "sidecar" in front, or turn this warning off if a template of yours brings the sidecar',
    field: annotationField(agent, TEMPLATES),
  };
}

/** What refuses a sidecar; older injectors read all words of YAML (istio: pkg/kube/inject/inject.go, injectRequired). */
const REFUSALS = ["false", "no", "n", "off"];

/** The legacy annotation refuses the sidecar that the label, which wins, asks for. */
export function* injectAnnotation({ agent }: Scene): Iterable<Trouble> {
  if (!REFUSALS.includes(String(agent.annotations[INJECT_LABEL]).toLowerCase())) return;
  yield {
    cause: `the annotation ${INJECT_LABEL} refuses a sidecar, and the label of the same name, which wins, asks for one`,
    remedy: 'remove the annotation, or set trafficInterception to "Off" if no sidecar is wanted',
    field: annotationField(agent, INJECT_LABEL),
  };
}
