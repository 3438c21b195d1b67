/** Why bytes are not UTF-8 text, as far as their first bytes and NUL bytes show it; undefined where nothing does. */
export function notText(bytes: Uint8Array): { cause: string; remedy: string } | undefined {
  const start = Buffer.from(bytes.subarray(0, 4)).toString("latin1");
  if (/^(?:\xff\xfe|\xfe\xff|[^\0]\0[^\0]\0|\0[^\0]\0[^\0])/.test(start)) {
    return { cause: "is UTF-16", remedy: "save it as UTF-8" };
  }
  const packed = start.startsWith("\x1f\x8b") ? "gzip" : start === "PK\x03\x04" ? "zip" : undefined;
  if (packed) return { cause: `is binary (${packed})`, remedy: "unpack it, or leave it out" };
  return bytes.includes(0) ? { cause: "is binary", remedy: "save it as UTF-8 text, or leave it out" } : undefined;
}
