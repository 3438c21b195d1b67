import { spawn, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { buffer, text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** The artefact under test: the built Node file, or the executable that INTERCEPT_BACKENDS names. */
export const executable = process.env["INTERCEPT_BACKENDS"];
const built = fileURLToPath(new URL("../dist/intercept-backends.mjs", import.meta.url));

/** The command that starts the artefact, for a shell or a host. */
export const program = executable ?? built;

const started: [string, string[]] = executable === undefined ? [process.execPath, [built]] : [executable, []];

/** What one call of the artefact gave. */
export interface Ran {
  status: number | null;
  stdout: Buffer;
  stderr: string;
}

/** Runs the artefact with a text or bytes on standard input; `env` is added to the environment. */
export function runProgram(
  args: readonly string[],
  input: string | Uint8Array = "",
  cwd?: string,
  env: NodeJS.ProcessEnv = {},
): Ran {
  const [command, first] = started;
  const ran = spawnSync(command, [...first, ...args], {
    input,
    cwd,
    env: { ...process.env, ...env },
    maxBuffer: 1024 ** 3,
  });
  if (ran.error) throw ran.error;
  return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr.toString() };
}

/** The same without waiting, for tests that make hundreds of calls. */
export async function startProgram(args: readonly string[], input: Uint8Array, cwd: string): Promise<Ran> {
  const [command, first] = started;
  const child = spawn(command, [...first, ...args], { cwd });
  const status = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  // A program that ends without reading its input closes the pipe, which says nothing about what it wrote.
  child.stdin.on("error", () => undefined).end(input);
  const [stdout, stderr] = await Promise.all([buffer(child.stdout), text(child.stderr)]);
  return { status: await status, stdout, stderr };
}

/** Does the same with each of many, as many at once as there are processors, and gives the results in their order. */
export async function inParallel<One, Result>(
  all: readonly One[],
  work: (one: One) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = all.entries();
  const worker = async (): Promise<void> => {
    for (const [at, one] of queue) results[at] = await work(one);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}
