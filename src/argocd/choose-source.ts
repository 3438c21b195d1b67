import { join } from "node:path";
import type { Finding } from "../base/finding.ts";
import { KUSTOMIZATION_NAMES } from "./kustomization.ts";
import { problem } from "./problem.ts";
import { lookAt } from "./repository.ts";
import type { Repository } from "./repository.ts";

/** The kinds of source, as the parameter `source` names them. */
export const SOURCE_KINDS = ["kustomize", "helm", "directory"] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** The kind that the parameter asks for, else the one that the files of the folder tell. */
export function chooseSource(repository: Repository, asked: SourceKind | undefined): SourceKind | Finding {
  if (asked !== undefined) return asked;
  const has = (name: string): boolean => lookAt(repository, join(repository.folder, name)) !== "missing";
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
