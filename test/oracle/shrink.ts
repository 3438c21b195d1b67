import { textOf } from "./mutate.ts";
import type { Mutated } from "./mutate.ts";

/** True when a text is still at fault in the same way. */
type Fails = (text: string) => Promise<boolean>;

/** The fewest mutations of a stream that are still at fault. */
export async function shrinkMutations(stream: Mutated, fails: Fails): Promise<Mutated["mutations"]> {
  let { mutations } = stream;
  for (let at = mutations.length - 1; at >= 0 && mutations.length > 0; at--) {
    const fewer = mutations.toSpliced(at, 1);
    if (await fails(textOf({ base: stream.base, mutations: fewer }))) mutations = fewer;
  }
  return mutations;
}

/** A text with as few documents, lines and characters as it can be and still be at fault. */
export async function shrinkText(text: string, fails: Fails): Promise<string> {
  let shortest = text;
  for (const boundary of [/^(?=---|- )/m, /(?<=\n)/, /(?<=\n)/]) {
    shortest = await withoutPieces(shortest, boundary, fails);
  }
  return shortest;
}

/** Leaves out runs of pieces, long ones first. */
async function withoutPieces(text: string, boundary: RegExp, fails: Fails): Promise<string> {
  let pieces = text.split(boundary);
  for (let size = pieces.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < pieces.length;) {
      const fewer = pieces.toSpliced(at, size);
      if (fewer.length > 0 && (await fails(fewer.join("")))) pieces = fewer;
      else at += size;
    }
  }
  return pieces.join("");
}
