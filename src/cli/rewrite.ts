import type { Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { run } from "../rewrite/run.ts";
import { openStream } from "../stream/open-stream.ts";
import type { NamedFile } from "../stream/parts.ts";
import { isFinding } from "../stream/problem.ts";
import { readConfigFile } from "../stream/open-stream.ts";
import { readsByPackage } from "../yaml/package.ts";
import { placesIn } from "./places.ts";
import { readFile, readStdin, say, STANDARD_INPUT, tell, write } from "./streams.ts";

/** The option that names a function config. */
export interface ConfigOptions {
  functionConfig?: string;
}

/** `intercept-backends [FILE...]`: what hosts call. Returns the exit status. */
export function rewriteCall(paths: readonly string[], options: ConfigOptions & { verbose?: boolean }): number {
  const { configFile, config } = givenConfig(options);
  const input = paths.filter((path) => path !== "-").join(", ") || STANDARD_INPUT;
  const files = paths.length === 0 ? [{ path: STANDARD_INPUT, bytes: readStdin() }] : paths.map(readFile);
  // Hosts name no file and send a ResourceList; whoever names one may hand over manifests as they are.
  const allowManifests = paths.length > 0;
  if (config && isFinding(config)) {
    writeUnchanged(files, allowManifests);
    return tell([config], configFile.path);
  }
  let outcome;
  try {
    outcome = run(files, { allowManifests, ...(config && { functionConfig: config }) });
  } catch (error) {
    // A bug must not empty the ResourceList: hosts take what is written for the new state of the world.
    writeUnchanged(files, allowManifests);
    throw error;
  }
  const { output, findings, stream } = outcome;
  // Hosts show few lines of what a function says, and lose them when standard output fails: the lines go first.
  const status = tell(
    findings,
    input,
    allowManifests ? placesIn({ files, madeFrom: new Map(), ...(configFile && { configFile }) }, stream) : undefined,
  );
  if (options.verbose && stream) {
    const { items, parsed } = stream.effort;
    const slow = `${readsByPackage()} texts needed the full YAML parser`;
    say(`read ${items} items by ${stream.way}; ${parsed} regions were parsed, ${slow}`);
  }
  write(output);
  return status;
}

/** The function config that the call names, and its file. */
export function givenConfig({ functionConfig: name }: ConfigOptions): GivenConfig {
  if (name === undefined) return {};
  const configFile = readFile(name);
  return { configFile, config: readConfigFile(configFile) };
}

type GivenConfig = { configFile: NamedFile; config: Manifest | Finding } | { configFile?: never; config?: never };

/** The input as it is, but no manifests: of those nothing unprotected is passed on. */
function writeUnchanged(files: readonly NamedFile[], allowManifests: boolean): void {
  const stream = allowManifests ? openStream(files, true) : undefined;
  if (stream && (isFinding(stream) || stream.way === "documents")) return;
  write(files.map(({ bytes }) => bytes));
}
