import { readFileSync } from "node:fs";
import { findAgent } from "../agent/find-agent.ts";
import { hasError, problem, withoutRepeats, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { carryOut, decideAll, type Pass } from "../rewrite/passes.ts";
import { isFinding } from "../stream/problem.ts";
import { readConfigFile } from "../stream/open-stream.ts";
import { locate, toLine } from "../stream/result.ts";
import type { Stream } from "../stream/stream.ts";
import { checkSettings, planPasses, type Configured } from "./function-configs.ts";
import { readOperator, type Environment, type Operator } from "./operator.ts";
import { readParameters, type Own } from "./parameters.ts";
import { loadSource } from "./render.ts";
import { codeOf, openRepository } from "./repository.ts";
import { stripAnnotations } from "./sort-out.ts";

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
  const early = [...ofOperator, ...ofParameters, ...checkSettings(parameters.settings)];
  for (const part of [repository, fallback]) if (part !== undefined && isFinding(part)) early.push(part);
  if (isFinding(repository) || (fallback && isFinding(fallback)) || early.length > 0) return failure(early);

  const end = performance.now() + operator.deadline;
  const source = await loadSource(repository, parameters.own, { env, operator, end });
  if (Array.isArray(source)) return failure(source);
  const { rendered, stream, sorted } = source;
  const lineFor = (finding: Finding): string => {
    if (!rendered.areSources) return toLine(finding, rendered.name);
    const [only, ...more] = rendered.files;
    const isOfTheOnly = more.length === 0 && (finding.position ?? finding.resource) !== undefined;
    return toLine(locate(finding, stream.placeOf(finding)), (isOfTheOnly && only?.path) || rendered.name);
  };
  const plan = planPasses(given ? [given] : sorted.configs, fallback, parameters.settings);
  const { warnings = [] } = rendered;
  const before = [...sorted.findings, ...plan.findings];
  if (sorted.resources === 0 && sorted.findings.length === 0) {
    const cause = `${rendered.name} holds no resources, and Argo CD would take that for an order to delete everything`;
    before.unshift(problem(cause, "see what the source should hold, or delete the Application"));
  }
  if (before.length > 0) return { output: [], lines: bounded([...before, ...warnings], lineFor), failed: true };

  const findings = [...runPasses(stream, plan.passes, parameters.own), ...warnings];
  const all = hasError(findings) ? findings : [...findings, ...stripAnnotations(stream)];
  const failed = hasError(all);
  return { output: failed ? [] : asYaml(stream.write()), lines: bounded(all, lineFor), failed };
}

/** Most lines of a call, and most characters of one: Argo CD keeps them with the Application, and shows them as one text. */
const MOST_LINES = 100;
const MOST_CHARACTERS = 2000;

function rank({ severity }: Finding): number {
  return severity === "error" ? 0 : 1;
}

/** Errors and warnings as lines, each once; where there are too many, errors come first and the last line counts the others. */
function bounded(findings: readonly Finding[], lineFor: (finding: Finding) => string): string[] {
  const shown = findings.filter(({ severity }) => severity !== "info");
  const ordered = shown.length > MOST_LINES ? shown.toSorted((one, other) => rank(one) - rank(other)) : shown;
  const lines = [...new Set(ordered.map(lineFor))];
  const kept = lines
    .slice(0, MOST_LINES)
    .map((line) => (line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line));
  return lines.length > MOST_LINES ? [...kept, `and ${lines.length - MOST_LINES} more`] : kept;
}

/** Argo CD takes a stream that begins like JSON for nothing but JSON (apimachinery: util/yaml, NewYAMLOrJSONDecoder). */
function asYaml(output: readonly Uint8Array[]): readonly Uint8Array[] {
  for (const piece of output) {
    const first = piece.find((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d);
    if (first !== undefined) return first === 0x7b ? [Buffer.from("---\n"), ...output] : output;
  }
  return output;
}

function runPasses(stream: Stream, passes: readonly Configured[], own: Own): readonly Finding[] {
  const agentless: Finding[] = [];
  const running = passes.filter((pass) => {
    const missing = missingAgent(stream, pass);
    if (missing && own["missing.agent"] !== "Allow") agentless.push(missing);
    return missing === undefined;
  });
  const decided = decideAll(
    stream,
    running.map(({ config }) => config),
  );
  const lost = running.map((pass, at) => missingBackends(stream, pass, decided.passes[at]?.decision, own));
  const refused = [...agentless, ...lost.filter((each) => each !== undefined)];
  if (refused.length === 0) return carryOut(stream, decided);
  const others = decided.passes.filter((_, at) => lost[at] === undefined).flatMap(({ decision }) => decision.findings);
  return withoutRepeats([...refused, ...(decided.passes.length === 0 ? decided.findings : others)]);
}

/** A folder that lost its agent is rarely meant. */
function missingAgent(stream: Stream, { settings }: Configured): Finding | undefined {
  const { agent, isThere } = findAgent((kinds, mentioning) => stream.select(kinds, mentioning), settings.agent);
  if (!isFinding(agent) || isThere) return undefined;
  const { length } = stream.select(["MetricPipeline"]).manifests;
  return problem(
    `${agent.cause}, for ${length === 1 ? "1 MetricPipeline" : `${length} MetricPipelines`}`,
    "add the agent's workload, correct agent.name or agent.selector, or set the parameter missing.agent to Allow if it is deployed from elsewhere",
  );
}

/** And so is one that lost what says where its agent pushes. */
function missingBackends(
  stream: Stream,
  { settings }: Configured,
  decision: Pass["decision"] | undefined,
  own: Own,
): Finding | undefined {
  const isWanted = settings.trafficInterception === "On" || settings.trafficInterception === "ExportOnly";
  if (own["missing.pipelines"] === "Allow" || settings.ports.additional.length > 0 || !isWanted) return undefined;
  if (decision?.demand?.selected !== 0 || settings.backends.source === "AgentConfig") return undefined;
  if (stream.select(["MetricPipeline"]).manifests.length > 0) return undefined;
  return problem(
    "the agent is there but no MetricPipeline is, so that no backend's port would go through the sidecar",
    "add the MetricPipelines or the agent's own configuration, or set the parameter missing.pipelines to Allow, ports.additional, or trafficInterception to Off",
  );
}

function fallbackConfig({ functionConfig }: Operator): Manifest | Finding | undefined {
  if (functionConfig === undefined) return undefined;
  const name = "INTERCEPT_BACKENDS_FUNCTION_CONFIG";
  try {
    const config = readConfigFile({ path: functionConfig, bytes: readFileSync(functionConfig) });
    return isFinding(config) ? problem(`the file in ${name}: ${config.cause}`, config.remedy ?? "correct it") : config;
  } catch (error) {
    return problem(`the file in ${name} cannot be read: ${codeOf(error)}`, "correct or unset it");
  }
}

function failure(findings: readonly Finding[]): Generated {
  return { output: [], lines: bounded(findings, (finding) => toLine(finding, "source")), failed: true };
}
