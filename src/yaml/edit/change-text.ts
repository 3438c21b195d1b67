import { isSame } from "../../base/record.ts";
import { applyChange } from "./apply-change.ts";
import type { Change, Value } from "./change.ts";
import { editSource } from "./change-document.ts";
import { at } from "./change.ts";
import type { Source } from "../source.ts";
import { isSource, parseSource, toPlain } from "../source.ts";

/**
 * The text with a change made at one node, proven: it is read again, and what it means must be exactly what the change
 * makes of the plain data. Returns undefined when it is not, which is a shape of YAML that this editor does not master;
 * the caller then changes nothing and says so. The same readers read it as before: a proof needs no other one, because
 * test/property/read-block.test.ts shows that ours says what the package `yaml` says.
 */
export function changeText(source: Source, path: readonly (string | number)[], change: Change): string | undefined {
  const text = editSource(source, path, change);
  const edited = parseSource(text);
  if (!isSource(edited)) return undefined;
  const wanted = applyChange(toPlain(source) as Value, at(path, change));
  return isSame(toPlain(edited), wanted) ? text : undefined;
}
