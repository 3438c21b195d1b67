import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith, freshFolder } from "../folders.ts";
import { program, runProgram } from "../program.ts";

const folder = folderWith({ "check-me.yaml": "", "config.yaml": "" });
const programs = freshFolder();
symlinkSync(resolve(program), join(programs, "intercept-backends"));
const PATH = [programs, dirname(process.execPath), process.env["PATH"]].join(delimiter);

/** What a shell says that a line can go on with. */
type Complete = (line: string) => string[];

/** Starts a shell with a text as its input. */
function run(shell: string, args: readonly string[], input: string): string[] {
  const isArgument = args.at(-1) === "-c";
  const { stdout, stderr, status } = spawnSync(shell, isArgument ? [...args, input] : args, {
    cwd: folder,
    input: isArgument ? "" : input,
    encoding: "utf8",
    env: { ...process.env, PATH },
  });
  expect(status, stderr).toBe(0);
  return stdout
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .toSorted();
}

const SHELLS: Record<string, Complete> = {
  bash: (line) =>
    run(
      "bash",
      ["--norc", "-s"],
      // As readline takes a line apart (COMP_WORDBREAKS has the = among them).
      `source <(intercept-backends completion bash)
       COMP_WORDS=(${line.replaceAll("=", " = ")}); ${line.endsWith(" ") || line.endsWith("=") ? 'COMP_WORDS+=("")' : ""}
       COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
       _intercept_backends
       printf '%s\\n' "\${COMPREPLY[@]}"`,
    ),
  fish: (line) =>
    run(
      "fish",
      ["--no-config", "-c"],
      `intercept-backends completion fish | source
       complete -C "${line}" | string split -f1 \\t | string replace -r '^--.*=' ''; true`,
    ),
  // zsh completes in its line editor alone: _arguments is asked what it would add. Before the editor has started, the
  // terminal itself would take the tab for a tab and the last key for one that erases the line.
  zsh: (line) =>
    run(
      "zsh",
      ["-f", "-s"],
      `zmodload zsh/zpty
       zpty shell zsh -f -i
       zpty -w shell 'PS1=; unset zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source <(intercept-backends completion zsh)'
       zpty -w shell 'compadd () { local -a hits; builtin compadd -A hits "$@"; print -rl -- "HIT:"$^hits; builtin compadd "$@"; }; bindkey "^I" complete-word; zstyle ":completion:*" list-prompt ""; zle-line-init () { print EDIT""ING }; zle -N zle-line-init'
       zpty -r shell out '*EDITING*'
       zpty -w -n shell $'${line}\\t'
       zpty -w -n shell $'\\C-u'
       zpty -w shell 'echo D""ONE'
       zpty -r shell out '*DONE*'
       zpty -d shell
       print -r -- $out | tr -d '\\r' | grep -a -o 'HIT:[^ ]*' | sed 's/^HIT://;s/\\x1b.*//' || true`,
    ),
};

for (const [shell, complete] of Object.entries(SHELLS)) {
  const isThere = spawnSync(shell, ["--version"]).status === 0;
  if (!isThere) console.warn(`MISSING: ${shell}, so that its completion is not tried; install it`);
  describe.skipIf(!isThere && process.env["REQUIRE_HOSTS"] !== "1")(`completion in ${shell}`, () => {
    test.each<[string, string[], string[]]>([
      ["intercept-backends ch", ["check"], ["explain"]],
      ["intercept-backends ", ["check", "fix", "diff", "explain", "help", "version"], ["--format"]],
      ["intercept-backends check --for", ["--format"], ["--function-config", "--color"]],
      ["intercept-backends check --format ", ["diff", "github", "sarif"], ["table", "html"]],
      ["intercept-backends explain --format ", ["table", "html"], ["sarif"]],
      ["intercept-backends explain --format=h", ["html"], ["table"]],
      ["intercept-backends generate --f", ["--function-config"], ["--format"]],
      ["intercept-backends check --color ", ["auto", "always", "never"], []],
      ["intercept-backends help ex", ["explain"], ["check"]],
      ["intercept-backends completion ", ["bash", "fish", "zsh"], ["check"]],
    ])("%s", (line, wanted, unwanted) => {
      const offered = complete(line);
      expect(offered).toEqual(expect.arrayContaining(wanted));
      for (const word of unwanted) expect(offered).not.toContain(word);
    });
  });
}

test("a shell that there is no script for is refused", () => {
  expect(runProgram(["completion", "tcsh"]).stderr).toMatch(/^SHELL is bash, zsh, fish, not tcsh/);
  expect(runProgram(["completion"]).stderr).toMatch(/^missing required argument 'shell'/);
});
