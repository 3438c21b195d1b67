import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { freshFolder, root, writeFiles } from "../folders.ts";

/** The folder of an example below `examples`. */
export type ExampleName =
  | "kpt"
  | "kustomize"
  | "opentelemetry-collector"
  | "opentelemetry-operator"
  | "prometheus-operator";

/** A copy of an example to work on. */
export interface Example {
  /** Where the commands of the example's README work as they stand there. */
  cwd: string;
  /** The copy itself. */
  folder: string;
}

/** Copies an example into a fresh folder. */
export function copyOf(name: ExampleName): Example {
  const cwd = freshFolder();
  const folder = join(cwd, "examples", name);
  cpSync(join(root, "examples", name), folder, { recursive: true });
  return { cwd, folder };
}

/** Replaces a text, which has to be there, in a file. */
export function edit(file: string, before: string, after: string): void {
  const text = readFileSync(file, "utf8");
  expect(text, file).toContain(before);
  writeFileSync(
    file,
    text.replace(before, () => after),
  );
}

/** The files below a folder: their paths in it, in order, with their texts. */
export type Tree = Readonly<Record<string, string>>;

/**
 * Reads all files below a folder. What kpt writes into a Kptfile about its own work is left out: newer ones note there
 * whether the last render went well (kpt: documentation/content/en/book/03-packages, `status.conditions`).
 */
export function readTree(folder: string): Tree {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name).slice(folder.length + 1)).toSorted();
  return Object.fromEntries(
    paths.map((path) => {
      const text = readFileSync(join(folder, path), "utf8");
      return [path, path === "Kptfile" ? text.replace(/^status:\n(?:[ -].*\n?)*/m, "") : text];
    }),
  );
}

/** A unified diff of two trees, without the lines that differ from Git to Git. */
export function diffOf(before: Tree, after: Tree): string {
  const folder = freshFolder();
  writeFiles(join(folder, "a"), before);
  writeFiles(join(folder, "b"), after);
  const settings = { GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
  const { status, stdout, stderr } = spawnSync(
    "git",
    ["--no-pager", "diff", "--no-index", "--no-prefix", "--no-color", "--no-ext-diff", "a", "b"],
    { cwd: folder, encoding: "utf8", env: { ...process.env, ...settings } },
  );
  expect(status, stderr).toBeLessThanOrEqual(1);
  return stdout.replace(/^(?:diff --git|index) .*\n/gm, "").replace(/^(@@ .+? @@).*$/gm, "$1");
}

/** The blocks of one language in an example's README, in order. */
export function blocksIn(name: ExampleName, language: string): string[] {
  const readme = readFileSync(join(root, "examples", name, "README.md"), "utf8");
  return [...readme.matchAll(fenced(language))].map(([, text = ""]) => text);
}

/** The commands in an example's README that start with a word. */
export function commandsIn(name: ExampleName, start: string): string[] {
  const lines = blocksIn(name, "shell").flatMap((block) => block.split("\n"));
  return lines.filter((line) => line.startsWith(`${start} `));
}

/**
 * Expects the last block of a language in an example's README, its expected result, to be a text. With UPDATE_GOLDEN it
 * becomes that text.
 */
export function expectResultInReadme(name: ExampleName, language: string, text: string): void {
  if (process.env["UPDATE_GOLDEN"] !== undefined) {
    const file = join(root, "examples", name, "README.md");
    const readme = readFileSync(file, "utf8");
    const last = [...readme.matchAll(fenced(language))].at(-1);
    if (last) writeFileSync(file, replaceAt(readme, last, `\`\`\`${language}\n${text}\`\`\``));
  }
  expect(text).toBe(blocksIn(name, language).at(-1));
}

/** Expects each of these blocks of an example's README to be part of one of its files, as it stands there. */
export function expectToQuoteFiles(name: ExampleName, blocks: readonly string[]): void {
  const files = Object.entries(readTree(join(root, "examples", name))).filter(([path]) => path !== "README.md");
  expect(blocks.length).toBeGreaterThan(0);
  for (const block of blocks) {
    const quoted = files.filter(([, text]) => text.includes(block)).map(([path]) => path);
    expect(quoted, block).toHaveLength(1);
  }
}

function fenced(language: string): RegExp {
  return new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm");
}

function replaceAt(text: string, match: RegExpExecArray, replacement: string): string {
  return text.slice(0, match.index) + replacement + text.slice(match.index + match[0].length);
}
