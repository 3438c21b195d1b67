import type { Manifest } from "../base/manifest.ts";
import { readEndpoint } from "./endpoint.ts";
import type { Fault } from "./fault.ts";
import { readSource, type Secrets } from "./secrets.ts";
import { shownSource, valueSourceAt } from "./value-source.ts";

/** The field of a MetricPipeline that holds the token endpoint, as `value` or `valueFrom.secretKeyRef`. */
export const TOKEN_URL = "spec.output.otlp.authentication.oauth2.tokenURL";

/** Where the collector fetches the OAuth2 tokens for one MetricPipeline's pushes. */
export interface TokenEndpoint {
  pipeline: Manifest;
  /** The TCP port that is dialled, 1 to 65535. */
  port: number;
  /** Host name or address without brackets and port; absent where a placeholder hides it. Shown only where `isFromSecret` is false. */
  host?: string;
  isFromSecret: boolean;
  /** `https://`: the collector itself uses TLS. */
  isEncrypted: boolean;
  /** The URL in a form that may be shown, see `shownSource`. */
  shown: string;
}

/** A token endpoint that cannot be read at build time, or not at all. */
export interface UntoldTokenEndpoint {
  pipeline: Manifest;
  fault: Fault;
}

/** The token endpoints of the selected MetricPipelines, in their order. */
export function tokenEndpoints(
  selected: readonly Manifest[],
  secrets: Secrets,
): { tokens: TokenEndpoint[]; untold: UntoldTokenEndpoint[] } {
  const result: ReturnType<typeof tokenEndpoints> = { tokens: [], untold: [] };
  for (const pipeline of selected) {
    const read = readTokenEndpoint(pipeline, secrets);
    if (read === undefined) continue;
    if ("cause" in read) result.untold.push({ pipeline, fault: read });
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
export function readTokenEndpoint(pipeline: Manifest, secrets: Secrets): TokenEndpoint | Fault | undefined {
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
  return {
    pipeline,
    port: reading.port,
    ...(reading.host === undefined ? {} : { host: reading.host }),
    isFromSecret: "secretKeyRef" in source,
    isEncrypted: /^https:/i.test(text.value),
    shown: shownSource(source, reading.port),
  };
}
