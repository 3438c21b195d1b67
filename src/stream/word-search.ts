import { BACKSLASH } from "../base/ascii.ts";
import type { Mention } from "../base/manifest.ts";
import { latin1 } from "./lines.ts";
import type { Item, Region } from "./parts.ts";

/**
 * An escape that spells what names are made of (YAML 1.2.2, 5.7), and none of `<`, `>`, `&`, which Go's JSON always writes as
 * escapes; one that joins the parts of a name on two lines (7.3.1), as the lines of a shell script after a blank are not; or
 * text in base64.
 */
const HIDDEN_WORD = /\\(?:x|u00|U000000)(?:2[def]|3\d|[4-7][\da-f])|[\w.-]\\\r?\n[ \t]*[\w.-]|!!binary/i;

/** More words than this are not looked for one by one: then all items are read. */
const MOST_WORDS = 16;

/** Finds items that hold words, by one search for each word that looks at no item in which it does not stand. */
export class WordSearch {
  readonly #items: readonly Item[];
  /** The position of the first item of each region; all sets here hold positions in this list. */
  readonly #firsts: number[] = [];
  readonly #found = new Map<string, ReadonlySet<number>>();
  #hidden: ReadonlySet<number> | undefined;

  /** The items in the order of their files, and in each of their places; those of one region follow each other. */
  constructor(items: readonly Item[]) {
    this.#items = items;
    for (let position = 0; position < items.length; position++) {
      if (items[position]?.region !== items[position - 1]?.region) this.#firsts.push(position);
    }
  }

  /**
   * The items whose text holds one of the mentions, or words that are spelled in another way, since such a word may be any; in
   * their order. Undefined where there are too many words to look for.
   */
  find(mentions: readonly Mention[]): readonly Item[] | undefined {
    if (mentions.length > MOST_WORDS) return undefined;
    const found = new Set((this.#hidden ??= this.#findHidden()));
    for (const mention of mentions) {
      const [first = ""] = typeof mention === "string" ? [mention] : mention.all;
      for (const at of this.#holding(first)) if (this.#holds(at, mention)) found.add(at);
    }
    const inOrder = [...found].toSorted((one, other) => one - other);
    return inOrder.flatMap((at) => this.#items.slice(this.#firsts[at], this.#firsts[at + 1]));
  }

  #holds(at: number, mention: Mention): boolean {
    if (typeof mention === "string") return true;
    const hasAll = mention.all.every((word) => this.#holding(word).has(at));
    return hasAll && (mention.like?.test(this.#textAt(at)) ?? true);
  }

  #holding(word: string): ReadonlySet<number> {
    const known = this.#found.get(word) ?? new Set(this.#search(Buffer.from(word)));
    this.#found.set(word, known);
    return known;
  }

  #findHidden(): ReadonlySet<number> {
    const candidates = [...this.#search(Buffer.of(BACKSLASH)), ...this.#search(Buffer.from("!!binary"))];
    return new Set(candidates.filter((at) => HIDDEN_WORD.test(this.#textAt(at))));
  }

  #search(word: Buffer): number[] {
    const found: number[] = [];
    for (let at = 0; at < this.#firsts.length; at++) {
      const { file, start } = this.#regionAt(at);
      const bytes = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.length);
      const offset = bytes.indexOf(word, start);
      at = this.#lastBefore(at, file, offset === -1 ? Infinity : offset);
      if (offset !== -1 && offset + word.length <= this.#regionAt(at).end) found.push(at);
    }
    return found;
  }

  #lastBefore(from: number, file: Region["file"], offset: number): number {
    let [low, high] = [from, this.#firsts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const region = this.#regionAt(middle);
      if (region.file === file && region.start <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #regionAt(at: number): Region {
    return (this.#items[this.#firsts[at] ?? 0] as Item).region;
  }

  #textAt(at: number): string {
    const { file, start, end } = this.#regionAt(at);
    return latin1(file.bytes, start, end);
  }
}
