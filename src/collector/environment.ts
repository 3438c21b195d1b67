import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { listAt, mapAt, valueAt } from "../telemetry/plain-data.ts";
import type { Sources } from "./sources.ts";

/** What a variable of a container is: its value, or unknown before the pod runs, or not set. */
export type Variable =
  | { kind: "value"; value: string; isSecret: boolean }
  | { kind: "unknown"; why: string }
  | { kind: "unset" };

/** The variables that a container's `env` and `envFrom` set, as the kubelet makes them (k8s.io/kubernetes: pkg/kubelet/kubelet_pods.go). */
export class Environment {
  readonly #variables = new Map<string, Variable>();
  /** What may set any variable and is not in the stream. */
  readonly #hidden: string[] = [];
  readonly #sources: Sources;

  constructor(container: Readonly<Record<string, unknown>>, agent: Manifest, sources: Sources) {
    this.#sources = sources;
    for (const source of listAt(container, "envFrom")) this.#takeAll(source);
    for (const entry of listAt(container, "env").filter(isRecord)) {
      if (typeof entry["name"] === "string") this.#variables.set(entry["name"], this.#read(entry, agent));
    }
  }

  get(name: string): Variable {
    const found = this.#variables.get(name);
    if (found) return found;
    const [hidden] = this.#hidden;
    if (hidden === undefined) return { kind: "unset" };
    return { kind: "unknown", why: `the variable ${name} may come from envFrom, and ${hidden} is not in the stream` };
  }

  /** A text of the container with `$(NAME)` filled in; what is not set stays, and `$$(NAME)` is an escape. */
  fill(text: string): { value: string; isSecret: boolean; why?: string } {
    let isSecret = false;
    let why: string | undefined;
    const value = text.replace(/\$\$|\$\(([\w.-]+)\)/g, (all: string, name?: string) => {
      if (name === undefined) return "$";
      const variable = this.get(name);
      if (variable.kind === "unset") return all;
      if (variable.kind === "unknown") {
        why = variable.why;
        return all;
      }
      isSecret ||= variable.isSecret;
      return variable.value;
    });
    return why === undefined ? { value, isSecret } : { value, isSecret, why };
  }

  #takeAll(source: unknown): void {
    const prefix = valueAt(source, "prefix");
    for (const [field, kind] of [
      ["configMapRef", "ConfigMap"],
      ["secretRef", "Secret"],
    ] as const) {
      const name = valueAt(source, field, "name");
      if (typeof name !== "string") continue;
      const keys = this.#sources.keys(kind, name);
      if (keys === undefined) this.#hidden.push(`${kind} ${name}`);
      for (const key of keys ?? []) {
        const reading = this.#sources.read(kind, name, key);
        this.#variables.set((typeof prefix === "string" ? prefix : "") + key, reading);
      }
    }
  }

  #read(entry: Readonly<Record<string, unknown>>, { ref }: Manifest): Variable {
    const name = String(entry["name"]);
    const from = entry["valueFrom"];
    if (!isRecord(from)) {
      const text = entry["value"];
      if (typeof text !== "string") return { kind: "value", value: "", isSecret: false };
      const { value, isSecret, why } = this.fill(text);
      return why === undefined ? { kind: "value", value, isSecret } : { kind: "unknown", why };
    }
    for (const [field, kind] of [
      ["configMapKeyRef", "ConfigMap"],
      ["secretKeyRef", "Secret"],
    ] as const) {
      const { name: source, key } = mapAt(from, field);
      if (typeof source === "string" && typeof key === "string") return this.#sources.read(kind, source, key);
    }
    const path = valueAt(from, "fieldRef", "fieldPath");
    if (path === "metadata.namespace" && ref.namespace !== undefined) {
      return { kind: "value", value: ref.namespace, isSecret: false };
    }
    const where = typeof path === "string" ? path : "its pod";
    return { kind: "unknown", why: `the variable ${name} takes its value from ${where} when the pod starts` };
  }
}
