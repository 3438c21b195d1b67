/** Bytes that count the searches that are made in them: each line that is passed takes one. */
export class CountedBytes extends Uint8Array {
  /** The number of searches so far. */
  searches = 0;

  override indexOf(byte: number, from?: number): number {
    this.searches += 1;
    return super.indexOf(byte, from);
  }
}
