import { readSync, writeSync } from "node:fs";

const CHUNK = 1024 * 1024;

/** All bytes of a file descriptor. A pipe that another program has made non-blocking is waited for. */
export function readAll(descriptor: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const length = whenReady(() => readSync(descriptor, chunk, 0, CHUNK, null));
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
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
