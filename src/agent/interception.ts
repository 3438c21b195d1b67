import type { Settings } from "../config/schema.ts";

/** What one value of `trafficInterception` asks for. */
export interface Interception {
  /** The pod gets a sidecar. */
  sidecar: boolean;
  /** The sidecar's certificates reach the agent through the shared volume. */
  certificates: boolean;
}

/**
 * The table of `trafficInterception` (telemetry-manager: ADR 037, metric agent); with `On` the certificates are always
 * there, as in ADR 026 and in the operator of today. The annotations of interception go with the sidecar.
 */
export function interceptionFor(setting: Settings["trafficInterception"], prometheusInput: boolean): Interception {
  switch (setting) {
    case "On":
      return { sidecar: true, certificates: true };
    case "PrometheusInputScrapeOnly":
      return { sidecar: prometheusInput, certificates: prometheusInput };
    case "ExportOnly":
      return { sidecar: true, certificates: false };
    case "Off":
      return { sidecar: false, certificates: false };
  }
}
