import { checkKustomization } from "./kustomization.ts";
import type { Rendering } from "./render.ts";
import type { Repository } from "./repository.ts";
import { runRenderer } from "./run-renderer.ts";
import type { Surroundings } from "./run-renderer.ts";

/** Builds the kustomization in the source folder, once nothing speaks against it. */
export async function renderKustomization(repository: Repository, surroundings: Surroundings): Promise<Rendering> {
  const { operator } = surroundings;
  const { findings, secrets } = checkKustomization(repository, operator);
  if (findings.length > 0) return { findings };
  const helm = operator.kustomizeHelm ? ["--enable-helm", `--helm-command=${operator.helm ?? "helm"}`] : [];
  const rendered = await runRenderer(
    {
      program: "kustomize",
      args: ["build", "--load-restrictor=LoadRestrictionsRootOnly", ...helm, "."],
      cwd: repository.folder,
      network: operator.remoteBases,
      secrets: () => secrets,
    },
    surroundings,
  );
  return rendered instanceof Uint8Array
    ? { bytes: rendered, name: "kustomize build", files: [] }
    : { findings: [rendered] };
}
