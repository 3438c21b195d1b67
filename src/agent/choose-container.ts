import type { Finding } from "../base/finding.ts";
import type { AgentState, Container } from "./agent-state.ts";

/** Names of the collector's container in the operator, newest first (telemetry-manager: internal/resources/otelcollector). */
const USUAL_NAMES = ["collector", "metric-agent"];

/**
 * The container that reads the certificates: the one that the settings name, else the only one, else by its usual name.
 * Everything else is an error that lists the containers.
 */
export function chooseContainer(state: AgentState, wanted: string | undefined): Container | Finding {
  const { containers, manifest } = state;
  const named = (name: string): Container | undefined => containers.find((container) => container.name === name);
  const chosen =
    wanted === undefined
      ? containers.length === 1
        ? containers[0]
        : USUAL_NAMES.map(named).find((container) => container !== undefined)
      : named(wanted);
  if (chosen) return chosen;
  const there =
    containers.length === 0 ? "there is none" : `there are ${containers.map(({ name }) => name).join(", ")}`;
  return {
    severity: "error",
    cause: `no container ${wanted ?? USUAL_NAMES.join(" or ")} to mount the certificates into; ${there}`,
    remedy: "name the collector's container in agent.container of the function config",
    resource: manifest.ref,
    field: { path: "spec.template.spec.containers" },
    ...(manifest.file ? { file: manifest.file } : {}),
  };
}
