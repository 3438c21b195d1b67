import type { Finding } from "../base/finding.ts";
import { openStream } from "../stream/open-stream.ts";
import { isFinding } from "../stream/problem.ts";
import type { FilePlace } from "../stream/regions.ts";
import type { Stream } from "../stream/stream.ts";
import type { CallInput } from "./input.ts";

/** The place of a finding in the files of a call; undefined where it is about no single place. */
export type PlaceOf = (finding: Finding) => FilePlace | undefined;

/**
 * Finds places in the files of a call, and in the file of a function config that it names, which findings about it name too.
 * What a renderer printed has no places.
 */
export function placesIn(
  { files, configFile, madeFrom }: Pick<CallInput, "files" | "configFile" | "madeFrom">,
  stream: Stream | undefined,
): PlaceOf {
  const config = configFile && openStream([configFile], true);
  // Only what has been read has places.
  if (config && !isFinding(config)) config.select(config.kinds);
  return (finding) => {
    // A finding about that function config is not about a manifest of the same name.
    if (configFile && finding.file?.path === configFile.path) {
      if (config && !isFinding(config)) return config.placeOf(finding);
      return finding.position && { path: configFile.path, ...finding.position };
    }
    const path = finding.file?.path ?? (files.length === 1 ? files[0]?.path : undefined);
    const ofText = path !== undefined && finding.position ? { path, ...finding.position } : undefined;
    const place = stream ? stream.placeOf(finding) : ofText;
    return place && madeFrom.has(place.path) ? undefined : place;
  };
}
