import type { Pair } from "../node.ts";
import { Beyond } from "./reading.ts";

/** How far a colon may stand behind the start of its key (YAML 1.2.2, 7.4.2), less a little. */
const LONGEST_KEY = 1000;

/** Refuses keys that need a closer look: no strings, merge keys, long ones, and the same one twice. */
export function checkKeys(pairs: readonly Pair[]): void {
  const seen = new Set<unknown>();
  for (const { key } of pairs) {
    const value = key.kind === "scalar" ? key.value : undefined;
    const isMerge = value === "<<" && key.kind === "scalar" && key.form === "plain";
    if (typeof value !== "string" || isMerge || key.end - key.start > LONGEST_KEY || seen.has(value))
      throw new Beyond();
    seen.add(value);
  }
}
