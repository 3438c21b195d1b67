import type { Manifest } from "../base/manifest.ts";
import type { Backend, UntoldTokenEndpoint } from "./backend.ts";
import { readEndpoint } from "./endpoint.ts";
import type { Fault } from "./fault.ts";
import { readSource, type Secrets } from "./secrets.ts";
import { shownSource, valueSourceAt } from "./value-source.ts";

/** The field of a MetricPipeline that holds the token endpoint, as `value` or `valueFrom.secretKeyRef`. */
export const TOKEN_URL = "spec.output.otlp.authentication.oauth2.tokenURL";

/** The token endpoints of the selected MetricPipelines, in their order. */
export function tokenEndpoints(
  selected: readonly Manifest[],
  secrets: Secrets,
): { tokens: Backend[]; untold: UntoldTokenEndpoint[] } {
  const result: ReturnType<typeof tokenEndpoints> = { tokens: [], untold: [] };
  for (const pipeline of selected) {
    const read = readTokenEndpoint(pipeline, secrets);
    if (read === undefined) continue;
    if ("cause" in read) result.untold.push({ ...callerOf(pipeline), fault: read });
    else result.tokens.push(read);
  }
  return result;
}

/**
 * The token endpoint of one MetricPipeline, or why it cannot be read; undefined without OAuth2. A fault holds no part of
 * the URL. Source: telemetry-manager `apis/telemetry/v1beta1/shared_types.go`, `OAuth2Options`; the collector's
 * oauth2client extension hands the URL to Go's `net/http`, which wants `http://` or `https://` and dials 80 or 443
 * without a port.
 */
function readTokenEndpoint(pipeline: Manifest, secrets: Secrets): Backend | Fault | undefined {
  const source = valueSourceAt(pipeline, TOKEN_URL);
  if (source === undefined) return undefined;
  if (source === "incomplete") {
    const cause = "it has neither a value nor a secretKeyRef with name, namespace and key";
    return { cause, remedy: `set ${TOKEN_URL}` };
  }
  const text = readSource(source, secrets);
  if (text.kind !== "value") return text.fault;
  const settings = { protocol: "http", tls: { insecure: false, material: false }, oauth2: false } as const;
  const reading = readEndpoint(text.value, settings);
  if (reading.kind === "unresolved") return reading.fault;
  if (reading.kind === "wrong") return reading.faults[0];
  const { port, host } = reading;
  const isEncrypted = /^https:/i.test(text.value);
  return {
    role: "OAuth2 token endpoint",
    ...callerOf(pipeline),
    port,
    ...(host !== undefined && ("secretKeyRef" in source ? { secretHost: host } : { host })),
    shown: shownSource(source, port),
    protocol: isEncrypted ? "https" : "http",
    isEncrypted,
  };
}

function callerOf(about: Manifest): Pick<Backend, "about" | "by" | "field"> {
  return { about, by: `MetricPipeline ${about.ref.name}`, field: TOKEN_URL };
}
