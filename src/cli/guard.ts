import { spawn } from "node:child_process";
import { once } from "node:events";
import { MIB, overdue, overweight, readOperator, type Operator } from "../argocd/operator.ts";
import { SIGNALS, watchMemory } from "../argocd/run-child.ts";
import { problem, type Finding } from "../base/finding.ts";
import { toLine } from "../stream/result.ts";
import { FAILED, say, write } from "./streams.ts";

/** Set to our process id for the process that does the work, so that it knows that it is the one. */
const MARK = "INTERCEPT_BACKENDS_GUARDED_BY";

/** Milliseconds beyond the deadline: the work keeps it by itself where it can, in words that say more. */
const GRACE = 1000;

/**
 * Does the work of a call in a second process, which the first one ends when it takes too long or too much memory: a
 * repository that means harm can keep a reader of YAML busy for hours, and a busy process can end nothing by itself. What
 * the work prints is held back until it is whole.
 */
export async function guarded(argv: readonly string[], work: () => Promise<number>): Promise<number> {
  if (process.env[MARK] === String(process.ppid)) return work();
  const { operator } = readOperator(process.env);
  const worker = spawn(process.execPath, [...ourselves(operator), ...argv], {
    env: { ...process.env, [MARK]: String(process.pid) },
    stdio: ["inherit", "pipe", "inherit"],
  });
  let verdict: Finding | undefined;
  const end = (finding: Finding): void => {
    verdict ??= finding;
    // By this it ends its renderer first. It may be too busy to notice that a renderer is over.
    worker.kill("SIGTERM");
    setTimeout(() => worker.kill("SIGKILL"), GRACE).unref();
  };
  const late = setTimeout(() => end(overdue(SUBJECT, operator)), operator.deadline + GRACE);
  const unwatch = watchMemory(worker.pid ?? 0, operator.memory, () => end(overweight(SUBJECT, operator)));
  let received: NodeJS.Signals | undefined;
  const pass = (signal: NodeJS.Signals): void => {
    received = signal;
    worker.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, pass);
  const pieces: Uint8Array[] = [];
  worker.stdout.on("data", (piece: Uint8Array) => pieces.push(piece));
  const [status, signal] = (await once(worker, "close")) as [number | null, NodeJS.Signals | null];
  clearTimeout(late);
  unwatch();
  for (const each of SIGNALS) process.off(each, pass);
  if (received !== undefined) process.kill(process.pid, received);
  if (verdict === undefined && status !== null) {
    write(pieces);
    return status;
  }
  const ended = problem(`the call was ended by ${signal ?? "a signal"}`, "see whether the sidecar has enough memory");
  say(toLine(verdict ?? ended, "source"));
  return FAILED;
}

const SUBJECT = "reading and rewriting it";

/** What stands before the arguments when this program starts itself: nothing for an executable, the script for Node. */
function ourselves({ memory }: Operator): string[] {
  const [, script = ""] = process.argv;
  if (process.versions["bun"] !== undefined && script.startsWith("/$bunfs/")) return [];
  // So that it is ended by us, in a sentence, and not by Node with a trace.
  return [...process.execArgv, `--max-old-space-size=${(memory / MIB) * 2}`, script];
}
