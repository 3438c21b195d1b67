// Runs the tests on the engine that the executable carries, instead of Node's.
//
//   npm run test:engine
//   npm run test:engine -- test/property
//
// A test that imports the sources runs them by the engine of the process that it is in, and that is Node's elsewhere. The
// executable carries another one, with regular expressions, sorting, decoders and a depth of recursion of its own, so the
// same tests have to hold there.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runtimeOf } from "./build-executable.mjs";

const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));

const argv = [vitest, "run", "--project", "quick", "--project", "long", ...process.argv.slice(2)];
const env = { ...process.env, BUN_OPTIONS: "", TEST_ENGINE: "bun" };
const { status, error } = spawnSync(runtimeOf(), argv, { stdio: "inherit", env });
if (error) throw error;
process.exitCode = status ?? 1;
