import type { Finding } from "../base/finding.ts";
import { placesIn } from "../stream/find-place.ts";
import { joinDocuments } from "../stream/join-documents.ts";
import type { NamedFile } from "../stream/join-documents.ts";
import type { Manifest } from "../base/manifest.ts";
import { readConfigFile } from "../stream/read-config-file.ts";
import { run } from "../rewrite/run.ts";
import type { Outcome, RunOptions } from "../rewrite/run.ts";
import type { Options } from "./read-arguments.ts";
import { readFile, readStdin, say, STANDARD_INPUT, tell, write } from "./streams.ts";

/** `intercept-backends [FILE ...]`: what hosts call. Returns the exit status. */
export function rewriteCall(files: readonly string[], options: Options): number {
  const configFile = configFileOf(options);
  const config = configOf(configFile);
  const input = files.filter((file) => file !== "-").join(", ") || STANDARD_INPUT;
  const joined = joinDocuments(
    files.length === 0 ? [{ path: STANDARD_INPUT, bytes: readStdin() }] : files.map(readFile),
  );
  const { bytes } = joined;
  if (config !== undefined && "severity" in config) {
    write([bytes]);
    return tell([config], configFile?.path ?? input);
  }
  // Hosts name no file and send a ResourceList; whoever names one may hand over manifests as they are.
  const asked = { allowManifests: files.length > 0, ...(config === undefined ? {} : { functionConfig: config }) };
  const { output, findings, effort } = runSafely(bytes, asked);
  // Hosts show few lines of what a function says, and lose them when standard output fails: the lines go first.
  const status = tell(findings, input, files.length > 0 ? placesIn(joined, configFile) : undefined);
  if (options.verbose && effort) {
    const { items, way, parsed, readByPackage } = effort;
    const slow = `${readByPackage} texts needed the full YAML parser`;
    say(`read ${items} items by ${way}; ${parsed} regions were parsed, ${slow}`);
  }
  write(output);
  return status;
}

/** The file of the function config that the call names, if it names one. */
export function configFileOf({ "function-config": file }: Options): NamedFile | undefined {
  return file === undefined ? undefined : readFile(file);
}

/** What stands in it, as a function config. */
export function configOf(file: NamedFile | undefined): Manifest | Finding | undefined {
  return file && readConfigFile(file.bytes, file.path);
}

/** A bug must not empty the stream: hosts take what is written for the new state of the world. */
function runSafely(bytes: Uint8Array, options: RunOptions): Outcome {
  try {
    return run(bytes, options);
  } catch (error) {
    write([bytes]);
    throw error;
  }
}
