import { defineConfig } from "vitest/config";

const hosts = "test/hosts/**/*.test.ts";
const image = "test/image/**/*.test.ts";
/** Tried with few values in `npm test` and with many in `npm run test:all`. */
const properties = ["test/property/**/*.test.ts", "test/config/values.test.ts"];
/**
 * Hundreds of processes, minutes of work, or programs that a newcomer may not have: Go, helm, iptables, Argo CD's server. A new
 * file with more than about twenty calls of the program belongs here, so that `npm test` stays below a minute.
 */
const long = [
  "test/argocd/**/*.test.ts",
  "test/check/{ci,exit-status,sarif-fixes,secrets}.test.ts",
  "test/cli/{diff,encoding,exit-status,fix,init,input}.test.ts",
  "test/oracle/**/*.test.ts",
  "test/netfilter/**/*.test.ts",
  "test/property/program.test.ts",
  "test/release/executables.test.ts",
];
const setupFiles = ["test/engine.ts", "test/seed.ts", "test/clean-up.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "quick",
          globalSetup: "test/left-out.ts",
          // Loading the sources once for each worker, not once for each file, saves a third of the time.
          isolate: false,
          setupFiles,
          include: ["test/**/*.test.ts"],
          exclude: [hosts, image, ...long],
          env: { PROPERTY_RUNS: process.env["PROPERTY_RUNS"] ?? "12" },
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: { name: "long", setupFiles, include: [...long, ...properties], testTimeout: 120_000 },
      },
      {
        extends: true,
        // Each test starts whole programs, kustomize 4.5.4 alone takes more than a second.
        test: { name: "hosts", setupFiles, include: [hosts], testTimeout: 120_000, hookTimeout: 120_000 },
      },
      {
        extends: true,
        // Builds the image first.
        test: { name: "image", setupFiles, include: [image], testTimeout: 600_000, hookTimeout: 3_600_000 },
      },
    ],
  },
});
