import type { Fault } from "./fault.ts";
import { isIPv6, parseGoUrl, splitHostPort, UNKNOWN, type GoUrl, type GoUrlFault } from "./go-url.ts";
import { ANNOTATE } from "./override.ts";
import { maskPlaceholders } from "./placeholder.ts";

/** The settings of an OTLP output that decide how its endpoint is read. */
export interface EndpointSettings {
  protocol: "grpc" | "http";
  tls: {
    /** `tls.insecure`: plaintext even without `http://`. */
    insecure: boolean;
    /** `tls.ca`, `tls.cert` or `tls.key` is there. */
    material: boolean;
  };
  /** `authentication.oauth2` is there. */
  oauth2: boolean;
  /** The text comes from a Secret, so that no fault quotes any of it. */
  isSecret?: boolean;
}

/** What an endpoint says: the port that is dialled, or that it cannot be known before the placeholders are filled in, or why it is wrong. */
export type EndpointReading =
  | {
      kind: "readable";
      port: number;
      /** In lower case, without brackets; absent where a placeholder hides it. */
      host?: string;
    }
  | { kind: "unresolved"; fault: Fault }
  | { kind: "wrong"; faults: Fault[] };

/**
 * Reads an endpoint as the operator's validator judges it (telemetry-manager: internal/validators/endpoint/endpoint_validator.go)
 * and as the collector's exporter dials it; of the text, faults hold the scheme at most. Differences from the validator, each
 * towards what is dialled: http without a port is 80 or 443 (the operator lists 4318), the port must be 1 to 65535, a host must be
 * there, white space at the ends is refused, and over gRPC what the collector's exporter cannot dial; placeholders are not held
 * against the endpoint.
 */
export function readEndpoint(text: string, settings: EndpointSettings): EndpointReading {
  const masked = maskPlaceholders(text);
  const plain = plainFault(masked);
  if (plain) return { kind: "wrong", faults: [plain] };
  const url = parseEndpoint(masked);
  if (typeof url === "string") return { kind: "wrong", faults: [isBareIPv6(masked) ? BARE_IPV6 : URL_FAULTS[url]] };

  const split = splitHostPort(url.host);
  const port = split ? readPort(split, url.scheme, settings.protocol) : isBareIPv6(url.host) ? BARE_IPV6 : STRAY_MARK;
  const faults = [
    ...(typeof port === "object" ? [port] : []),
    ...(split?.host === "" ? [NO_HOST] : []),
    ...(settings.protocol === "grpc" ? grpcFaults(url, masked, settings) : httpFaults(url, settings)),
  ];
  if (faults.length > 0) return { kind: "wrong", faults };
  if (typeof port !== "number") return { kind: "unresolved", fault: UNRESOLVED };
  const host = split?.host ?? UNKNOWN;
  const known = host.includes(UNKNOWN) ? {} : { host: host.replace("%25", "%").toLowerCase() };
  return { kind: "readable", port, ...known };
}

const UNRESOLVED: Fault = {
  cause: "the endpoint takes its port from a placeholder, so the port is not known at build time",
  remedy: `write the port into the endpoint, or ${ANNOTATE}`,
};

/** The schemes of gRPC's name resolvers (grpc/grpc: doc/naming.md). */
const RESOLVERS = ["dns", "passthrough", "xds", "unix", "unix-abstract", "vsock", "ipv4", "ipv6"];

const EXAMPLE = "write host and port, such as https://backend.example.com:4317";

const NO_HOST: Fault = { cause: "the endpoint names no host", remedy: "write the backend's host before the port" };

const BARE_IPV6: Fault = {
  cause: "the endpoint's IPv6 address is not in square brackets",
  remedy: "write https://[address]:port, or http:// for plaintext",
};

const STRAY_MARK: Fault = {
  cause: "the endpoint's host holds a stray colon or square bracket",
  remedy: "write host:port, an IPv6 address as [address]:port",
};

const URL_FAULTS: Readonly<Record<GoUrlFault, Fault>> = {
  control: {
    cause: "the endpoint holds a line break or another control character",
    remedy: "write it as one line of plain text",
  },
  "no-scheme": { cause: "the endpoint begins with a colon", remedy: EXAMPLE },
  "bare-colon": {
    cause:
      "the endpoint has no scheme, which the operator accepts only before a host name of letters, digits, dots and dashes that begins with a letter",
    remedy: "put https:// before it, or http:// for plaintext",
  },
  port: {
    cause: "the endpoint's port is not a number",
    remedy: "write a port from 1 to 65535 after the last colon of the host",
  },
  brackets: {
    cause: "the endpoint's square brackets do not hold an IPv6 address",
    remedy: "write [address]:port, a zone as %25 and its name",
  },
  host: { cause: "the endpoint's host holds a character that no host name may have", remedy: EXAMPLE },
  "user-info": {
    cause: "the endpoint's user info holds a character that must be escaped",
    remedy: "move the credentials to spec.output.otlp.authentication",
  },
  escape: {
    cause: "the endpoint holds a % that does not begin an escape such as %2F",
    remedy: "write the % as %25",
  },
};

