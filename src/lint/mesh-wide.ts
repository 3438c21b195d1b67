import { fieldPath } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { isSelected } from "../cluster/cluster.ts";
import { INSTALLATION_KINDS, installationsAmong } from "../cluster/mesh.ts";
import { INJECTION_LABEL } from "../cluster/whereabouts.ts";
import {
  EXCLUDE_INBOUND_PORTS,
  EXCLUDE_OUTBOUND_IP_RANGES,
  OUTPUT_CERTS,
  readCommaList,
} from "../istio/annotations.ts";
import { outputFolder } from "../agent/certificate-place.ts";
import { samePath } from "../agent/folder.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { annotationField, type Scene, type Trouble } from "./warning.ts";

/** The lists that the function writes as a whole, with the setting that adds to them. */
const LISTS: Readonly<Record<string, string>> = {
  [EXCLUDE_OUTBOUND_IP_RANGES]: "bypass.ipRanges",
  [EXCLUDE_INBOUND_PORTS]: "ports.excludeInbound",
};

/**
 * An annotation of the pod takes the place of the mesh's list, so that what the mesh had excluded for all pods is not excluded for
 * the agent (istio: istio-discovery/files/injection-template.yaml, `annotation … .Values.global.proxy…`).
 */
export function* meshWideLists({ agent, texts, defaults }: Scene): Iterable<Trouble> {
  for (const { annotation, value, manifest, field } of defaults) {
    const own = texts[annotation];
    const setting = LISTS[annotation];
    if (own === undefined || setting === undefined) continue;
    const written = readCommaList(own);
    const lost = readCommaList(value).filter((item) => !written.includes(item));
    if (lost.length === 0) continue;
    yield {
      cause: `the annotation takes the place of ${field} of ${manifest.ref.kind} ${manifest.ref.name}, so that ${lost.join(", ")} is not excluded for the agent`,
      remedy: `add ${lost.join(", ")} to ${setting} of the function config, or turn this warning off if the agent does not need it`,
      field: annotationField(agent, annotation),
    };
  }
}

/**
 * A ProxyConfig that selects the agent's pods beats their annotation (istio: pilot/pkg/model/proxy_config.go), so that the sidecar
 * writes its certificates where that says. One for a whole namespace or mesh does not.
 */
export function* proxyConfigResource({ agent, namespace, ask }: Scene): Iterable<Trouble> {
  const outputPath = outputFolder(agent);
  if (outputPath === undefined) return;
  for (const about of ask(["ProxyConfig"], [OUTPUT_CERTS])) {
    const folder = valueAt(about.object, "spec", "environmentVariables", OUTPUT_CERTS);
    const isOurs = isSelected(agent.labels, valueAt(about.object, "spec", "selector", "matchLabels"));
    if (about.ref.namespace !== namespace || !isOurs || typeof folder !== "string" || samePath(folder, outputPath)) {
      continue;
    }
    yield {
      cause: `the ProxyConfig selects the agent's pods and beats their annotation: the sidecar writes its certificates to ${folder}, not to ${outputPath}`,
      remedy: `remove ${OUTPUT_CERTS} from it, or set certificates.outputPath of the function config to ${folder}`,
      about,
      field: { path: fieldPath(["spec", "environmentVariables", OUTPUT_CERTS]), currentValue: folder },
    };
  }
}

const REVISION_LABEL = "istio.io/rev";

/**
 * Istio is installed by revisions alone, and neither the pod nor its namespace names one: the label that asks for a sidecar reaches
 * no webhook (istio: istio-discovery/templates/mutatingwebhook.yaml; istio.io/latest/docs/setup/upgrade/canary).
 */
export function* revisionOnly({ agent, namespace, ask }: Scene): Iterable<Trouble> {
  if (agent.labels[REVISION_LABEL] !== undefined) return;
  const shown = installationsAmong(ask(INSTALLATION_KINDS)).map(({ manifest, revision }) => ({ manifest, revision }));
  const hooks = ask(["MutatingWebhookConfiguration"], ["istio-sidecar-injector", "istio-revision-tag"]);
  const all = [...shown, ...hooks.flatMap(revisionOfWebhook)];
  const tags = ask(["IstioRevisionTag"]).map(({ ref }) => ref.name);
  if (all.length === 0 || tags.includes("default") || all.some(({ revision }) => revision === "default")) return;
  const around =
    namespace === undefined ? undefined : ask(["Namespace"], [namespace]).find(({ ref }) => ref.name === namespace);
  if (around?.labels[REVISION_LABEL] !== undefined || around?.labels[INJECTION_LABEL] !== undefined) return;
  const revisions = [...new Set(all.map(({ revision }) => revision))].join(" or ");
  yield {
    cause: `Istio is installed by revisions alone (${revisions}), and neither the agent's pods nor their namespace name one, so that the label which asks for a sidecar reaches no injector`,
    remedy: `add the label ${REVISION_LABEL}: ${revisions} to the agent's pods or to their namespace`,
    field: { path: fieldPath([...agent.kind.labels, REVISION_LABEL]) },
  };
}

/** Of a webhook by its label; the tag `default` and an injector without a revision serve pods that name none. */
function revisionOfWebhook(manifest: Manifest): { manifest: Manifest; revision: string }[] {
  const tag = manifest.labels["istio.io/tag"];
  const revision = tag ?? manifest.labels[REVISION_LABEL];
  return revision === undefined ? [] : [{ manifest, revision }];
}
