import { chooseSource } from "./choose-source.ts";
import type { SourceKind } from "./choose-source.ts";
import { sortOut } from "./documents.ts";
import type { Sorted } from "./documents.ts";
import type { ParameterValue } from "./parameters.ts";
import { renderChart } from "./render-chart.ts";
import type { ChartSettings } from "./render-chart.ts";
import { renderDirectory } from "./render-directory.ts";
import { renderKustomization } from "./render-kustomization.ts";
import type { Rendered, Rendering } from "./render.ts";
import type { Repository } from "./repository.ts";
import type { Surroundings } from "./run-renderer.ts";

/** The plugin's own parameters; each has the form that it is declared with. */
export type Own = ReadonlyMap<string, ParameterValue>;

/** A source as its renderer made it, and the same sorted out. */
export interface Source {
  rendered: Rendered;
  sorted: Sorted;
}

/** Renders the source folder in the way that its files or the parameters tell. */
export async function loadSource(
  repository: Repository,
  own: Own,
  surroundings: Surroundings,
): Promise<Source | Rendering> {
  const kind = chooseSource(repository, own.get("source") as SourceKind | undefined);
  if (typeof kind !== "string") return { findings: [kind] };
  const rendered = await renderAs(kind, repository, own, surroundings);
  return "findings" in rendered ? rendered : { rendered, sorted: sortOut(rendered.bytes) };
}

async function renderAs(
  kind: SourceKind,
  repository: Repository,
  own: Own,
  surroundings: Surroundings,
): Promise<Rendering> {
  switch (kind) {
    case "kustomize":
      return renderKustomization(repository, surroundings);
    case "helm":
      return renderChart(repository, chartSettings(own), surroundings);
    case "directory":
      return renderDirectory(repository, {
        include: listIn(own, "directory.include"),
        exclude: listIn(own, "directory.exclude"),
      });
  }
}

function chartSettings(own: Own): ChartSettings {
  const releaseName = own.get("helm.releaseName") as string | undefined;
  const values = own.get("helm.values") as string | undefined;
  return {
    valueFiles: listIn(own, "helm.valueFiles"),
    parameters: (own.get("helm.parameters") ?? {}) as Readonly<Record<string, string>>,
    ...(releaseName === undefined ? {} : { releaseName }),
    ...(values === undefined ? {} : { values }),
  };
}

function listIn(own: Own, name: string): readonly string[] {
  return (own.get(name) ?? []) as readonly string[];
}