function plainFault(masked: string): Fault | undefined {
  if (masked === "") return { cause: "the endpoint is empty", remedy: EXAMPLE };
  if (masked.trim() !== masked) {
    return {
      cause: "the endpoint begins or ends with white space or a line break",
      remedy: "remove it; in a Secret it often comes from echo without -n, or from a block scalar | where |- was meant",
    };
  }
  if (/^["'`]|["'`]$/.test(masked)) {
    return { cause: "the endpoint holds quotation marks of its own", remedy: "remove the inner quotation marks" };
  }
  const scheme = masked.slice(0, Math.max(0, masked.indexOf(":"))).toLowerCase();
  const rest = masked.slice(scheme.length + 1);
  if (RESOLVERS.includes(scheme) && !/^\d*$/.test(rest)) {
    return {
      cause: `the endpoint is a gRPC resolver target or a Unix socket (${scheme}:), which the operator refuses, and not a host with a port`,
      remedy: "write host and port, with http:// before them for plaintext",
    };
  }
  // A host may be called http or https, as in `http:4317`.
  if ((scheme === "http" || scheme === "https") && !/^(?:\/\/[^/?#]|\d*$)/.test(rest)) {
    return { cause: "the endpoint's scheme is not followed by // and a host", remedy: EXAMPLE };
  }
  return undefined;
}

/** The validator's two tries: as it stands, else after a placeholder scheme. The scheme is `UNKNOWN` where a placeholder may hold it. */
function parseEndpoint(masked: string): GoUrl | GoUrlFault {
  const start = /^[^/?#]*?:\/\//.exec(masked)?.[0];
  if (start?.includes(UNKNOWN)) return withScheme(parseGoUrl(`plhd://${masked.slice(start.length)}`), UNKNOWN);
  if (start === undefined && (/^[^/?#]*/.exec(masked)?.[0] ?? "").includes(UNKNOWN)) {
    return withScheme(parseGoUrl(`plhd://${masked}`), masked.startsWith(UNKNOWN) ? UNKNOWN : "");
  }
  const url = parseGoUrl(masked);
  if (typeof url === "string" || (url.opaque === "" && url.scheme !== "" && url.host !== "")) return url;
  return withScheme(parseGoUrl(`plhd://${masked}`), "");
}

function withScheme(url: GoUrl | GoUrlFault, scheme: string): GoUrl | GoUrlFault {
  return typeof url === "string" ? url : { ...url, scheme };
}

function isBareIPv6(masked: string): boolean {
  return isIPv6(masked.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").replace(/[/?#].*$/s, ""));
}

/** The port that is dialled; without a text and a known default, a placeholder hides it or the scheme is a fault of its own. */
function readPort(
  { host, port: text }: { host: string; port?: string },
  scheme: string,
  protocol: "grpc" | "http",
): number | "unknown" | Fault {
  if (text?.includes(UNKNOWN)) return "unknown";
  if (text === undefined && new RegExp(`${UNKNOWN}\\d*$`).test(host)) return "unknown";
  if (text === undefined || text === "") {
    if (protocol === "http") return scheme === "http" ? 80 : scheme === "https" ? 443 : "unknown";
    return {
      cause: "the endpoint has no port, which gRPC requires",
      remedy: "add the port that the backend listens on, such as :4317",
    };
  }
  // Leading zeros are fine: Go's net.Dial reads the port as a decimal number.
  const digits = text.replace(/^0+/, "");
  const port = digits.length > 5 ? Number.POSITIVE_INFINITY : Number(digits);
  if (port >= 1 && port <= 65535) return port;
  return {
    cause: "the endpoint's port is not between 1 and 65535",
    remedy: "write the port that the backend listens on, such as 4317",
  };
}

/** The operator's rules on scheme, TLS and OAuth2 over HTTP (the same validator). */
function httpFaults({ scheme }: GoUrl, { tls, oauth2 }: EndpointSettings): Fault[] {
  const faults = [
    !["http", "https", UNKNOWN].includes(scheme) && {
      cause: "the endpoint's scheme is missing or neither http nor https, which the protocol http requires",
      remedy: "put https:// before the host, or http:// for plaintext, or set protocol: grpc",
    },
    oauth2 &&
      scheme === "http" &&
      tls.material &&
      !tls.insecure && {
        cause: "the endpoint's http:// is plaintext, while OAuth2 comes with TLS certificates",
        remedy: "write https://, or remove tls.ca, tls.cert and tls.key",
      },
  ];
  return faults.filter((fault) => fault !== false);
}

/**
 * What the gRPC exporter cannot dial: it strips `http://` and `https://` in lower case alone and takes the rest for `host:port`; the collector
 * refuses its whole configuration where that fails (opentelemetry-collector: config/configgrpc/configgrpc.go).
 */
function grpcFaults(url: GoUrl, masked: string, { tls, oauth2, isSecret }: EndpointSettings): Fault[] {
  const scheme = url.scheme === "" || url.scheme === UNKNOWN ? "" : masked.slice(0, url.scheme.length);
  const faults = [
    !["", "http", "https"].includes(scheme) && {
      cause: `the collector's gRPC exporter does not know the endpoint's scheme${isSecret ? "" : ` ${scheme}://`}, and the collector then exports for no pipeline`,
      remedy: "write host:port with https:// before it, or http:// for plaintext, both in lower case",
    },
    url.path !== "" && {
      cause: "the endpoint has a path, which gRPC does not allow, not even a trailing slash",
      remedy: "end the endpoint after the port, or set protocol: http",
    },
    url.hasUserInfo && {
      cause: "the endpoint holds user info, which the collector's gRPC exporter takes for a part of the host name",
      remedy: "move the credentials to spec.output.otlp.authentication",
    },
    url.hasQueryOrFragment && {
      cause: "the endpoint holds a query or fragment, which the collector's gRPC exporter takes for a part of the port",
      remedy: "end the endpoint after the port",
    },
    oauth2 &&
      (tls.insecure || url.scheme === "http") && {
        cause: "OAuth2 over gRPC needs TLS, which the endpoint's http:// or tls.insecure turns off",
        remedy: "write https:// and remove tls.insecure, or remove authentication.oauth2",
      },
  ];
  return faults.filter((fault) => fault !== false);
}
