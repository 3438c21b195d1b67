import type { Finding } from "../base/finding.ts";
import { readManifest } from "./read-manifest.ts";
import { decodeUtf8, streamProblem } from "./read-part.ts";
import type { Manifest } from "../base/manifest.ts";
import { isSource, parseSource, resolvedPlain } from "../yaml/source.ts";

/** A function config from a file of its own; an error with line and column where it is no YAML map. */
export function readConfigFile(bytes: Uint8Array, path: string): Manifest | Finding {
  const text = decodeUtf8(bytes);
  if (typeof text !== "string") return text;
  const source = parseSource(text.replace(/^\ufeff/, ""));
  if (!isSource(source)) {
    return streamProblem(
      `the function config is not YAML: ${source.message}`,
      "mend it there",
      source.line,
      source.column,
    );
  }
  const plain = resolvedPlain(source);
  if (plain === undefined)
    return streamProblem("the function config has aliases that mean nothing", "write the values out");
  const manifest = readManifest(plain);
  if (manifest) return { ...manifest, file: { path } };
  return streamProblem("the function config is not a map", "write an InterceptBackends or a ConfigMap");
}
