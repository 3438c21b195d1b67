import { defineConfig } from "vitest/config";

const hosts = "test/hosts/**/*.test.ts";
const image = "test/image/**/*.test.ts";

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "rules",
          setupFiles: ["test/engine.ts", "test/seed.ts"],
          include: ["test/**/*.test.ts"],
          exclude: [hosts, image],
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        // Each test starts whole programs, kustomize 4.5.4 alone takes more than a second.
        test: { name: "hosts", include: [hosts], testTimeout: 120_000, hookTimeout: 120_000 },
      },
      {
        extends: true,
        // Builds the image first; npm run test:image runs it, npm test does not.
        test: { name: "image", include: [image], testTimeout: 600_000, hookTimeout: 3_600_000 },
      },
    ],
  },
});
