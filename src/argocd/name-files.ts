import type { Finding } from "../finding.ts";
import { locate, placesIn } from "../krm/find-place.ts";
import { toLine } from "../krm/result.ts";
import type { Source } from "./load-source.ts";

/**
 * A finding about what the function was given as a line for the person who wrote the source: lines of the stream become
 * lines of its file, and a resource gets the file that it stands in. What a renderer made has no files. `gaps` are none for
 * what was found before documents were taken out.
 */
export function lineFor(finding: Finding, { rendered, sorted }: Source, gaps = sorted.gaps): string {
  const { position, resource } = finding;
  // Where documents were taken out, what follows stood further below.
  const line = gaps.reduce((here, gap) => (gap.line <= here ? here + gap.count : here), position?.line ?? 0);
  const found = position === undefined ? finding : { ...finding, position: { ...position, line } };
  const [only, ...more] = rendered.files;
  const isOfTheOnly = only !== undefined && more.length === 0 && (position !== undefined || resource !== undefined);
  return toLine(locate(found, placesIn(rendered)), isOfTheOnly ? only.path : rendered.name);
}
