import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endFellows, endProcess, hasRole, MARK, watchMemory } from "../argocd/fellows.ts";
import { MIB, overdue, overweight, readOperator, type Operator } from "../argocd/operator.ts";
import { problem, type Finding } from "../base/finding.ts";
import { toLine } from "../stream/result.ts";
import { isExecutable } from "./executable.ts";
import { FAILED, say, write } from "./streams.ts";

/** Milliseconds beyond the deadline: the work keeps it by itself where it can, in words that say more. */
const GRACE = 1000;

/** What tells a process to end. */
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

const SUBJECT = "reading and rewriting it";

/**
 * Does the work of a call in a process of its own, under a second one that keeps the time and the memory: a repository that
 * means harm can keep a reader of YAML busy for hours, and a busy process can end nothing by itself. Three processes, none of
 * which can be ended without the others: the caller stands in the group that Argo CD ends (argo-cd:
 * cmpserver/plugin/plugin.go), the keeper leads a session of its own, and the worker and all renderers run in that.
 */
export async function guarded(argv: readonly string[], work: () => Promise<number>): Promise<number> {
  if (hasRole("worker")) return work();
  return hasRole("keeper") ? keep(argv) : call(argv);
}

/** Starts the keeper, and ends it with this process: its standard input closes then, however this process ends. */
async function call(argv: readonly string[]): Promise<number> {
  const keeper = spawn(process.execPath, [...ourselves(), ...argv], {
    env: { ...process.env, [MARK]: `keeper of ${process.pid}` },
    detached: true,
    // Its fourth file is our standard input, for the worker.
    stdio: ["pipe", "inherit", "inherit", 0],
  });
  const received = passSignals(() => keeper.stdin?.end());
  const [status, signal] = (await once(keeper, "exit")) as [number | null, NodeJS.Signals | null];
  if (keeper.pid !== undefined) {
    endProcess(-keeper.pid);
    if (signal !== null) removeFolders(keeper.pid);
  }
  received.raise();
  if (status !== null) return status;
  say(toLine(endedBy(signal), "source"));
  return FAILED;
}

/** Starts the worker and holds back what it prints until it is whole. Leaves no process and no temporary file. */
async function keep(argv: readonly string[]): Promise<number> {
  const { operator } = readOperator(process.env);
  const folder = newFolder();
  const worker = spawn(process.execPath, [...ourselves(operator), ...argv], {
    env: { ...process.env, ...folder.env, [MARK]: `worker of ${process.pid}` },
    stdio: [3, "pipe", "inherit"],
  });
  const clear = (): void => {
    endFellows();
    folder.remove();
  };
  let verdict: Finding | undefined;
  const end = (finding?: Finding): void => {
    verdict ??= finding;
    clear();
    worker.kill("SIGKILL");
  };
  const late = setTimeout(() => end(overdue(SUBJECT, operator)), operator.deadline + GRACE);
  const unwatch = watchMemory(
    () => (worker.pid === undefined ? [] : [worker.pid]),
    operator.memory,
    () => end(overweight(SUBJECT, operator)),
  );
  const received = passSignals(end);
  // The caller is gone, and nobody waits for an answer.
  const abandoned = (): void => {
    clear();
    endProcess(-process.pid);
  };
  process.stdin
    .on("error", () => {})
    .on("end", abandoned)
    .resume();
  const pieces: Uint8Array[] = [];
  worker.stdout?.on("data", (piece: Uint8Array) => pieces.push(piece));
  const [status, signal] = await endOf(worker);
  clearTimeout(late);
  unwatch();
  process.stdin.off("end", abandoned).destroy();
  clear();
  received.raise();
  if (verdict === undefined && status !== null) {
    write(pieces);
    return status;
  }
  say(toLine(verdict ?? endedBy(signal), "source"));
  return FAILED;
}

async function endOf(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return (await once(child, "close")) as [number | null, NodeJS.Signals | null];
}

/** Calls back for signals that end this process; `raise` then ends it by the one that came. */
function passSignals(react: () => void): { raise(): void } {
  let received: NodeJS.Signals | undefined;
  const pass = (signal: NodeJS.Signals): void => {
    received = signal;
    react();
  };
  for (const signal of SIGNALS) process.on(signal, pass);
  return {
    raise() {
      for (const signal of SIGNALS) process.off(signal, pass);
      if (received !== undefined) process.kill(process.pid, received);
    },
  };
}

function endedBy(signal: NodeJS.Signals | null): Finding {
  const cause = `the call was ended by ${signal ?? "a signal"}`;
  return problem(cause, "see whether the sidecar has enough memory");
}

const PREFIX = "intercept-backends-call-";

/** A folder for the temporary files of a call, by the number of its keeper. Without one where none can be made. */
function newFolder(): { env: Readonly<Record<string, string>>; remove(): void } {
  try {
    const outer = tmpdir();
    const folder = mkdtempSync(join(outer, `${PREFIX}${process.pid}-`));
    // Node keeps what it has compiled where the next call finds it.
    const cache = process.env["NODE_COMPILE_CACHE"] ?? join(outer, "node-compile-cache");
    return { env: { TMPDIR: folder, NODE_COMPILE_CACHE: cache }, remove: () => removeFolder(folder) };
  } catch {
    return { env: {}, remove: () => {} };
  }
}

/** Removes what a keeper that was ended has left. */
function removeFolders(keeper: number): void {
  for (const name of readdirSync(tmpdir())) {
    if (name.startsWith(`${PREFIX}${keeper}-`)) removeFolder(join(tmpdir(), name));
  }
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** What stands before the arguments when this program starts itself: nothing for an executable, the script for Node. */
function ourselves(operator?: Operator): string[] {
  if (isExecutable()) return [];
  const [, script = ""] = process.argv;
  // So that it is ended by us, in a sentence, and not by Node with a trace.
  const heap = operator === undefined ? [] : [`--max-old-space-size=${(operator.memory / MIB) * 2}`];
  return [...process.execArgv, ...heap, script];
}
