import type { Finding } from "../base/finding.ts";

/** An error about a file or folder of the repository, or, without one, about the call as a whole. */
export function problem(cause: string, remedy: string, file?: string): Finding {
  return { severity: "error", cause, remedy, ...(file === undefined ? {} : { file: { path: file } }) };
}
