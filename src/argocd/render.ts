import { join } from "node:path";
import { problem, type Finding } from "../base/finding.ts";
import { openManifests } from "../stream/open-stream.ts";
import { isFinding } from "../stream/problem.ts";
import type { Stream } from "../stream/stream.ts";
import { copyKustomization, KUSTOMIZATION_NAMES } from "./kustomization.ts";
import type { Own } from "./parameters.ts";
import { renderChart } from "./render-chart.ts";
import { renderDirectory } from "./render-directory.ts";
import { lookAt, type Repository } from "./repository.ts";
import { runRenderer, type Rendered, type Rendering, type Surroundings } from "./run-renderer.ts";
import { sortOut, type Sorted } from "./sort-out.ts";
import { Stage } from "./stage.ts";

/** A source as its renderer made it, as a stream, and what that holds besides resources. */
export interface Source {
  rendered: Rendered;
  stream: Stream;
  sorted: Sorted;
}

/** Renders the source folder in the way that the parameters ask for, else the one that its files show, and opens the result. */
export async function loadSource(
  repository: Repository,
  own: Own,
  surroundings: Surroundings,
): Promise<Source | Finding[]> {
  const rendered = await renderSource(repository, own, surroundings);
  if (Array.isArray(rendered)) return rendered;
  const stream = openManifests(rendered.files, "Argo CD");
  return isFinding(stream) ? [stream] : { rendered, stream, sorted: sortOut(stream) };
}

/** What the source folder is rendered to. */
export async function renderSource(
  repository: Repository,
  own: Own,
  surroundings: Surroundings,
): Promise<Rendered | Finding[]> {
  const kind = own.source ?? kindOf(repository);
  if (typeof kind !== "string") return [kind];
  if (kind === "kustomize") return renderKustomization(repository, surroundings);
  return kind === "helm" ? renderChart(repository, own, surroundings) : renderDirectory(repository, own);
}

/** The kind of source that the files of the folder show. */
export function kindOf(repository: Repository): "kustomize" | "helm" | "directory" | Finding {
  const has = (name: string): boolean => lookAt(repository, join(repository.folder, name)) !== undefined;
  const isKustomization = KUSTOMIZATION_NAMES.some(has);
  const isChart = has("Chart.yaml");
  if (isKustomization && isChart) {
    return problem(
      "the folder holds both a kustomization and a chart",
      "say which one counts with the parameter source: kustomize or helm",
    );
  }
  return isKustomization ? "kustomize" : isChart ? "helm" : "directory";
}

async function renderKustomization(repository: Repository, surroundings: Surroundings): Promise<Rendering> {
  const { operator, env } = surroundings;
  const stage = new Stage(repository, env);
  try {
    const findings = copyKustomization(repository, operator, stage);
    if (findings.length > 0) return findings;
    const helm = operator.kustomizeHelm ? ["--enable-helm", `--helm-command=${operator.helm ?? "helm"}`] : [];
    return await runRenderer(
      {
        program: "kustomize",
        args: ["build", "--load-restrictor=LoadRestrictionsRootOnly", ...helm, "."],
        cwd: stage.at(repository.folder),
        network: operator.remoteBases,
        files: () => stage.files(),
      },
      surroundings,
    );
  } finally {
    stage.remove();
  }
}
