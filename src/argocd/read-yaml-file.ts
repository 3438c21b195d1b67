import type { Finding } from "../base/finding.ts";
import { decodeUtf8 } from "../stream/read-part.ts";
import { isRecord } from "../base/record.ts";
import { AliasProblem, isSource, parseSource, toPlain } from "../yaml/source.ts";
import { problem } from "./problem.ts";
import { readInside, shown } from "./repository.ts";
import type { Place, Repository } from "./repository.ts";

/** The map that a YAML file of the repository holds as plain data; an error where it holds none. */
export function readYamlFile(
  repository: Repository,
  place: Place,
  path: string,
): { content: Readonly<Record<string, unknown>> } | Finding {
  const bytes = readInside(repository, place, path);
  if (!(bytes instanceof Uint8Array)) return bytes;
  const name = shown(repository, path);
  const text = decodeUtf8(bytes);
  if (typeof text !== "string") return problem("is not UTF-8", "save it as UTF-8", name);
  const read = readYaml(text);
  if ("cause" in read) return problem(read.cause, "mend it there", name);
  return isRecord(read.value) ? { content: read.value } : problem("does not hold a YAML map", "mend it there", name);
}

/** What a YAML text means as plain data, or in one clause why it means nothing. */
export function readYaml(text: string): { value: unknown } | { cause: string } {
  const source = parseSource(text.replace(/^\ufeff/, ""));
  if (!isSource(source)) {
    return { cause: `is not YAML: ${source.message} (line ${source.line}, column ${source.column})` };
  }
  try {
    return { value: toPlain(source) };
  } catch (error) {
    if (!(error instanceof AliasProblem)) throw error;
    return { cause: `has aliases that cannot be resolved: ${error.message}` };
  }
}
