import type { Finding } from "../base/finding.ts";
import type { Operator } from "./operator.ts";
import { problem } from "./problem.ts";

const MIB = 1024 * 1024;

/** The error for something that takes too long; `what` is a clause in the past tense. */
export function overdue(what: string, { deadline }: Operator): Finding {
  return problem(
    `${what} within ${deadline / 1000} s`,
    "make the source simpler, or let the operator raise INTERCEPT_BACKENDS_DEADLINE_SECONDS and Argo CD's own limit",
  );
}

/** The error for something that takes too much memory; `what` is the subject of the sentence. */
export function overweight(what: string, { memory }: Operator): Finding {
  return problem(
    `${what} takes more than ${memory / MIB} MiB of memory`,
    "make the source simpler, or let the operator raise INTERCEPT_BACKENDS_MAX_MEMORY_MEGABYTES and the sidecar's limit",
  );
}
