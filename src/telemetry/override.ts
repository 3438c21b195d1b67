import type { Manifest } from "../base/manifest.ts";
import type { Fault } from "./fault.ts";

/** The annotation that lists the ports of a MetricPipeline whose endpoint cannot be read at build time. */
export const BACKEND_PORTS_ANNOTATION = "intercept-backends.dev/backend-ports";

/** The remedy wherever a port is not known at build time. */
export const ANNOTATE = `set the annotation ${BACKEND_PORTS_ANNOTATION}: "4317" on the MetricPipeline, with the port that the backend listens on`;

/** The ports of the annotation, such as `"4317, 9411"`, in ascending order without repeats, or what is wrong with it. */
export function readOverride({ annotations }: Manifest): number[] | Fault | undefined {
  const text = annotations[BACKEND_PORTS_ANNOTATION];
  if (text === undefined) return undefined;
  const words = text.split(",").map((word) => word.trim());
  if (!words.every((word) => /^[1-9]\d{0,4}$/.test(word) && Number(word) <= 65535)) {
    return {
      cause: `the annotation ${BACKEND_PORTS_ANNOTATION} is not a comma-separated list of ports from 1 to 65535`,
      remedy: 'write it as text such as "4317" or "4317,9411", or remove it to take the port from the endpoint',
    };
  }
  return [...new Set(words.map(Number))].toSorted((a, b) => a - b);
}
