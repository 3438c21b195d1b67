import { openManifests } from "../stream/open-stream.ts";
import { isFinding } from "../stream/problem.ts";
import { isRecord } from "../base/record.ts";

/** Shorter texts are in many words, and no secrets. */
const SHORTEST = 4;

/** The values of the Secrets in a stream of manifests, as they stand there and decoded. */
export function secretValues(bytes: Uint8Array): string[] {
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes("Secret")) return [];
  const stream = openManifests([{ path: "", bytes }]);
  if (isFinding(stream)) return [];
  return stream.select(["Secret"]).manifests.flatMap(({ object }) => {
    const encoded = stringsIn(object["data"]);
    const decoded = encoded.map((text) => Buffer.from(text, "base64").toString("utf8"));
    return [...encoded, ...decoded, ...stringsIn(object["stringData"])];
  });
}

/** Names of values that nobody wants to see in a log. */
const KEPT = /pass(?:word|wd|phrase)|secret|token|credential|api[-_]?key|private[-_]?key|access[-_]?key/i;

/** The texts below all keys of plain data whose names say that they are to be kept, as they are and decoded. */
export function secretsByName(value: unknown, isKept = false): string[] {
  if (typeof value === "string") return isKept ? [value, Buffer.from(value, "base64").toString("utf8")] : [];
  if (typeof value === "number") return isKept ? [String(value)] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => secretsByName(below, isKept || KEPT.test(key)));
}

/** What follows the `=` of each line, and the line where it has none. */
export function assignedValues(text: string): string[] {
  return text.split("\n").map((line) => line.slice(line.indexOf("=") + 1).trim());
}

/** A text in which the values cannot be seen. Renderers quote what they cannot read. */
export function hideValues(text: string, values: Iterable<string>): string {
  const hidden = [...new Set(values)]
    .flatMap((value) => [value, ...value.split("\n")])
    .map((value) => value.trim())
    .filter((value) => value.length >= SHORTEST)
    .toSorted((one, other) => other.length - one.length);
  return hidden.reduce((shown, value) => shown.replaceAll(value, "…"), text);
}

function stringsIn(value: unknown): string[] {
  return isRecord(value) ? Object.values(value).filter((text) => typeof text === "string") : [];
}
