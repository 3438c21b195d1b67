import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

const main = "src/main.ts";

/** The files that are loaded before the first line of the program runs: what it imports at once, and they in turn. */
async function loadedAtOnce(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
    entryPoints: [main],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
  });
  const loaded = new Set([main]);
  for (const file of loaded) {
    const imports = metafile.inputs[file]?.imports ?? [];
    for (const { path, kind, external } of imports) if (!external && kind !== "dynamic-import") loaded.add(path);
  }
  return [...loaded];
}

test("hosts wait for no package and no command that the rewrite does not need", async () => {
  const loaded = await loadedAtOnce();
  expect(loaded).toContain("src/run.ts");
  expect(loaded.filter((file) => file.includes("node_modules/zod/"))).toEqual([]);
  expect(loaded.filter((file) => /src\/(?:argocd|check|explain|help|.*-command)/.test(file))).toEqual([]);
});
