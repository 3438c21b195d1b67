/** Bytes, and how many searches have been made in them: each line that is passed takes one. */
export interface Counted {
  bytes: Buffer;
  searches(): number;
}

/** A text whose searches are counted. */
export function counted(text: string): Counted {
  const bytes = Buffer.from(text);
  let count = 0;
  bytes.indexOf = (...args: Parameters<Buffer["indexOf"]>): number => {
    count += 1;
    return Buffer.prototype.indexOf.apply(bytes, args);
  };
  return { bytes, searches: () => count };
}
