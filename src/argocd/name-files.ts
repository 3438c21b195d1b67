import type { Finding } from "../finding.ts";
import { findDocuments } from "../krm/find-documents.ts";
import { toLine } from "../krm/result.ts";
import { selectItems } from "../krm/select-items.ts";
import type { Source } from "./load-source.ts";

/**
 * A finding about what the function was given as a line for the person who wrote the source: lines of the stream become
 * lines of its file, and a resource gets the file that it stands in. What a renderer made has no files. `gaps` are none for
 * what was found before documents were taken out.
 */
export function lineFor(finding: Finding, { rendered, sorted }: Source, gaps = sorted.gaps): string {
  const { position, resource } = finding;
  if (position) {
    // Where documents were taken out, what follows stood further below.
    const line = gaps.reduce((here, gap) => (gap.line <= here ? here + gap.count : here), position.line);
    // A text that ends too early is told of at its end, which is the `---` line of the next file.
    const isAtEnd = position.column === 1 && finding.cause.startsWith("the input is not YAML");
    const file = rendered.files.findLast((text) => text.line + (isAtEnd ? text.lead : 0) <= line);
    const own = file === undefined ? line : Math.max(1, line - file.line - file.lead + 1);
    return toLine({ ...finding, position: { ...position, line: own } }, file?.path ?? rendered.name);
  }
  if (finding.file || !resource || rendered.files.length === 0) return toLine(finding, rendered.name);
  const { found } = selectItems(findDocuments(rendered.bytes), [resource.kind], [resource.name]);
  const place = found.find(
    ({ manifest: { ref } }) => ref.name === resource.name && ref.namespace === resource.namespace,
  );
  const file = place && rendered.files.findLast(({ start }) => start <= place.item.start);
  return toLine(file ? { ...finding, file: { path: file.path } } : finding, rendered.name);
}
