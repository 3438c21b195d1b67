import { readdirSync, readFileSync } from "node:fs";

/**
 * The variable by which a process of a call knows that one of us has started it, and as what: `keeper of PID` or
 * `worker of PID`, where PID is its parent. The keeper leads a session in which everything runs that the call starts.
 */
export const MARK = "INTERCEPT_BACKENDS_ROLE";

/** True when the parent has started this process in a role. */
export function hasRole(role: "keeper" | "worker"): boolean {
  return process.env[MARK] === `${role} of ${process.ppid}`;
}

/**
 * The other processes of a call's session, running or stopped: all that the call has started, grandchildren and orphans too.
 * A worker leaves out its keeper. Empty where this process has no role, and where there is no /proc.
 */
export function fellows(): number[] {
  const leader = hasRole("keeper") ? process.pid : hasRole("worker") ? process.ppid : undefined;
  if (leader === undefined || process.platform !== "linux") return [];
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && pid !== leader && isAlive(pid, leader));
}

function isAlive(pid: number, session: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name may hold anything; after it come state, parent, group and session (proc(5)).
    const [state, , , own] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state !== "Z" && state !== "X" && Number(own) === session;
  } catch {
    return false; // It ended meanwhile.
  }
}

/** Most rounds of ending: what starts processes faster than they end is out of reach of signals. */
const ROUNDS = 400;

/** Ends the other processes of the session, and returns when they are gone. */
export function endFellows(): void {
  for (let round = 0; round < ROUNDS; round++) {
    const left = fellows();
    if (left.length === 0) return;
    for (const pid of left) endProcess(pid);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

/** Ends a process, or with a negative number a group of them, of which nothing may be left. */
export function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}

/** Milliseconds between two looks: a process fills some ten megabytes meanwhile, seldom a hundred. */
const INTERVAL = 50;

/**
 * Calls back once when processes have more bytes in memory together than they may. Returns how to end the watch. Only Linux
 * shows the memory of another process; elsewhere nothing is watched.
 */
export function watchMemory(watched: () => readonly number[], most: number, exceeded: () => void): () => void {
  const timer = setInterval(() => {
    if (watched().reduce((sum, pid) => sum + residentBytes(pid), 0) <= most) return;
    clearInterval(timer);
    exceeded();
  }, INTERVAL);
  return () => clearInterval(timer);
}

function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
