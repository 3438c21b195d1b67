import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** A program to start, without a shell. */
interface Child {
  file: string;
  args: readonly string[];
  cwd: string;
  /** All of its environment. */
  env: Readonly<Record<string, string>>;
  input: string;
  /** Milliseconds, bytes of its output, bytes of memory. */
  bounds: { time: number; output: number; memory: number };
}

/** How it ended. */
type Ended =
  | { how: "exit"; status: number | null; signal: string | null; stdout: Uint8Array; stderr: string }
  | { how: "too late" | "too much output" | "too much memory" }
  | { how: "not started"; code: string };

/** Most of what it says on standard error that is kept, in bytes. */
const MOST_STDERR = 64 * 1024;

/** What tells a process to end; it ends what it has started first. */
export const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/**
 * Runs a program in a process group of its own, of which nothing is left when this returns or when this process is told to
 * end: a renderer may be a script that starts the real one. Argo CD tells the whole group of the call to end (argo-cd:
 * cmpserver/plugin/plugin.go), and that group has us in it but not the program.
 */
export function runChild({ file, args, cwd, env, input, bounds }: Child): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, detached: true, shell: false, stdio: "pipe" });
    const { pid } = child;
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let printed = 0;
    let said = 0;
    const finish = (ended: Ended): void => {
      clearTimeout(late);
      unwatch();
      for (const signal of SIGNALS) process.off(signal, pass);
      if (pid !== undefined) endGroup(pid);
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      resolve(ended);
    };
    const pass = (signal: NodeJS.Signals): void => {
      finish({ how: "too late" });
      process.kill(process.pid, signal);
    };
    const late = setTimeout(() => finish({ how: "too late" }), bounds.time);
    const unwatch =
      pid === undefined ? () => {} : watchMemory(pid, bounds.memory, () => finish({ how: "too much memory" }));
    for (const signal of SIGNALS) process.on(signal, pass);
    child.stdout.on("data", (piece: Buffer) => {
      printed += piece.length;
      stdout.push(piece);
      if (printed > bounds.output) finish({ how: "too much output" });
    });
    child.stderr.on("data", (piece: Buffer) => {
      if (said < MOST_STDERR) stderr.push(piece);
      said += piece.length;
    });
    // A program that ends before it has read everything says why by itself.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.on("error", ({ code = "unknown" }: NodeJS.ErrnoException) => finish({ how: "not started", code }));
    child.on("close", (status, signal) =>
      finish({
        how: "exit",
        status,
        signal,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString("utf8"),
      }),
    );
  });
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}

/** Milliseconds between two looks: a process cannot fill much more than some ten megabytes meanwhile. */
const INTERVAL = 50;

/**
 * Calls back once when a process has more bytes in memory than it may. Returns how to end the watch. Only Linux shows the
 * memory of another process; elsewhere nothing is watched.
 */
export function watchMemory(pid: number, most: number, exceeded: () => void): () => void {
  const timer = setInterval(() => {
    if (residentBytes(pid) <= most) return;
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
