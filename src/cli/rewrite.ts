import type { Finding } from "../base/finding.ts";
import { placesIn } from "../stream/find-place.ts";
import { joinDocuments } from "../stream/join-documents.ts";
import type { NamedFile } from "../stream/join-documents.ts";
import { readConfigFile } from "../stream/read-config-file.ts";
import { isStream, readStream } from "../stream/read-stream.ts";
import type { Manifest } from "../base/manifest.ts";
import { run } from "../rewrite/run.ts";
import type { Outcome, RunOptions } from "../rewrite/run.ts";
import type { Options } from "./read-arguments.ts";
import { OK, readFile, readStdin, say, STANDARD_INPUT, tell, write } from "./streams.ts";

/** `intercept-backends [FILE ...]`: what hosts call. Returns the exit status. */
export function rewriteCall(files: readonly string[], options: Options): number {
  const configFile = configFileOf(options);
  const config = configOf(configFile);
  const input = files.filter((file) => file !== "-").join(", ") || STANDARD_INPUT;
  // Hosts name no file and send a ResourceList; whoever names one may hand over manifests as they are.
  const allowManifests = files.length > 0;
  const joined = joinDocuments(allowManifests ? files.map(readFile) : [{ path: STANDARD_INPUT, bytes: readStdin() }]);
  const { bytes } = joined;
  const writeDespiteError = (output: readonly Uint8Array[]): void => {
    if (!allowManifests || isResourceList(bytes)) write(output);
  };
  if (config !== undefined && "severity" in config) {
    writeDespiteError([bytes]);
    return tell([config], configFile?.path ?? input);
  }
  const asked = { allowManifests, ...(config === undefined ? {} : { functionConfig: config }) };
  const { output, findings, effort } = runSafely(bytes, asked, writeDespiteError);
  // Hosts show few lines of what a function says, and lose them when standard output fails: the lines go first.
  const status = tell(findings, input, allowManifests ? placesIn(joined, configFile) : undefined);
  if (options.verbose && effort) {
    const { items, way, parsed, readByPackage } = effort;
    const slow = `${readByPackage} texts needed the full YAML parser`;
    say(`read ${items} items by ${way}; ${parsed} regions were parsed, ${slow}`);
  }
  (status === OK ? write : writeDespiteError)(output);
  return status;
}

/** False for plain manifests and for text that cannot be read: neither may be piped on after an error. */
function isResourceList(bytes: Uint8Array): boolean {
  const stream = readStream(bytes, { allowManifests: true });
  return isStream(stream) && stream.way !== "documents";
}

/** The file of the function config that the call names, if it names one. */
export function configFileOf({ "function-config": file }: Options): NamedFile | undefined {
  return file === undefined ? undefined : readFile(file);
}

/** What stands in it, as a function config. */
export function configOf(file: NamedFile | undefined): Manifest | Finding | undefined {
  return file && readConfigFile(file.bytes, file.path);
}

/** A bug must not empty the ResourceList: hosts take what is written for the new state of the world. */
function runSafely(bytes: Uint8Array, options: RunOptions, writeDespiteError: typeof write): Outcome {
  try {
    return run(bytes, options);
  } catch (error) {
    writeDespiteError([bytes]);
    throw error;
  }
}
