import type { Manifest } from "../base/manifest.ts";
import type { Fault } from "./fault.ts";

/** One address to which the agent pushes, or where it fetches the tokens for that. */
export interface Backend {
  role: "backend" | "OAuth2 token endpoint";
  /** The resource that names it: a MetricPipeline, or the one in which the agent's configuration stands. */
  about: Manifest;
  /** Who calls it: `MetricPipeline mesh`, or a component of the agent such as `exporter otlp/mesh`. */
  by: string;
  /** The field of `about` that names it. */
  field: string;
  /** The TCP port that is dialled, 1 to 65535. */
  port: number;
  /** Host name or address without brackets and port; absent where it is unknown at build time or came from a Secret. */
  host?: string;
  /** The host where it came from a Secret: it may decide, and is never shown. */
  secretHost?: string;
  /** The address in a form that may be shown, see `shownSource`. */
  shown: string;
  /** What is spoken, such as `grpc` or `http`. */
  protocol: string;
  /** True where the agent itself uses TLS; absent where that is not known. */
  isEncrypted?: boolean;
}

/** A token endpoint that cannot be read at build time, or not at all. */
export interface UntoldTokenEndpoint extends Pick<Backend, "about" | "by" | "field"> {
  fault: Fault;
}
