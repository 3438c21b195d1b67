import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { freshFolder, root } from "../folders.ts";
import { commandsIn } from "./example.ts";
import { kptNewest, kptOnPath, onEach, succeed } from "./host.ts";

const [get = ""] = commandsIn("kpt", "kpt pkg get");

function git(cwd: string, ...args: string[]): string {
  const who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
  const { status, stdout, stderr } = spawnSync("git", [...who, ...args], { cwd, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  return stdout;
}

/** A bare repository with the examples, tagged v1. */
function publish(): string {
  const folder = freshFolder();
  const work = join(folder, "work");
  mkdirSync(work);
  cpSync(join(root, "examples"), join(work, "examples"), { recursive: true });
  git(work, "init", "--quiet");
  git(work, "add", "--all");
  git(work, "commit", "--quiet", "--message", "examples");
  git(work, "tag", "v1");
  git(folder, "clone", "--quiet", "--bare", "work", "repository.git");
  return `file://${folder}/repository`;
}

/**
 * A patch without the lines that differ from Git to Git, without what newer kpts note in the Kptfile, and without line numbers,
 * since `kpt pkg get` adds comments for its merges.
 */
function withoutNotes(patch: string): string {
  const files = patch.split(/^(?=diff --git )/m).filter((text) => !text.startsWith("diff --git a/Kptfile"));
  return files
    .join("")
    .replace(/^index .*\n/gm, "")
    .replace(/^@@ .*/gm, "@@");
}

onEach([kptOnPath, kptNewest], (kpt) => {
  test("a package that kpt pkg get fetched renders to .expected/diff.patch", () => {
    const cwd = freshFolder();
    succeed(kpt, `REPOSITORY=${publish()} TAG=v1\n${get}`, cwd);
    const fetched = join(cwd, "metric-agent");
    git(fetched, "init", "--quiet");
    git(fetched, "add", "--all");
    git(fetched, "commit", "--quiet", "--message", "fetched");
    succeed(kpt, "kpt fn render metric-agent --allow-exec", cwd);
    const expected = readFileSync(join(root, "examples/kpt/.expected/diff.patch"), "utf8");
    expect(withoutNotes(git(fetched, "diff", "--no-color", "--no-ext-diff"))).toBe(withoutNotes(expected));
  });
});

test("metadata.yaml describes the function as package.json does, and names examples that are there", () => {
  const metadata = parse(readFileSync(join(root, "metadata.yaml"), "utf8")) as Record<string, unknown>;
  const { name, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, unknown>;
  expect(metadata).toMatchObject({ image: name, license });
  for (const example of metadata["examplePackages"] as string[]) {
    expect(existsSync(join(root, example, "Kptfile")), example).toBe(true);
  }
});
