import { problem, type Finding } from "../base/finding.ts";

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
  /** Most bytes of memory of a renderer with all that it starts, and of the process that reads and rewrites. */
  memory: number;
  /** Most files and folders that are looked at in one source. */
  files: number;
  remoteBases: boolean;
  kustomizeHelm: boolean;
  /** A file with the function config of sources that bring none. */
  functionConfig: string | undefined;
  /** Where the renderers are; looked up on PATH otherwise. */
  kustomize: string | undefined;
  helm: string | undefined;
}

export const MIB = 1024 * 1024;

/** The operator's settings, all that is wrong with them at once. */
export function readOperator(env: Environment): { operator: Operator; findings: Finding[] } {
  const findings: Finding[] = [];
  const read = (name: string, isRight: (text: string) => boolean, wrong: string, remedy = "correct or unset it") => {
    const text = env[name] ?? "";
    if (text === "" || isRight(text)) return text;
    findings.push(problem(`${name} of the environment is ${wrong}`, remedy));
    return "";
  };
  const path = (name: string): string | undefined =>
    read(name, (text) => text.startsWith("/"), "no absolute path", "write it from the root on, with /") || undefined;
  const number = (name: string, fallback: number, most: number): number => {
    const isRight = (text: string): boolean => /^[1-9]\d{0,6}$/.test(text) && Number(text) <= most;
    return Number(read(name, isRight, `no whole number from 1 to ${most}`)) || fallback;
  };
  const flag = (name: string): boolean =>
    read(name, (text) => text === "true" || text === "false", "neither true nor false") === "true";
  const operator: Operator = {
    functionConfig: path("INTERCEPT_BACKENDS_FUNCTION_CONFIG"),
    kustomize: path("INTERCEPT_BACKENDS_KUSTOMIZE"),
    helm: path("INTERCEPT_BACKENDS_HELM"),
    deadline: number("INTERCEPT_BACKENDS_DEADLINE_SECONDS", 45, 3600) * 1000,
    bytes: number("INTERCEPT_BACKENDS_MAX_MEGABYTES", 64, 1024) * MIB,
    memory: number("INTERCEPT_BACKENDS_MAX_MEMORY_MEGABYTES", 512, 65_536) * MIB,
    files: number("INTERCEPT_BACKENDS_MAX_FILES", 5000, 1_000_000),
    remoteBases: flag("INTERCEPT_BACKENDS_ALLOW_REMOTE_BASES"),
    kustomizeHelm: flag("INTERCEPT_BACKENDS_ALLOW_KUSTOMIZE_HELM"),
  };
  return { operator, findings };
}

/** The error for something that takes too long. */
export function overdue(subject: string, { deadline }: Operator): Finding {
  return problem(
    `${subject} did not finish within ${deadline / 1000} s`,
    "make the source simpler, or let the operator raise INTERCEPT_BACKENDS_DEADLINE_SECONDS and Argo CD's own limit",
  );
}

/** The error for something that takes too much memory. */
export function overweight(subject: string, { memory }: Operator): Finding {
  return problem(
    `${subject} takes more than ${memory / MIB} MiB of memory`,
    "make the source simpler, or let the operator raise INTERCEPT_BACKENDS_MAX_MEMORY_MEGABYTES and the sidecar's limit",
  );
}
