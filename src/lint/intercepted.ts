import { decideConnection } from "../istio/decide-connection.ts";
import { readAddress } from "../istio/ip-range.ts";
import type { Manifest } from "../base/manifest.ts";
import { TOKEN_URL } from "../telemetry/token-endpoints.ts";
import type { Scene } from "./warning.ts";

/** Where the agent pushes to or gets tokens from, by a host that may be shown. */
export interface Peer {
  pipeline: Manifest;
  port: number;
  host?: string;
  shown: string;
  /** `backend` or `OAuth2 token endpoint`. */
  role: string;
  /** Where the MetricPipeline names it. */
  field: string;
}

/** The backends, and the token endpoints whose port is intercepted, be it for the sake of a backend. */
export function interceptedPeers({ backends, tokens, interception }: Scene): Peer[] {
  const included = new Set(interception.includedPorts);
  const called = tokens.filter(({ port }) => included.has(port));
  return [
    ...backends.map((backend) => ({ ...backend, role: "backend", field: "spec.output.otlp.endpoint" })),
    ...called.map(({ pipeline, port, host, isFromSecret, shown }) => ({
      pipeline,
      port,
      shown,
      ...(host === undefined || isFromSecret ? {} : { host }),
      role: "OAuth2 token endpoint",
      field: TOKEN_URL,
    })),
  ];
}

/** The rule that decides about a TCP connection of the collector, as the packet filter of its pods will. */
export function ruleFor(port: number, address: string | undefined, { interception }: Scene): string {
  const known = address === undefined ? undefined : readAddress(address);
  const connection = { protocol: "tcp", port, interface: "eth0", uid: 0, gid: 0 } as const;
  return decideConnection(known ? { ...connection, address: known } : connection, interception).rule.id;
}
