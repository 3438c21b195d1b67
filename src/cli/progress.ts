import { writeAll } from "./io.ts";

const STDERR = 2;

/** Milliseconds that work may take before anything is said of it. */
const PATIENCE = 1000;

/** Goes to the start of the line and clears it (ECMA-48, EL). */
const CLEAR = "\r\u001b[K";

let current = "";
let isShown = false;
let timer: NodeJS.Timeout | undefined;

/**
 * Says on standard error what is being done, where that is a terminal and the call has taken a second; nothing elsewhere.
 * What is said next takes its place, and it goes away when something else is written.
 */
export function showProgress(text: string): void {
  if (!process.stderr.isTTY) return;
  current = text;
  const left = PATIENCE - performance.now();
  if (left <= 0) draw();
  else timer ??= setTimeout(draw, left).unref();
}

/** Takes away what is said of the progress, so that other lines can be written. */
export function clearProgress(): void {
  clearTimeout(timer);
  timer = undefined;
  if (isShown) writeAll(STDERR, [Buffer.from(CLEAR)]);
  isShown = false;
}

function draw(): void {
  timer = undefined;
  isShown = true;
  writeAll(STDERR, [Buffer.from(`${CLEAR}${current.slice(0, (process.stderr.columns ?? 80) - 1)}`)]);
}
