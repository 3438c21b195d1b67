import { readEndpoint, type EndpointSettings } from "../telemetry/endpoint.ts";
import type { Fault } from "../telemetry/fault.ts";
import { splitHostPort, UNKNOWN } from "../telemetry/go-url.ts";
import { maskPlaceholders } from "../telemetry/placeholder.ts";
import type { Filled } from "./text.ts";

/** Where one address leads. */
export type AddressReading =
  | { kind: "dialled"; port: number; host?: string; isEncrypted?: boolean }
  /** The agent itself, by the loopback interface or a socket, or nothing at all. */
  | { kind: "local" }
  | { kind: "unresolved"; fault: Fault }
  | { kind: "wrong"; faults: readonly Fault[] };

/** How an address is written: as gRPC takes it, as a URL, or as host and port. */
export type Form = "grpc" | "url" | "host:port";

const HTTP: EndpointSettings = { protocol: "http", tls: { insecure: false, material: false }, oauth2: false };
const GRPC: EndpointSettings = { ...HTTP, protocol: "grpc" };

/** What gRPC dials where no port is written: its DNS resolver's default (grpc-go: internal/resolver/dns, defaultPort). */
const GRPC_PORT = 443;

/** What is to be done about an address that cannot be read. */
const CORRECT = "correct it in the agent's configuration";

/**
 * The port and host that an address leads to, as the client behind it dials them. `defaultPort` is for `host:port` without a
 * port. No fault holds any part of the text.
 */
export function readAddress({ value, gaps, isSecret }: Filled, form: Form, defaultPort?: number): AddressReading {
  if (/^unix(?:-abstract)?:/i.test(value) || value.startsWith("/")) return { kind: "local" };
  const masked = maskPlaceholders(value);
  const text = form === "url" ? masked : bare(masked, form, defaultPort);
  if (text === undefined) {
    const cause = "the address has no port, and which one stands for none depends on the driver";
    return { kind: "wrong", faults: [{ cause, remedy: "write host and port" }] };
  }
  // With a scheme, since MetricPipelines must not be without one before an address.
  const url = form === "url" || text.includes("://") ? text : `https://${text}`;
  const reading = readEndpoint(url, { ...(form === "url" ? HTTP : GRPC), isSecret });
  if (reading.kind === "wrong") {
    return { kind: "wrong", faults: reading.faults.map(({ cause }) => ({ cause, remedy: CORRECT })) };
  }
  if (reading.kind === "unresolved") {
    const why = gaps.length > 0 ? `: ${gaps.join("; ")}` : "";
    const cause = `the address takes its port from a placeholder, so the port is not known at build time${why}`;
    return { kind: "unresolved", fault: { cause, remedy: CORRECT } };
  }
  const { port, host } = reading;
  if (host !== undefined && isLoopback(host)) return { kind: "local" };
  return { kind: "dialled", port, ...(host === undefined ? {} : { host }), ...encryption(masked, form) };
}

/** True for a name or address of the pod itself. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    /^127\.|^0\.0\.0\.0$/.test(name) ||
    ["::1", "::"].includes(name)
  );
}

/** The address without the scheme of a resolver, with the port that stands for none; undefined where that is not known. */
function bare(masked: string, form: Form, defaultPort = form === "grpc" ? GRPC_PORT : undefined): string | undefined {
  const text = masked.replace(/^(?:dns|passthrough):(?:\/\/[^/]*\/)?/, "");
  const [, scheme = "", rest = text] = /^(https?:\/\/)(.*)$/s.exec(text) ?? [];
  const split = splitHostPort(rest);
  const mayHoldPort = rest.endsWith(UNKNOWN) || rest === "" || /[/?#@]/.test(rest);
  if (split === undefined || split.port !== undefined || mayHoldPort) return text;
  return defaultPort === undefined ? undefined : `${scheme}${rest}:${defaultPort}`;
}

function encryption(masked: string, form: Form): { isEncrypted?: boolean } {
  const [scheme = ""] = /^[a-z]+(?=:\/\/)/i.exec(masked) ?? [];
  if (scheme === "https") return { isEncrypted: true };
  if (scheme === "http") return { isEncrypted: false };
  return form === "grpc" ? { isEncrypted: true } : {};
}
