import type { Finding } from "../base/finding.ts";
import { locate, placesIn } from "../stream/find-place.ts";
import { toLine } from "../stream/result.ts";
import type { Source } from "./load-source.ts";

/**
 * Writes findings about what the function was given as lines for the person who wrote the source: lines of the stream
 * become lines of its file, and a resource gets the file that it stands in. What a renderer made has no files. `gaps` are
 * none for what was found before documents were taken out. What was rendered is read once for all findings.
 */
export function lineWriter({
  rendered,
  sorted,
}: Source): (finding: Finding, gaps?: Source["sorted"]["gaps"]) => string {
  const [only, ...more] = rendered.files;
  const placeOf = placesIn(rendered);
  return (finding, gaps = sorted.gaps) => {
    const { position, resource } = finding;
    // Where documents were taken out, what follows stood further below.
    const line = gaps.reduce((here, gap) => (gap.line <= here ? here + gap.count : here), position?.line ?? 0);
    const found = position === undefined ? finding : { ...finding, position: { ...position, line } };
    const isOfTheOnly = only !== undefined && more.length === 0 && (position !== undefined || resource !== undefined);
    return toLine(locate(found, placeOf), isOfTheOnly ? only.path : rendered.name);
  };
}
