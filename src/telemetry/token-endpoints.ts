import type { Manifest } from "../base/manifest.ts";
import { readEndpoint } from "./endpoint.ts";
import type { Fault } from "./fault.ts";
import { showable } from "./placeholder.ts";
import { lookUpSecret } from "./secrets.ts";
import type { Secrets } from "./secrets.ts";
import { valueSourceAt, type ValueSource } from "./value-source.ts";

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
  /** The URL in a form that may be shown: without user info, query and fragment, or `<from Secret ns/name key>:8080`. */
  shown: string;
}

/** A token endpoint that cannot be read at build time, or not at all. */
export interface UntoldTokenEndpoint {
  pipeline: Manifest;
  fault: Fault;
}

/** The token endpoints of the selected MetricPipelines, in their order. As `readTokenEndpoint`. */
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
 * The token endpoint of one MetricPipeline, or why it cannot be told; undefined without OAuth2.
 * In: the pipeline and the Secrets of the stream. A fault holds no part of the URL. Never throws.
 * Source: telemetry-manager `apis/telemetry/v1beta1/shared_types.go`, `OAuth2Options`; the collector's oauth2client extension hands the URL
 * to Go's `net/http`, which wants `http://` or `https://` and dials 80 or 443 without a port.
 */
export function readTokenEndpoint(pipeline: Manifest, secrets: Secrets): TokenEndpoint | Fault | undefined {
  const source = valueSourceAt(pipeline, TOKEN_URL);
  if (source === undefined) return undefined;
  const text = textOf(source, secrets);
  if (typeof text !== "string") return text;
  const reading = readEndpoint(text, { protocol: "http", tls: { insecure: false, material: false }, oauth2: false });
  if (reading.kind === "unresolved") return reading.fault;
  if (reading.kind === "wrong") return reading.faults[0];
  const { port, host } = reading;
  const { secretKeyRef: ref } = source;
  return {
    pipeline,
    port,
    ...(host === undefined ? {} : { host }),
    isFromSecret: ref !== undefined,
    isEncrypted: /^https:/i.test(text),
    shown: ref === undefined ? showable(text) : `<from Secret ${ref.namespace}/${ref.name} ${ref.key}>:${port}`,
  };
}

function textOf({ value, secretKeyRef }: ValueSource, secrets: Secrets): string | Fault {
  if (value !== undefined) return value;
  if (secretKeyRef === undefined) {
    return {
      cause: "it has neither a value nor a secretKeyRef with name, namespace and key",
      remedy: `set ${TOKEN_URL}`,
    };
  }
  const secret = lookUpSecret(secretKeyRef, secrets);
  return secret.kind === "value" ? secret.value : secret.fault;
}
