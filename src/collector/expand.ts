import { isRecord } from "../base/record.ts";
import { UNKNOWN } from "../telemetry/go-url.ts";
import { readPlainV3 } from "../yaml/parse.ts";
import type { Environment } from "./environment.ts";
import type { MountedFiles } from "./mounted-files.ts";
import { Text } from "./text.ts";

/** What placeholders of a configuration are filled in with. */
export interface Expansion {
  environment: Environment;
  files: MountedFiles;
  /** True for the text of a Secret, of which nothing may be shown. */
  isSecret: boolean;
}

type Resolved = { value: string; isSecret: boolean } | { why: string };

/** Placeholders inside of placeholders are filled in one by one; the collector tries a thousand times (confmap/expand.go). */
const MOST_STEPS = 100;

/** Plain data with each text that has a placeholder, or comes from a Secret, as a `Text`. Keys of maps are not filled in. */
export function expandTree(value: unknown, expansion: Expansion): unknown {
  if (value instanceof Text) return expandText(value.filled.value, { ...expansion, isSecret: true });
  if (typeof value === "string") {
    return value.includes("$") || expansion.isSecret ? expandText(value, expansion) : value;
  }
  if (Array.isArray(value)) return value.map((element) => expandTree(element, expansion));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, expandTree(inner, expansion)]));
}

/** Plain data out of a Secret: each text as one that is not shown, before anything is filled in. */
export function sealed(value: unknown): unknown {
  if (typeof value === "string") return new Text({ value, isSecret: true, gaps: [] });
  if (Array.isArray(value)) return value.map(sealed);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sealed(inner)]));
}

/** As the collector does: the innermost placeholder first, `$$` is a dollar (opentelemetry-collector: confmap/expand.go). */
function expandText(text: string, expansion: Expansion): unknown {
  let value = text;
  let shown = text;
  let { isSecret } = expansion;
  const gaps: string[] = [];
  for (let step = 0; step < MOST_STEPS; step++) {
    const placeholder = firstPlaceholder(value);
    if (placeholder === undefined) break;
    const resolved = resolve(placeholder.slice(2, -1), expansion);
    if ("why" in resolved) {
      gaps.push(resolved.why);
      value = value.replaceAll(placeholder, UNKNOWN);
      continue;
    }
    // A placeholder that is the whole value stands for whatever YAML it holds.
    const read = placeholder === value ? readPlainV3(resolved.value) : undefined;
    if (read && "value" in read && typeof read.value === "object" && read.value !== null) {
      return expandTree(read.value, { ...expansion, isSecret: isSecret || resolved.isSecret });
    }
    value = value.replaceAll(placeholder, () => resolved.value);
    if (resolved.isSecret) isSecret = true;
    else shown = shown.replaceAll(placeholder, () => resolved.value);
  }
  const filled = { value: value.replaceAll("$$", "$"), isSecret, gaps };
  return new Text(expansion.isSecret ? filled : { ...filled, shown });
}

/** The first `${…}` without another one inside whose dollar is not escaped by one before it (findURI in the same file). */
function firstPlaceholder(text: string): string | undefined {
  for (const { 0: found, index } of text.matchAll(/\$\{(?:(?!\$\{)[^}])*\}/gs)) {
    const dollars = /\$*$/.exec(text.slice(0, index))?.[0].length ?? 0;
    if (dollars % 2 === 0) return found;
  }
  return undefined;
}

function resolve(uri: string, { environment, files }: Expansion): Resolved {
  const [, scheme = "env", opaque = uri] = /^([A-Za-z][A-Za-z0-9+.-]+):(.*)$/s.exec(uri) ?? [];
  if (scheme === "yaml") return { value: opaque, isSecret: false };
  if (scheme === "file") {
    const file = files.read(opaque);
    return file.kind === "value" ? file : { why: file.why };
  }
  if (scheme !== "env") return { why: `the provider ${scheme} is asked when the agent starts` };
  const [, name = opaque, fallback] = /^(.*?):-(.*)$/s.exec(opaque) ?? [];
  const variable = environment.get(name);
  if (variable.kind === "value") return variable;
  if (variable.kind === "unknown") return { why: variable.why };
  if (fallback !== undefined) return { value: fallback, isSecret: false };
  return { why: `the container does not set the variable ${name}` };
}
