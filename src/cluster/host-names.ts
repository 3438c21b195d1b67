import type { Backend } from "../telemetry/backend.ts";
import type { Manifest } from "../base/manifest.ts";
import { listAt } from "../telemetry/plain-data.ts";
import { UNKNOWN } from "../telemetry/go-url.ts";

/** A host in lower case, without the dot of the root. */
export function nameOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}

/** True for a host that only a public DNS can know, judging by its name. */
export function isOutside(host: string): boolean {
  const labels = nameOf(host).split(".");
  const top = labels.at(-1) ?? "";
  return labels.length > 2 && labels[2] !== "svc" && /^[a-z]{2,}$/.test(top) && !INNER.includes(top);
}

/** Last labels that no public DNS knows (RFC 6761, RFC 6762; ICANN's reservation of internal; Docker's habit). */
const INNER = ["local", "localhost", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "test"];

/** The host itself and the wildcards of ServiceEntries that cover it. */
export function namesOf(host: string): string[] {
  const labels = nameOf(host).split(".");
  return [nameOf(host), ...labels.slice(1).map((_, at) => `*.${labels.slice(at + 1).join(".")}`)];
}

/**
 * True for a backend that is outside of the cluster for certain, so that its sidecar has nothing to add: a vendor's service, or
 * a host of a public DNS that no ServiceEntry makes known to the mesh. Whatever cannot be placed is not.
 */
export function isCertainlyOutside(
  { host, secretHost = host, isVendor }: Backend & { isVendor?: boolean },
  serviceEntries: readonly Manifest[],
): boolean {
  if (secretHost === undefined) return isVendor ?? false;
  if (!isVendor && (!isOutside(secretHost) || secretHost.includes(UNKNOWN))) return false;
  const names = new Set(namesOf(secretHost));
  return !serviceEntries.some(({ object }) =>
    listAt(object, "spec", "hosts").some((each) => typeof each === "string" && names.has(each.toLowerCase())),
  );
}
