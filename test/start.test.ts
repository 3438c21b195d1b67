import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

const main = "src/main.ts";

/**
 * The files that are loaded before the first line of the program runs, and Node's own modules: what it imports at once, and
 * they in turn. What our own files require, and do not import, waits until it is asked for.
 */
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
    for (const { path, kind, external } of imports) {
      const waits = kind === "dynamic-import" || (kind === "require-call" && file.startsWith("src/"));
      if (!waits && (!external || path.startsWith("node:"))) loaded.add(path);
    }
  }
  return [...loaded];
}

test("hosts wait for no package and no command that the rewrite does not need", async () => {
  const loaded = await loadedAtOnce();
  expect(loaded).toContain("src/rewrite/run.ts");
  expect(loaded.filter((file) => /node_modules\/(?:zod|yaml)\//.test(file))).toEqual([]);
  // Each of Node's modules takes up to a tenth of a small run of the executable.
  expect(loaded.filter((file) => file.startsWith("node:"))).toEqual(["node:fs"]);
  expect(
    loaded.filter((file) =>
      /src\/(?:argocd|check|explain|cli\/(?:check|explain|files|generate|guard|help|parameters))/.test(file),
    ),
  ).toEqual([]);
});
