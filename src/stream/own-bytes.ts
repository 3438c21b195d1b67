import { nodeSpan } from "../yaml/node-span.ts";
import type { Part, Stream } from "./stream.ts";

/** A stretch of bytes: offsets of its first byte and behind its last. */
export interface ByteSpan {
  start: number;
  end: number;
}

/** The bytes that are a part and nothing else: of a full parse, whose regions are the whole text, those of its node. */
export function ownBytes({ whole }: Stream, { start, end, path }: Part): ByteSpan {
  const span = whole && nodeSpan(whole, path);
  if (whole === undefined || span === undefined) return { start, end };
  const before = (offset: number): number => start + Buffer.byteLength(whole.text.slice(0, offset));
  return { start: before(span.start), end: before(span.end) };
}
