import { isSame } from "../../base/record.ts";
import { readByPackage } from "../package.ts";
import { isSource, plainOrProblem, toPlain, type Source } from "../parse.ts";
import { PlainProblem } from "../plain.ts";
import { applyChange } from "./apply-change.ts";
import { editSource } from "./change-document.ts";
import { at, type Change, type Value } from "./change.ts";

/**
 * The text with a change made at one node, proven: the package `yaml`, and not the reader that planned it, reads it again,
 * and what it means to Go must be exactly what the change makes of the plain data. Returns undefined when it is not, which
 * is a shape of YAML that this editor does not support; the caller then changes nothing and says so.
 */
export function changeText(source: Source, path: readonly (string | number)[], change: Change): string | undefined {
  const text = editSource(source, path, change);
  const edited = readByPackage(text);
  const plain = isSource(edited) ? plainOrProblem(edited) : undefined;
  if (plain === undefined || plain instanceof PlainProblem) return undefined;
  const wanted = applyChange(toPlain(source) as Value, at(path, change));
  return isSame(plain.value, wanted) ? text : undefined;
}
