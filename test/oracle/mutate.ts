import type { Base } from "./bases.ts";
import { GROUPS, LIST_ONLY, MUTATIONS } from "./mutations.ts";
import type { Form } from "./oracle.ts";
import { Random } from "./random.ts";

/** A stream that can be made again from its seed and index. */
export interface Mutated {
  seed: number;
  index: number;
  base: Base;
  form: Form;
  mutations: readonly { name: string; seed: number }[];
}

/** The stream of this number: a base with one to three mutations. */
export function mutatedStream(bases: readonly Base[], seed: number, index: number): Mutated {
  const random = new Random(seed, index);
  const form: Form = index % 2 === 0 ? "manifests" : "resource list";
  const base = random.pickAny(bases.filter((candidate) => candidate.form === form));
  if (base === undefined) throw new Error(`there is no base for ${form}`);
  const count = random.pick([1, 1, 1, 2, 2, 3]);
  const mutations = Array.from({ length: count }, () => {
    const group = random.pick(GROUPS);
    const names = Object.keys(group).filter((name) => form === "resource list" || !LIST_ONLY.has(name));
    return { name: random.pickAny(names) ?? "", seed: random.next() };
  });
  return { seed, index, base, form, mutations };
}

/** The text of a stream, or of the same stream with other mutations. */
export function textOf({ base, mutations }: Pick<Mutated, "base" | "mutations">): string {
  return mutations.reduce((text, { name, seed }) => MUTATIONS.get(name)?.(text, new Random(seed)) ?? text, base.text);
}

/** Bytes of a text; a lone surrogate from U+DC80 to U+DCFF stands for a byte that is not UTF-8. */
export function bytesOf(text: string): Buffer {
  if (!/[\udc80-\udcff]/.test(text)) return Buffer.from(text);
  const pieces = text.split(/(?<![\ud800-\udbff])([\udc80-\udcff])/);
  return Buffer.concat(
    pieces.map((piece, at) => (at % 2 === 1 ? Buffer.of(piece.charCodeAt(0) & 0xff) : Buffer.from(piece))),
  );
}
