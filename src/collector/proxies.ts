import { isInRange, readAddress as readIp, readRange } from "../istio/ip-range.ts";
import { isLoopback, readAddress, type AddressReading } from "./address.ts";
import type { Environment } from "./environment.ts";
import { plainText, type Filled } from "./text.ts";

/** The variable of a container that has calls go through an HTTP proxy, and where that proxy is. */
export interface Proxy {
  variable: string;
  text: Filled;
  reading: AddressReading;
}

/**
 * The proxy that Go's HTTP and gRPC clients call for a host, by the container's variables; undefined for none
 * (golang.org/x/net: http/httpproxy/proxy.go; grpc-go takes the variable for https).
 */
export function proxyFor(
  { host, port, isEncrypted }: { host?: string; port: number; isEncrypted?: boolean },
  environment: Environment,
): Proxy | undefined {
  const name = isEncrypted === false ? "HTTP_PROXY" : "HTTPS_PROXY";
  const variable = [name, name.toLowerCase()].find((each) => environment.get(each).kind === "value");
  const found = variable === undefined ? undefined : environment.get(variable);
  if (variable === undefined || found?.kind !== "value" || found.value === "") return undefined;
  if (host !== undefined && isExempt(host, port, environment)) return undefined;
  // Without a scheme a proxy is taken for http.
  const url = /^[a-z0-9+]+:\/\//i.test(found.value) ? found.value : `http://${found.value}`;
  const text = { ...plainText(url), isSecret: found.isSecret };
  return { variable, text, reading: readAddress(text, "url") };
}

function isExempt(host: string, port: number, environment: Environment): boolean {
  if (isLoopback(host)) return true;
  const address = readIp(host);
  const lists = ["NO_PROXY", "no_proxy"].map((name) => environment.get(name));
  const list = lists.find((each) => each.kind === "value" && each.value !== "");
  if (list?.kind !== "value") return false;
  return list.value
    .toLowerCase()
    .split(",")
    .map((entry) => entry.trim())
    .some((entry) => {
      if (entry === "*") return true;
      const range = entry.includes("/") ? readRange(entry) : undefined;
      if (range) return address !== undefined && isInRange(address, range);
      const [, name = entry, own] = /^([^:]*):(\d+)$/.exec(entry) ?? [];
      if (name === "" || (own !== undefined && own !== String(port))) return false;
      if (name.startsWith("*.")) return host.endsWith(name.slice(1));
      if (name.startsWith(".")) return host.endsWith(name);
      return host === name || host.endsWith(`.${name}`);
    });
}
