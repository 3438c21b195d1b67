/** Bytes, and what has been done with them so far. */
export interface Counted {
  bytes: Uint8Array;
  /** Searches for a byte: each line that is passed takes one. */
  searches: number;
  /** Looks at a single byte. */
  looks: number;
}

/** A text as bytes that count who looks at them. */
export function counted(text: string): Counted {
  const own = new Uint8Array(Buffer.from(text));
  const bytes = new Proxy(own, {
    get(target, key) {
      if (typeof key === "string" && /^\d/.test(key)) count.looks++;
      if (key === "indexOf") count.searches++;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  const count: Counted = { bytes, searches: 0, looks: 0 };
  return count;
}
