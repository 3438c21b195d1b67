import type { Finding } from "../base/finding.ts";

/** An error about the input as a whole, at a line and column of it, both from 1. */
export function streamProblem(cause: string, remedy: string, line = 1, column = 1): Finding {
  return { severity: "error", cause, remedy, position: { line, column } };
}

/** True for what stands in place of something that could not be read. */
export function isFinding(value: object): value is Finding {
  return "severity" in value;
}

/** Bytes as text; an error when they are not UTF-8, which the specification asks for (functions-spec.md). */
export function decodeUtf8(bytes: Uint8Array): string | Finding {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const valid = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    const before = valid.slice(0, Math.max(valid.indexOf("\ufffd"), 0));
    const lines = before.split("\n").length;
    const column = before.length - before.lastIndexOf("\n");
    return streamProblem("the input is not UTF-8", "save it as UTF-8", lines, column);
  }
}
