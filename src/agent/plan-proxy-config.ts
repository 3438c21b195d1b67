import type { Settings } from "../config/schema.ts";
import { OUTPUT_CERTS, PROXY_CONFIG } from "../istio/annotations.ts";
import { sidecarPathAt } from "../istio/reserved.ts";
import type { Change } from "../yaml/edit/change.ts";
import { remove, set } from "../yaml/edit/change.ts";
import { isEmptyDocument, isSource, parseSource, resolvedPlain } from "../yaml/source.ts";
import type { AgentState } from "./agent-state.ts";
import type { Plan } from "./step.ts";
import { ANNOTATIONS, problemOf } from "./step.ts";
import { isRecord, withoutNulls } from "../base/record.ts";

const PATH = [...ANNOTATIONS, PROXY_CONFIG];

/**
 * Tells the sidecar to write its certificates into `outputPath`, by the key OUTPUT_CERTS of `proxyMetadata`, merged into
 * the ProxyConfig that is there, which often carries `holdApplicationUntilProxyStarts` or tracing.
 */
export function planOutputCerts(state: AgentState, { outputPath }: Settings["certificates"]): Plan {
  const owned = sidecarPathAt(outputPath);
  if (owned !== undefined) {
    const cause = `certificates.outputPath ${outputPath} collides with ${owned}, which the sidecar mounts itself`;
    return failed(state, cause, "set certificates.outputPath to a folder of its own");
  }
  const config = readProxyConfig(state);
  if (typeof config === "string") {
    return failed(state, config, "write a ProxyConfig as YAML or JSON; with this one Istio refuses the pod");
  }
  const current = config.proxyMetadata[OUTPUT_CERTS];
  if (current === outputPath) return { steps: [], findings: [] };
  const inner: Change = map("proxyMetadata", map(OUTPUT_CERTS, set(outputPath)));
  const cause = `the sidecar writes its certificates into ${outputPath}`;
  const step = { path: PATH, change: { kind: "document", format: "yaml", change: inner } as const, cause };
  return {
    steps: [{ ...step, ...(typeof config.text === "string" ? { currentValue: config.text } : {}) }],
    findings: [],
  };
}

/** The way back: OUTPUT_CERTS goes where it says our folder, and what is empty then goes with it. */
export function planNoOutputCerts(state: AgentState, { outputPath }: Settings["certificates"]): Plan {
  const config = readProxyConfig(state);
  if (typeof config === "string" || config.proxyMetadata[OUTPUT_CERTS] !== outputPath)
    return { steps: [], findings: [] };
  const step = { path: PATH, cause: "the sidecar writes no certificates", currentValue: config.text ?? "" };
  if (Object.keys(config.proxyMetadata).length > 1) {
    const inner = map("proxyMetadata", map(OUTPUT_CERTS, remove));
    return { steps: [{ ...step, change: { kind: "document", format: "yaml", change: inner } }], findings: [] };
  }
  // A comment is somebody's, even where nothing else is left.
  if (Object.keys(config.fields).length > 1 || config.text?.includes("#")) {
    const inner = map("proxyMetadata", remove);
    return { steps: [{ ...step, change: { kind: "document", format: "yaml", change: inner } }], findings: [] };
  }
  return { steps: [{ ...step, change: remove }], findings: [] };
}

interface ProxyConfig {
  text: string | undefined;
  fields: Readonly<Record<string, unknown>>;
  proxyMetadata: Readonly<Record<string, unknown>>;
}

/** The ProxyConfig, or a sentence on what Istio would refuse (istio: pkg/config/mesh, ApplyProxyConfig). */
function readProxyConfig({ annotations }: AgentState): ProxyConfig | string {
  const text = annotations[PROXY_CONFIG];
  if (text === undefined) return { text: undefined, fields: {}, proxyMetadata: {} };
  if (typeof text !== "string") return "is not a string that holds YAML";
  const source = parseSource(text);
  if (!isSource(source)) return `is not YAML: ${source.message} (in line ${source.line} of the annotation)`;
  if (isEmptyDocument(source)) return { text, fields: {}, proxyMetadata: {} };
  const fields = resolvedPlain(source);
  if (fields === undefined) return "has aliases or merge keys that cannot be resolved";
  if (!isRecord(fields)) return "is not a map";
  const written = fields["proxyMetadata"] ?? {};
  if (!isRecord(written)) return "has a proxyMetadata that is not a map";
  const proxyMetadata = withoutNulls(written);
  const wrong = Object.entries(proxyMetadata).find(([, value]) => typeof value !== "string");
  if (wrong) return `has a value in proxyMetadata that is not a string: ${wrong[0]} (quote it)`;
  return { text, fields, proxyMetadata };
}

function map(key: string, change: Change): Change {
  return { kind: "map", entries: new Map([[key, change]]) };
}

function failed(state: AgentState, cause: string, remedy: string): Plan {
  return { steps: [], findings: [problemOf(state.manifest, PATH, cause, remedy)] };
}
