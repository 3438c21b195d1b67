import type { Backend } from "../telemetry/backend.ts";
import type { Manifest } from "../base/manifest.ts";
import { listAt } from "../telemetry/plain-data.ts";
import { UNKNOWN } from "../telemetry/go-url.ts";

/** A host in lower case, without the dot of the root. */
export function nameOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}

/**
 * True for a host that only a public DNS can know, judging by its name. Three labels may be a pod of a headless Service and its
 * namespace (kubernetes.io/docs, DNS for Services and Pods), unless the last one is a usual domain and the first no pod of a
 * StatefulSet.
 */
export function isOutside(host: string): boolean {
  const labels = nameOf(host).split(".");
  const [first = ""] = labels;
  const top = labels.at(-1) ?? "";
  if (labels.length < 3 || labels.slice(2, 4).includes("svc") || INNER.includes(top)) return false;
  if (labels.length === 3) return PUBLIC.test(top) && !/-\d+$/.test(first);
  return /^[a-z]{2,}$/.test(top);
}

/** Domains of countries, and those that most others end with. */
const PUBLIC = /^(?:[a-z]{2}|com|net|org|dev|cloud|app|info|biz|gov|edu|mil|int|tech|online|systems|services)$/;

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
