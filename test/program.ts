import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The artefact under test: the built Node file, or the executable that INTERCEPT_BACKENDS names. */
export const executable = process.env["INTERCEPT_BACKENDS"];
const built = fileURLToPath(new URL("../dist/intercept-backends.mjs", import.meta.url));

/** The command that starts the artefact, for a shell or a host. */
export const program = executable ?? built;

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
  const [command, ...first] = executable === undefined ? [process.execPath, built] : [executable];
  const ran = spawnSync(command, [...first, ...args], {
    input,
    cwd,
    env: { ...process.env, ...env },
    maxBuffer: 1024 ** 3,
  });
  if (ran.error) throw ran.error;
  return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr.toString() };
}
