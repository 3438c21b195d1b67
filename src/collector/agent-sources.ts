import type { AgentState } from "../agent/agent-state.ts";
import { isRecord } from "../base/record.ts";
import { listAt, mapAt, valueAt } from "../telemetry/plain-data.ts";

/** The kinds of resource that an agent's configuration and variables may come from. */
export const SOURCE_KINDS: readonly string[] = ["ConfigMap", "Secret", "ExternalSecret", "SealedSecret"];

/** The names of the ConfigMaps and Secrets that the agent's volumes and variables take from, each once. */
export function sourceNames({ volumes, containers }: AgentState): string[] {
  const parts = volumes.flatMap(({ fields }) => [fields, ...listAt(fields, "projected", "sources")]);
  const ofVolumes = parts.flatMap((part) => [
    valueAt(part, "configMap", "name"),
    valueAt(part, "secret", "secretName"),
    valueAt(part, "secret", "name"),
  ]);
  const ofVariables = containers.flatMap(({ fields }) => [
    ...listAt(fields, "envFrom").filter(isRecord).flatMap(namesIn),
    ...listAt(fields, "env").flatMap((entry) => namesIn(mapAt(entry, "valueFrom"))),
  ]);
  const names = [...ofVolumes, ...ofVariables].filter((name) => typeof name === "string" && name !== "");
  return [...new Set(names as string[])];
}

function namesIn(source: Readonly<Record<string, unknown>>): unknown[] {
  return Object.values(source).map((ref) => valueAt(ref, "name"));
}
