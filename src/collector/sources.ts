import type { Manifest } from "../base/manifest.ts";
import { mapAt } from "../telemetry/plain-data.ts";
import { indexSecrets, lookUpSecret, type Secrets } from "../telemetry/secrets.ts";

/** The text under one key of a ConfigMap or Secret, or why the stream does not tell it. */
export type KeyReading =
  | { kind: "value"; value: string; isSecret: boolean; about: Manifest; field: readonly string[] }
  | { kind: "unknown"; why: string };

/** The suffix that kustomize makes of a hash of the content (kustomize: api/hasher). */
const HASH = /-[bcdfghkmt2456789]{10}$/;

/**
 * The ConfigMaps and Secrets of the stream as the pods of one namespace see them: by present name, else by a name before
 * kustomize renamed it, else by the name without kustomize's hash.
 */
export class Sources {
  readonly #configMaps: readonly Manifest[];
  readonly #secretManifests: readonly Manifest[];
  readonly #secrets: Secrets;
  readonly #namespace: string | undefined;

  constructor(manifests: readonly Manifest[], namespace: string | undefined) {
    const isNear = ({ ref }: Manifest): boolean =>
      namespace === undefined || ref.namespace === undefined || ref.namespace === namespace;
    this.#configMaps = manifests.filter((each) => isPlain(each, "ConfigMap") && isNear(each));
    this.#secretManifests = manifests.filter((each) => isPlain(each, "Secret") && isNear(each));
    this.#secrets = indexSecrets(manifests);
    this.#namespace = namespace;
  }

  /** The text of one key. Its reasons name resources and keys, never values. */
  read(kind: "ConfigMap" | "Secret", name: string, key: string): KeyReading {
    const found = this.#find(kind, name);
    if (kind === "Secret") {
      const namespace = this.#namespace ?? found?.ref.namespace ?? "default";
      const reading = lookUpSecret({ name, namespace, key }, this.#secrets);
      if (reading.kind === "value" && found) {
        const place = Object.hasOwn(mapAt(found.object, "stringData"), key) ? "stringData" : "data";
        return { kind: "value", value: reading.value, isSecret: true, about: found, field: [place, key] };
      }
      const why = reading.kind === "wrong" ? reading.fault.cause : `key ${key} of Secret ${name} is not in the stream`;
      return { kind: "unknown", why };
    }
    if (found === undefined) return { kind: "unknown", why: `ConfigMap ${name} is not in the stream` };
    const text = mapAt(found.object, "data")[key];
    if (typeof text === "string")
      return { kind: "value", value: text, isSecret: false, about: found, field: ["data", key] };
    const binary = mapAt(found.object, "binaryData")[key];
    if (typeof binary === "string") {
      const value = Buffer.from(binary, "base64").toString();
      return { kind: "value", value, isSecret: false, about: found, field: ["binaryData", key] };
    }
    const keys = this.keys(kind, name) ?? [];
    return { kind: "unknown", why: `ConfigMap ${name} has no key ${key}; it has ${keys.join(", ") || "none"}` };
  }

  /** The keys of a ConfigMap or Secret; undefined where the stream does not have it. */
  keys(kind: "ConfigMap" | "Secret", name: string): string[] | undefined {
    const found = this.#find(kind, name);
    const maps = ["data", kind === "Secret" ? "stringData" : "binaryData"].map((each) => mapAt(found?.object, each));
    return found && [...new Set(maps.flatMap(Object.keys))];
  }

  #find(kind: "ConfigMap" | "Secret", name: string): Manifest | undefined {
    const all = kind === "ConfigMap" ? this.#configMaps : this.#secretManifests;
    return (
      all.find(({ ref }) => ref.name === name) ??
      all.find(({ previousNames }) => previousNames.includes(name)) ??
      all.find(({ ref }) => HASH.test(ref.name) && ref.name.replace(HASH, "") === name)
    );
  }
}

function isPlain({ ref }: Manifest, kind: string): boolean {
  return ref.apiVersion === "v1" && ref.kind === kind;
}
