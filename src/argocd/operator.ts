import type { Finding } from "../base/finding.ts";
import { problem } from "./problem.ts";

/** Variables of the environment; those that nobody set are undefined. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the operator of the sidecar decides, by variables of its own environment. Nobody else can set them: what users put
 * into an Application arrives with the prefix `ARGOCD_ENV_` (argo-cd: cmpserver/plugin/plugin.go), which is never read.
 */
export interface Operator {
  /** Most time for one call, in milliseconds; below the 60 s after which Argo CD kills it without a word. */
  deadline: number;
  /** Most bytes that are read of a source, and that a renderer may print. */
  bytes: number;
  /** Most bytes of memory for one process of the call: a renderer, or the one that reads and rewrites. */
  memory: number;
  /** Most files and folders that are looked at in one source. */
  files: number;
  remoteBases: boolean;
  kustomizeHelm: boolean;
  /** A file with the function config of sources that bring none. */
  functionConfig?: string;
  /** Where the renderers are; looked up on PATH otherwise. */
  kustomize?: string;
  helm?: string;
}

const MIB = 1024 * 1024;

/** The operator's settings, all that is wrong with them at once. */
export function readOperator(env: Environment): { operator: Operator; findings: Finding[] } {
  const findings: Finding[] = [];
  const number = (name: string, fallback: number, most: number): number => {
    const text = env[name] ?? "";
    if (text === "") return fallback;
    if (/^[1-9]\d{0,6}$/.test(text) && Number(text) <= most) return Number(text);
    findings.push(problem(`${name} of the environment is no whole number from 1 to ${most}`, "correct or unset it"));
    return fallback;
  };
  const flag = (name: string): boolean => {
    const text = env[name] ?? "";
    if (text !== "" && text !== "true" && text !== "false") {
      findings.push(problem(`${name} of the environment is neither true nor false`, "correct or unset it"));
    }
    return text === "true";
  };
  const path = (name: string): string | undefined => {
    const text = env[name] ?? "";
    if (text === "" || text.startsWith("/")) return text === "" ? undefined : text;
    findings.push(problem(`${name} of the environment is no absolute path`, "write it from the root on, with /"));
    return undefined;
  };
  const paths = {
    functionConfig: path("INTERCEPT_BACKENDS_FUNCTION_CONFIG"),
    kustomize: path("INTERCEPT_BACKENDS_KUSTOMIZE"),
    helm: path("INTERCEPT_BACKENDS_HELM"),
  };
  const given = Object.entries(paths).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const operator: Operator = {
    deadline: number("INTERCEPT_BACKENDS_DEADLINE_SECONDS", 45, 3600) * 1000,
    bytes: number("INTERCEPT_BACKENDS_MAX_MEGABYTES", 16, 1024) * MIB,
    memory: number("INTERCEPT_BACKENDS_MAX_MEMORY_MEGABYTES", 512, 65_536) * MIB,
    files: number("INTERCEPT_BACKENDS_MAX_FILES", 5000, 1_000_000),
    remoteBases: flag("INTERCEPT_BACKENDS_ALLOW_REMOTE_BASES"),
    kustomizeHelm: flag("INTERCEPT_BACKENDS_ALLOW_KUSTOMIZE_HELM"),
    ...Object.fromEntries(given),
  };
  return { operator, findings };
}
