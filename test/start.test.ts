import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

const main = "src/main.ts";

/**
 * The files that are loaded before the first line of the program runs, and Node's own modules: what it imports at once, and
 * they in turn. What our own files require, and do not import, waits until it is asked for. Files of packages of which the
 * bundle takes nothing are left out.
 */
async function loadedAtOnce(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
    entryPoints: [main],
    bundle: true,
    splitting: true,
    outdir: "dist",
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
  });
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  const loaded = new Set([main]);
  for (const file of loaded) {
    const imports = metafile.inputs[file]?.imports ?? [];
    for (const { path, kind, external } of imports) {
      const waits = kind === "dynamic-import" || (kind === "require-call" && file.startsWith("src/"));
      if (!waits && (!external || path.startsWith("node:"))) loaded.add(path);
    }
  }
  return [...loaded].filter((file) => !file.startsWith("node_modules/") || used.includes(file));
}

test("hosts wait for no command that the rewrite does not need, and for no package but zod/mini", async () => {
  const loaded = await loadedAtOnce();
  expect(loaded).toContain("src/rewrite/run.ts");
  const packages = loaded.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  expect([...new Set(packages)]).toEqual(["zod"]);
  expect(loaded.filter((file) => /zod\/v4\/(?:classic|locales)\//.test(file))).toEqual([]);
  // Each of Node's modules takes up to a tenth of a small run of the executable.
  expect(loaded.filter((file) => file.startsWith("node:"))).toEqual(["node:fs"]);
  expect(
    loaded.filter((file) =>
      /src\/(?:argocd|check|explain|cli\/(?:check|commands|explain|files|formats|generate|guard|help|options))/.test(
        file,
      ),
    ),
  ).toEqual([]);
});
