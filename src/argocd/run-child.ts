import { spawn } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { codeOf } from "./repository.ts";
import { endFellows, fellows, watchMemory } from "./fellows.ts";

/** A program to start, without a shell. */
interface Child {
  file: string;
  args: readonly string[];
  cwd: string;
  /** All of its environment. */
  env: Readonly<Record<string, string>>;
  input: string;
  /** Milliseconds, bytes of its output, bytes of memory of it and all that it starts. */
  bounds: { time: number; output: number; memory: number };
}

/** How it ended. */
type Ended =
  | { how: "exit"; status: number | null; signal: string | null; stdout: Uint8Array; stderr: string }
  | { how: "too late" | "too much output" | "too much memory" }
  | { how: "not started"; code: string };

/** Most of what it says on standard error that is kept, in bytes. */
const MOST_STDERR = 64 * 1024;

/** What a Go program says when the kernel gives it no more memory (go: runtime/malloc.go). */
const NO_MEMORY = /^(?:fatal error: |runtime: ).*(?:out of memory|cannot allocate memory)/m;

/**
 * Runs a program, of which nothing is left when this returns, nor of what it has started: a renderer may be a script that
 * starts the real one. Should this process be ended, its keeper ends the program.
 */
export function runChild({ file, args, cwd, env, input, bounds }: Child): Promise<Ended> {
  const broken = whyNotRunnable(file);
  if (broken !== undefined) return Promise.resolve({ how: "not started", code: broken });
  return new Promise((resolve) => {
    const child = spawn(...limited(file, args, bounds), { cwd, env, shell: false, stdio: "pipe" });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let printed = 0;
    let said = 0;
    const finish = (ended: Ended): void => {
      clearTimeout(late);
      unwatch();
      child.kill("SIGKILL");
      endFellows();
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      resolve(ended);
    };
    const late = setTimeout(() => finish({ how: "too late" }), bounds.time);
    const unwatch = watchMemory(fellows, bounds.memory, () => finish({ how: "too much memory" }));
    child.stdout.on("data", (piece: Buffer) => {
      printed += piece.length;
      stdout.push(piece);
      if (printed > bounds.output) finish({ how: "too much output" });
    });
    child.stderr.on("data", (piece: Buffer) => {
      if (said < MOST_STDERR) stderr.push(piece.subarray(0, MOST_STDERR - said));
      said += piece.length;
    });
    // A program that ends before it has read everything says why by itself.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.on("error", ({ code = "unknown" }: NodeJS.ErrnoException) => finish({ how: "not started", code }));
    child.on("close", (status, signal) => {
      const words = Buffer.concat(stderr).toString("utf8");
      if (status !== 0 && NO_MEMORY.test(words)) finish({ how: "too much memory" });
      else finish({ how: "exit", status, signal, stdout: Buffer.concat(stdout), stderr: words });
    });
  });
}

function whyNotRunnable(file: string): string | undefined {
  try {
    accessSync(file, constants.X_OK);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

/** util-linux, which every Linux has and the image too. */
const PRLIMIT = "/usr/bin/prlimit";

/** Address space that a program reserves beyond what it uses: of Go and of Node less than one GiB. */
const RESERVED = 2 * 1024 ** 3;

/**
 * A program under limits of the kernel, which hold when none of us is left to watch it. They are wider than our own bounds, so
 * that those end it first and say why: each process may use twice the time, for the garbage collector that runs beside it.
 */
function limited(file: string, args: readonly string[], { time, memory }: Child["bounds"]): [string, string[]] {
  if (!existsSync(PRLIMIT)) return [file, [...args]];
  const seconds = 2 * Math.ceil(time / 1000) + 1;
  return [PRLIMIT, [`--as=${memory + RESERVED}`, `--cpu=${seconds}`, "--core=0", "--", file, ...args]];
}
