// Times of whole processes, from before their start to after their end, and the most memory they held.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** GNU time, which asks the kernel for the peak of a process that has ended. */
const gnuTime = process.platform === "linux" && existsSync("/usr/bin/time") ? "/usr/bin/time" : undefined;

/** What has to be said about the figures for memory; nothing if they can be taken as they are. */
export const noteOnPeaks =
  gnuTime === undefined ? "without GNU time the peaks are looked at every 2 ms: too low for short runs" : undefined;

/** The middle of some numbers. */
function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Milliseconds of one run with standard input from a file, standard output to nowhere. */
export function timeOfRun({ argv, cwd, env }, input) {
  const stdin = openSync(input ?? "/dev/null", "r");
  try {
    const begin = performance.now();
    const options = { cwd, env: { ...process.env, ...env }, stdio: [stdin, "ignore", "pipe"] };
    const { error, status, signal, stderr } = spawnSync(argv[0], argv.slice(1), options);
    const time = performance.now() - begin;
    if (error) throw error;
    if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status ?? signal}: ${stderr}`);
    return time;
  } finally {
    closeSync(stdin);
  }
}

/** Milliseconds of one run between two pipes, as hosts connect a function. */
export async function timeBetweenPipes({ argv }, input) {
  const begin = performance.now();
  await runBetweenPipes(argv, input);
  return performance.now() - begin;
}

/** The most memory that a run between two pipes held, in bytes. */
export async function peakOf({ argv }, input) {
  if (gnuTime === undefined) return await runBetweenPipes(argv, input, true);
  const folder = mkdtempSync(join(tmpdir(), "intercept-backends-bench-"));
  try {
    const report = join(folder, "peak");
    await runBetweenPipes([gnuTime, "-f", "%M", "-o", report, ...argv], input);
    return Number(readFileSync(report, "utf8")) * 1024;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runBetweenPipes(argv, input, watchMemory = false) {
  const source = spawn("cat", [input], { stdio: ["ignore", "pipe", "inherit"] });
  const program = spawn(argv[0], argv.slice(1), { stdio: [source.stdout, "pipe", "ignore"] });
  const sink = spawn("cat", { stdio: [program.stdout, "ignore", "inherit"] });
  // The children have their own ends of the pipes; ours would hide the end of the stream.
  source.stdout.destroy();
  program.stdout.destroy();
  let peak = 0;
  const timer = watchMemory ? setInterval(() => (peak = Math.max(peak, highWaterMark(program.pid))), 2) : undefined;
  const [[status, signal]] = await Promise.all([once(program, "exit"), once(sink, "exit")]);
  clearInterval(timer);
  if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status ?? signal}`);
  return peak;
}

/** The most memory that a process has held so far, in bytes (proc(5), VmHWM); 0 when it is gone or nobody can tell. */
function highWaterMark(pid) {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return found === null ? 0 : Number(found[1]) * 1024;
  } catch {
    return 0;
  }
}

/**
 * Medians and minima of runs that take turns, so that whatever else the machine does meets all of them alike. The first
 * run of each is for the caches and does not count. Who has used up its share of milliseconds sits the other rounds out;
 * a subject so slow that this leaves one run keeps that one.
 */
export async function inTurns(subjects, { rounds, share }, run) {
  const runs = new Map(subjects.map((subject) => [subject, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const subject of subjects) {
      const times = runs.get(subject);
      if (times.reduce((sum, time) => sum + time, 0) < share) times.push(await run(subject));
    }
  }
  return new Map([...runs].map(([subject, times]) => [subject, summary(times.length === 1 ? times : times.slice(1))]));
}

function summary(times) {
  return { median: median(times), least: Math.min(...times), runs: times.length };
}
