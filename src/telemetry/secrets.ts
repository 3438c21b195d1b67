import type { Manifest } from "../base/manifest.ts";
import { addTo, isSame } from "../base/record.ts";
import type { Fault } from "./fault.ts";
import { UNKNOWN } from "./go-url.ts";
import { ANNOTATE } from "./override.ts";
import { maskPlaceholders } from "./placeholder.ts";
import { mapAt, typeName, valueAt } from "./plain-data.ts";
import type { SecretKeyRef, ValueSource } from "./value-source.ts";

/** What the stream says of one key of a Secret. Only `value` holds a secret; the faults name Secrets and keys, never values. */
export type SecretReading =
  | { kind: "value"; value: string }
  | { kind: "unresolved"; fault: Fault }
  | { kind: "wrong"; fault: Fault };

/** The Secrets, ExternalSecrets and SealedSecrets of the stream, found by namespace and name. */
export interface Secrets {
  /** By namespace, name, how the name is theirs, and whether they are Secrets or make them. */
  byName: ReadonlyMap<string, readonly Manifest[]>;
  /** By the name alone, in any namespace: the first of them. */
  anywhere: ReadonlyMap<string, Manifest>;
  /** What has been looked up, by reference. */
  readings: Map<string, SecretReading>;
}

/** Finds Secrets by name; other kinds are ignored. */
export function indexSecrets(manifests: readonly Manifest[]): Secrets {
  const byName = new Map<string, Manifest[]>();
  const anywhere = new Map<string, Manifest>();
  for (const manifest of manifests) {
    if (!isPlainSecret(manifest) && !madeNamePath(manifest)) continue;
    namesOf(manifest).forEach((names, rank) => {
      for (const name of names) {
        const key = keyOf(isPlainSecret(manifest), manifest.ref.namespace, rank, name);
        addTo(byName, key, manifest);
        if (!anywhere.has(name)) anywhere.set(name, manifest);
      }
    });
  }
  return { byName, anywhere, readings: new Map() };
}

/** The text of a field, wherever it is. */
export function readSource(source: ValueSource, secrets: Secrets): SecretReading {
  return "value" in source ? { kind: "value", value: source.value } : lookUpSecret(source.secretKeyRef, secrets);
}

/**
 * Looks an endpoint up in the Secrets of the stream: its value, or `unresolved` where the stream does not hold it in readable form, or
 * `wrong` where it holds a Secret that cannot serve. Which Secret: those of the reference's namespace before those without one; among
 * them the present name, then a name before kustomize renamed it, then the name plus kustomize's hash. Where the first of these that
 * matches finds several Secrets, they must agree (core/v1 Secret: `stringData` wins over `data`).
 */
export function lookUpSecret(ref: SecretKeyRef, secrets: Secrets): SecretReading {
  const id = JSON.stringify([ref.namespace, ref.name, ref.key]);
  const reading = secrets.readings.get(id) ?? read(ref, secrets);
  secrets.readings.set(id, reading);
  return reading;
}

function read(ref: SecretKeyRef, secrets: Secrets): SecretReading {
  const candidates = bestMatches(ref, secrets, true);
  if (candidates.length > 0) return readCandidates(ref, candidates);
  const substitute = bestMatches(ref, secrets, false)[0];
  const elsewhere = secrets.anywhere.get(ref.name);
  let where = "which is not in the stream";
  if (substitute) where = `which the stream holds only as ${substitute.ref.kind} ${nameOf(substitute)}`;
  else if (elsewhere) where += `, though ${elsewhere.ref.kind} ${nameOf(elsewhere)} is`;
  const secret = `Secret ${ref.namespace}/${ref.name}`;
  return unresolved(`the endpoint is in ${secret}, ${where}, so the port is not known at build time`);
}

function isPlainSecret({ ref }: Manifest): boolean {
  return ref.apiVersion === "v1" && ref.kind === "Secret";
}

/** Where an ExternalSecret or SealedSecret names the Secret that it makes; undefined for other kinds. */
function madeNamePath({ ref: { apiVersion, kind } }: Manifest): string[] | undefined {
  if (apiVersion.startsWith("external-secrets.io/") && kind === "ExternalSecret") return ["spec", "target", "name"];
  if (apiVersion.startsWith("bitnami.com/") && kind === "SealedSecret") return ["spec", "template", "metadata", "name"];
  return undefined;
}

