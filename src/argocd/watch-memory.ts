import { readFileSync } from "node:fs";

/** Milliseconds between two looks: a process cannot fill much more than some ten megabytes meanwhile. */
const INTERVAL = 50;

/**
 * Calls back once when a process has more bytes in memory than it may. Returns how to end the watch. Only Linux tells the
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
