/** Random numbers that are the same for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(...seeds: readonly number[]) {
    this.#state = 0x9e3779b9;
    for (const seed of seeds) {
      this.#state = Math.imul(this.#state ^ seed, 0x85ebca6b);
      this.next();
    }
  }

  /** A whole number of 32 bits. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from 0 up to, but without, a limit. */
  below(limit: number): number {
    return this.next() % limit;
  }

  /** One of several. */
  pick<Choice>(choices: readonly [Choice, ...Choice[]]): Choice {
    return choices[this.below(choices.length)] as Choice;
  }

  /** One of several, if there are any. */
  pickAny<Choice>(choices: readonly Choice[]): Choice | undefined {
    return choices[this.below(Math.max(1, choices.length))];
  }
}