/**
 * The names by which a resource may be, or may make, a Secret, from the strongest to the weakest: its present name, or the one that an
 * ExternalSecret (external-secrets.io `spec.target.name`) or SealedSecret gives; those before kustomize renamed it; its name without
 * kustomize's hash.
 */
function namesOf(manifest: Manifest): readonly (readonly string[])[] {
  const { name } = manifest.ref;
  const path = madeNamePath(manifest);
  const made = path && valueAt(manifest.object, ...path);
  const hashed = isPlainSecret(manifest) && /^-[bcdfghkmt2456789]{10}$/.test(name.slice(-11));
  return [
    typeof made === "string" ? [made] : made === undefined ? [name] : [],
    made === undefined ? [...new Set(manifest.previousNames)] : [],
    hashed ? [name.slice(0, -11)] : [],
  ];
}

function keyOf(isPlain: boolean, namespace: string | undefined, rank: number, name: string): string {
  return JSON.stringify([isPlain, namespace, rank, name]);
}

function bestMatches(ref: SecretKeyRef, { byName }: Secrets, isPlain: boolean): readonly Manifest[] {
  const keys = [ref.namespace, undefined].flatMap((each) =>
    [0, 1, 2].map((rank) => keyOf(isPlain, each, rank, ref.name)),
  );
  return keys.map((key) => byName.get(key)).find((found) => found !== undefined) ?? [];
}

function readCandidates(ref: SecretKeyRef, candidates: readonly Manifest[]): SecretReading {
  const readings = candidates.map((candidate) => readKey(ref, candidate));
  const first = readings[0] as SecretReading;
  if (readings.every((each) => each.kind === first.kind && (each.kind !== "value" || isSame(each, first))))
    return first;
  return wrong(
    `${candidates.length} Secrets of the stream match ${ref.namespace}/${ref.name} and differ in the key ${ref.key}: ${candidates.map(nameOf).join(", ")}`,
    "keep one of them in the stream, or give them different names",
  );
}

function readKey(ref: SecretKeyRef, secret: Manifest): SecretReading {
  const data = mapAt(secret.object, "data");
  const stringData = mapAt(secret.object, "stringData");
  const inStringData = Object.hasOwn(stringData, ref.key);
  if (!inStringData && !Object.hasOwn(data, ref.key)) {
    const keys = [...new Set([...Object.keys(data), ...Object.keys(stringData)])].toSorted();
    const there = keys.length === 0 ? "has no keys" : `has the keys ${keys.join(", ")}`;
    const remedy = "set secretKeyRef.key to a key of the Secret, or add the key to the Secret";
    return wrong(`Secret ${nameOf(secret)} has no key ${ref.key}; it ${there}`, remedy);
  }
  const value = (inStringData ? stringData[ref.key] : data[ref.key]) ?? "";
  const place = `key ${ref.key} in ${inStringData ? "stringData" : "data"} of Secret ${nameOf(secret)}`;
  if (typeof value !== "string") {
    return wrong(`${place} must be text and is ${typeName(value)}`, "put it in quotation marks");
  }
  const isEncrypted = value.startsWith("ENC[AES256_GCM,");
  if (isEncrypted || (!inStringData && isFilledInLater(value))) {
    const why = isEncrypted ? "encrypted with SOPS" : "a placeholder";
    return unresolved(`${place} is ${why}, so the port is not known at build time`);
  }
  return inStringData ? { kind: "value", value } : decode(value, place);
}

/** True for base64 of which a later tool fills in a part. */
function isFilledInLater(base64: string): boolean {
  const masked = maskPlaceholders(base64);
  return masked !== base64 && /^[\w+/=\s]*$/.test(masked.replaceAll(UNKNOWN, ""));
}

/** As the API server does: standard alphabet, padded, line breaks ignored. */
function decode(base64: string, place: string): SecretReading {
  const compact = base64.replace(/[\r\n]/g, "");
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) {
    const remedy = "encode the endpoint with base64, or write it in plain text under stringData";
    return wrong(`${place} is not valid base64`, remedy);
  }
  try {
    const value = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(compact, "base64"));
    return { kind: "value", value };
  } catch {
    return wrong(`${place} is not UTF-8 text`, "encode the endpoint as UTF-8 text, then with base64");
  }
}

function nameOf({ ref }: Manifest): string {
  return ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`;
}

function wrong(cause: string, remedy: string): SecretReading {
  return { kind: "wrong", fault: { cause, remedy } };
}

function unresolved(cause: string): SecretReading {
  return { kind: "unresolved", fault: { cause, remedy: ANNOTATE } };
}
