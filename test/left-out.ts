import type { TestProject } from "vitest/node";

/** The projects of vitest.config.ts that `npm test` does not run, and what is in them. */
const PARTS = {
  long: "executables for other machines, long properties, matrices of processes, the Go oracle, packet filters, shells, a browser, Argo CD's plugin",
  hosts: "kpt and kustomize",
  image: "the container image",
};

let leftOut: string[] = [];

/** vitest's global setup: notes which parts this run leaves out. */
export function setup({ vitest }: TestProject): void {
  const run = new Set(vitest.projects.map(({ name }) => name));
  leftOut = Object.entries(PARTS).flatMap(([name, what]) => (run.has(name) ? [] : [`${name} (${what})`]));
}

/** vitest's global teardown: names them, so that nobody takes a quick run for a complete one. */
export function teardown(): void {
  if (leftOut.length > 0) console.error(`Left out: ${leftOut.join("; ")}. npm run test:all runs them.`);
}
