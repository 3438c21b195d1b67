// Times of whole processes, from before their start to after their end, and the most memory they held.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";

/** The middle of some numbers. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Milliseconds of one run with standard input from a file, standard output to nowhere. */
export function timeOfRun({ argv, cwd }, input) {
  const stdin = openSync(input ?? "/dev/null", "r");
  try {
    const begin = performance.now();
    const { error, status, signal } = spawnSync(argv[0], argv.slice(1), { cwd, stdio: [stdin, "ignore", "ignore"] });
    const time = performance.now() - begin;
    if (error) throw error;
    if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status ?? signal}`);
    return time;
  } finally {
    closeSync(stdin);
  }
}

/** Milliseconds of one run between two pipes, as hosts connect a function, and the peak of its memory in bytes. */
export async function runBetweenPipes({ argv }, input, watchMemory = false) {
  const begin = performance.now();
  const source = spawn("cat", [input], { stdio: ["ignore", "pipe", "inherit"] });
  const program = spawn(argv[0], argv.slice(1), { stdio: [source.stdout, "pipe", "ignore"] });
  const sink = spawn("cat", { stdio: [program.stdout, "ignore", "inherit"] });
  // The children have their own ends of the pipes; ours would hide the end of the stream.
  source.stdout.destroy();
  program.stdout.destroy();
  let peak = 0;
  const timer = watchMemory ? setInterval(() => (peak = Math.max(peak, highWaterMark(program.pid))), 2) : undefined;
  const [[status, signal]] = await Promise.all([once(program, "exit"), once(sink, "exit")]);
  const time = performance.now() - begin;
  clearInterval(timer);
  if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status ?? signal}`);
  return { time, peak };
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

/** Medians of runs that take turns, so that whatever else the machine does meets all of them alike. */
export async function inTurns(subjects, rounds, run) {
  const times = new Map(subjects.map((subject) => [subject, []]));
  for (let round = -1; round < rounds; round++) {
    for (const subject of subjects) {
      const time = await run(subject);
      if (round >= 0) times.get(subject).push(time);
    }
  }
  return new Map([...times].map(([subject, all]) => [subject, median(all)]));
}
