/**
 * Stands for one character of a placeholder, so that a text with `${HOST}` can be taken apart by position.
 * A private-use character: Go's parser lets it pass in a host, and no real endpoint holds it.
 */
export const UNKNOWN = "\uE000";

/** The parts of an endpoint that Go's `url.Parse` separates and that some rule reads. */
export interface GoUrl {
  /** Lower case; empty where the text has none. */
  scheme: string;
  /** What follows `scheme:` where no slash does, as in `host:4317`. */
  opaque: string;
  hasUserInfo: boolean;
  /** Host and port as written, without user info. */
  host: string;
  path: string;
  hasQueryOrFragment: boolean;
}

/** Why Go's `url.Parse` refuses a text. */
export type GoUrlFault = "control" | "no-scheme" | "bare-colon" | "port" | "brackets" | "host" | "user-info" | "escape";

/**
 * The parts of a text, or its first fault, as `url.Parse` of Go 1.26 finds them, which the operator's validator and the
 * collector's HTTP exporter both use; placeholders are `UNKNOWN` (RFC 3986, RFC 6874 for zones).
 */
export function parseGoUrl(text: string): GoUrl | GoUrlFault {
  const [beforeFragment, fragment] = cut(text, "#");
  if (/[\u0000-\u001f\u007f]/.test(beforeFragment)) return "control";
  if (hasBadEscape(fragment ?? "")) return "escape";
  if (beforeFragment.startsWith(":")) return "no-scheme";

  const schemeEnd = /^[a-z][a-z0-9+.-]*:/i.exec(beforeFragment)?.[0].length ?? 0;
  const scheme = beforeFragment.slice(0, Math.max(0, schemeEnd - 1)).toLowerCase();
  const [rest, query] = cut(beforeFragment.slice(schemeEnd), "?");
  const url: GoUrl = {
    scheme,
    opaque: "",
    hasUserInfo: false,
    host: "",
    path: rest,
    hasQueryOrFragment: query !== undefined || fragment !== undefined,
  };

  if (!rest.startsWith("/")) {
    if (scheme !== "") return { ...url, opaque: rest, path: "" };
    if (cut(rest, "/")[0].includes(":")) return "bare-colon";
  }
  if (rest.startsWith("//") && (scheme !== "" || !rest.startsWith("///"))) {
    const authorityEnd = rest.indexOf("/", 2) < 0 ? rest.length : rest.indexOf("/", 2);
    const authority = rest.slice(2, authorityEnd);
    const at = authority.lastIndexOf("@");
    url.hasUserInfo = at >= 0;
    url.host = authority.slice(at + 1);
    url.path = rest.slice(authorityEnd);
    const fault = hostFault(url.host, scheme) ?? userInfoFault(authority.slice(0, Math.max(0, at)));
    if (fault !== undefined) return fault;
  }
  return hasBadEscape(url.path) ? "escape" : url;
}

/**
 * Host without brackets and port (absent without a colon, empty for `host:`), as `net.SplitHostPort` of Go takes them
 * apart; undefined where it finds too many colons or a stray bracket.
 */
export function splitHostPort(host: string): { host: string; port?: string } | undefined {
  const bracketed = /^\[(?<address>[^\]]*)\](?::(?<port>.*))?$/s.exec(host)?.groups;
  if (bracketed !== undefined) {
    const { address = "", port } = bracketed;
    return port === undefined ? { host: address } : { host: address, port };
  }
  const [name, port] = cut(host, ":");
  if (port === undefined) return { host };
  return /[[\]]/.test(host) || port.includes(":") ? undefined : { host: name, port };
}

/** True for an IPv6 address without brackets and zone (RFC 4291, as Go's `netip.ParseAddr`). */
export function isIPv6(text: string): boolean {
  return /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text) && URL.canParse(`http://[${text}]`);
}

function cut(text: string, separator: string): [before: string, after?: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function hasBadEscape(text: string): boolean {
  return text.includes("%") && /%(?![0-9a-f]{2})/i.test(text);
}

const OPTIONAL_PORT = new RegExp(`^(?::[0-9${UNKNOWN}]*)?$`);
/** ASCII that Go lets stand in a host; anything beyond ASCII passes. */
const HOST = /^(?:[a-z0-9!"$&'()*+,.:;<=>[\]_~-]|[^\u0000-\u007f]|%25|%[89a-f][0-9a-f])*$/i;
/** Narrower than Go by brackets and escapes beyond ASCII, which no network interface bears. */
const ZONE = /^(?:[a-z0-9!"$&'()*+,.:;<=>_~-]|[^\u0000-\u007f]|%[0-7][0-9a-f])+$/i;
const USER_INFO = new RegExp(`^[a-z0-9._:~!$&'()*+,;=%@${UNKNOWN}-]*$`, "i");

function hostFault(host: string, scheme: string): GoUrlFault | undefined {
  const open = host.lastIndexOf("[");
  if (open > 0) return "brackets";
  if (open === 0) {
    const close = host.lastIndexOf("]");
    if (close < 0) return "brackets";
    if (!OPTIONAL_PORT.test(host.slice(close + 1))) return "port";
    const literal = host.slice(1, close);
    if (literal.includes(UNKNOWN)) return undefined;
    const zoneAt = literal.indexOf("%25");
    const address = zoneAt < 0 ? literal : literal.slice(0, zoneAt);
    const zoneIsFine = zoneAt < 0 || ZONE.test(literal.slice(zoneAt + 3));
    return isIPv6(address) && zoneIsFine ? undefined : "brackets";
  }
  const strict = scheme === "http" || scheme === "https";
  const colon = strict ? host.indexOf(":") : host.lastIndexOf(":");
  if (colon >= 0 && !OPTIONAL_PORT.test(host.slice(colon))) return "port";
  return HOST.test(host) ? undefined : "host";
}

function userInfoFault(userInfo: string): GoUrlFault | undefined {
  if (!USER_INFO.test(userInfo)) return "user-info";
  return hasBadEscape(userInfo) ? "escape" : undefined;
}
