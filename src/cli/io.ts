import { fstatSync, readSync, writeSync } from "node:fs";

/** The first buffer where the size is not known, in bytes: larger than most streams. */
const CHUNK = 64 * 1024;

/** The next size. The engine collects its garbage later the more memory has been asked for. */
const MEDIUM = 2 * 1024 * 1024;

/** Beyond that: large enough to avoid another copy; untouched memory costs only address space. */
const LARGE = 256 * 1024 * 1024;

/** All bytes of a file descriptor, in one piece. A pipe that another program has made non-blocking is waited for. */
export function readAll(descriptor: number): Uint8Array {
  const { size } = fstatSync(descriptor);
  // One byte more than a file has, so that its end is seen without growing; a pipe tells no size.
  let buffer = Buffer.allocUnsafeSlow(Math.max(size + 1, CHUNK));
  let length = 0;
  for (;;) {
    const from = length;
    const read = whenReady(() => readSync(descriptor, buffer, from, buffer.length - from, null));
    if (read === 0) return buffer.subarray(0, length);
    length += read;
    if (length === buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length * 2, length < MEDIUM ? MEDIUM : LARGE));
      buffer.copy(larger);
      buffer = larger;
    }
  }
}

/**
 * Writes all bytes before it returns: `process.stdout.write` followed by an exit loses what a pipe did not take at once.
 * Short writes and a pipe that is full are waited for.
 */
export function writeAll(descriptor: number, pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) {
    let done = 0;
    while (done < piece.length) {
      const from = done;
      done += whenReady(() => writeSync(descriptor, piece, from, piece.length - from));
    }
  }
}

function whenReady(attempt: () => number): number {
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    try {
      return attempt();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    }
  }
}
