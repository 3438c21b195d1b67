import { readFileSync } from "node:fs";
import { findAgent } from "../agent/find-agent.ts";
import { hasError } from "../base/finding.ts";
import type { Finding } from "../base/finding.ts";
import { findDocuments } from "../stream/find-documents.ts";
import { toLine } from "../stream/result.ts";
import { selectItems } from "../stream/select-items.ts";
import type { Manifest } from "../base/manifest.ts";
import { readConfigFile } from "../stream/read-config-file.ts";
import { run } from "../rewrite/run.ts";
import { stripAnnotations } from "./documents.ts";
import { checkSettings, planPasses } from "./function-configs.ts";
import type { Pass } from "./function-configs.ts";
import { loadSource } from "./load-source.ts";
import type { Own } from "./load-source.ts";
import { lineWriter } from "./name-files.ts";
import { readOperator } from "./operator.ts";
import type { Environment, Operator } from "./operator.ts";
import { readParameters } from "./parameters.ts";
import { problem } from "./problem.ts";
import { codeOf, openRepository } from "./repository.ts";

/** What one call came to: the manifests, or lines that say why there are none. */
export interface Generated {
  /** A plain stream of manifests; empty after an error. */
  output: readonly Uint8Array[];
  /** Errors and warnings, one line each. */
  lines: readonly string[];
  failed: boolean;
}

/**
 * The Argo CD plugin: renders a source folder and sends it through the function, once for each function config. Whatever
 * goes wrong, nothing is printed, because Argo CD takes a part for the whole and an empty stream for an order to delete
 * (argo-cd: issue 15339). `given` takes the place of every function config but the Application's parameters.
 */
export async function generate(folder: string, env: Environment, given?: Manifest): Promise<Generated> {
  const { operator, findings: ofOperator } = readOperator(env);
  const { parameters, findings: ofParameters } = readParameters(env["ARGOCD_APP_PARAMETERS"]);
  const repository = openRepository(folder, env, operator);
  const fallback = fallbackConfig(operator);
  const early = [...ofOperator, ...ofParameters, ...checkSettings(parameters.settings), repository, fallback].filter(
    isProblem,
  );
  if (isProblem(repository) || isProblem(fallback) || early.length > 0) return failure(early);

  const end = performance.now() + operator.deadline;
  const source = await loadSource(repository, parameters.own, { env, operator, end });
  if ("findings" in source) return failure(source.findings);
  if (!("sorted" in source)) throw new Error("a source is sorted out when it was rendered");
  const { sorted } = source;
  const lineFor = lineWriter(source);
  const plan = planPasses(given ? [given] : sorted.configs, fallback, parameters.settings);
  const empty = sorted.resources === 0 && sorted.findings.length === 0 ? [nothing(source.rendered.name)] : [];
  const before = [...sorted.findings, ...empty].map((finding) => lineFor(finding, []));
  const configs = plan.findings.map((finding) => lineFor(finding));
  if (before.length + configs.length > 0) return { output: [], lines: [...before, ...configs], failed: true };

  const { bytes, findings } = runPasses(sorted.bytes, plan.passes, parameters.own);
  const stripped = stripAnnotations(bytes);
  const all = [...findings, ...stripped.findings];
  const failed = hasError(all);
  const lines = all.filter(({ severity }) => severity !== "info").map((finding) => lineFor(finding));
  // What is wrong with a MetricPipeline is found in each pass.
  return { output: failed ? [] : asYaml(stripped.output), lines: [...new Set(lines)], failed };
}

/** Argo CD takes a stream that begins like JSON for nothing but JSON (apimachinery: util/yaml, NewYAMLOrJSONDecoder). */
function asYaml(output: readonly Uint8Array[]): readonly Uint8Array[] {
  for (const piece of output) {
    const first = piece.find((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d);
    if (first !== undefined) return first === 0x7b ? [Buffer.from("---\n"), ...output] : output;
  }
  return output;
}

function runPasses(start: Uint8Array, passes: readonly Pass[], own: Own): { bytes: Uint8Array; findings: Finding[] } {
  let bytes = start;
  const findings: Finding[] = [];
  for (const pass of passes) {
    const verdict = judge(bytes, pass, own);
    if (verdict === "nothing to do") continue;
    if (typeof verdict === "object") {
      findings.push(verdict);
      continue;
    }
    const { config } = pass;
    const outcome = run(bytes, { allowManifests: true, ...(config === undefined ? {} : { functionConfig: config }) });
    findings.push(...outcome.findings);
    bytes = Buffer.concat(outcome.output);
  }
  return { bytes, findings };
}

/** Whether agent and MetricPipelines are both there; a folder that lost one of them is rarely meant. */
function judge(bytes: Uint8Array, { settings }: Pass, own: Own): "run" | "nothing to do" | Finding {
  const stream = findDocuments(bytes);
  const daemonSets = selectItems(stream, ["DaemonSet"]).found.map(({ manifest }) => manifest);
  const pipelines = selectItems(stream, ["MetricPipeline"]).found;
  const isAgentThere = daemonSets.some((candidate) => !isProblem(findAgent([candidate], settings.agent)));
  if (!isAgentThere) {
    if (own.get("missing.agent") === "Allow") return "nothing to do";
    const missing = findAgent(daemonSets, settings.agent);
    const count = pipelines.length === 1 ? "1 MetricPipeline" : `${pipelines.length} MetricPipelines`;
    return problem(
      `${isProblem(missing) ? missing.cause : "there is no agent"}, for ${count}`,
      "add the agent's DaemonSet, correct agent.name or agent.selector, or set the parameter missing.agent to Allow if it is deployed from elsewhere",
    );
  }
  const isWanted = settings.trafficInterception === "On" || settings.trafficInterception === "ExportOnly";
  const isAcceptable = own.get("missing.pipelines") === "Allow" || settings.ports.additional.length > 0 || !isWanted;
  if (pipelines.length > 0 || isAcceptable) return "run";
  return problem(
    "the agent is there but no MetricPipeline is, so that no backend's port would go through the sidecar",
    "add the MetricPipelines, or set the parameter missing.pipelines to Allow, ports.additional, or trafficInterception to Off",
  );
}

function fallbackConfig({ functionConfig }: Operator): Manifest | Finding | undefined {
  if (functionConfig === undefined) return undefined;
  const name = "INTERCEPT_BACKENDS_FUNCTION_CONFIG";
  try {
    const config = readConfigFile(readFileSync(functionConfig), functionConfig);
    return isProblem(config) ? problem(`the file in ${name}: ${config.cause}`, config.remedy ?? "mend it") : config;
  } catch (error) {
    return problem(`the file in ${name} cannot be read: ${codeOf(error)}`, "correct or unset it");
  }
}

function nothing(name: string): Finding {
  return problem(
    `${name} holds no resources, and Argo CD would take that for an order to delete everything`,
    "see what the source should hold, or delete the Application",
  );
}

function failure(findings: readonly Finding[]): Generated {
  return { output: [], lines: findings.map((finding) => toLine(finding, "source")), failed: true };
}

function isProblem(value: object | undefined): value is Finding {
  return value !== undefined && "severity" in value;
}
