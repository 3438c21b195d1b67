import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AGENT, pipeline } from "../check/manifests.ts";
import { folderWith } from "../folders.ts";
import { program, runProgram } from "../program.ts";

const folder = folderWith({
  "ok.yaml": `${AGENT}---\n${pipeline("one", 4317)}`,
  "folder/ok.yaml": AGENT,
  "with-dangling/ok.yaml": AGENT,
  "with-folder/ok.yaml/inner.yaml": AGENT,
});
symlinkSync("nowhere", join(folder, "dangling.yaml"));
symlinkSync("nowhere", join(folder, "with-dangling/gone.yaml"));
symlinkSync("loop", join(folder, "loop"));
symlinkSync(".", join(folder, "with-folder/link.yaml"));

const LONG = "a".repeat(300);
const GONE = "there is no such file, or a symbolic link to none; check the path, or see intercept-backends --help";

/** What nobody can read as a file, and what is said of it. */
const UNREADABLE: [string, string][] = [
  ["none.yaml", GONE],
  ["dangling.yaml", GONE],
  ["loop", "its symbolic links lead in a circle; correct them"],
  [LONG, "the path is too long; shorten it"],
  ["two\nlines.yaml", GONE],
  ["ok.yaml/below", "a part of the path is a file, not a folder; check the path"],
];
const FOLDER = "is a folder; name a file in it";

function said(args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = runProgram(args, "", folder);
  return { status, stdout: stdout.toString(), stderr };
}

/** A call in a shell, where `$0` is the program. */
function shell(script: string): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync("sh", ["-c", script, program], { cwd: folder, encoding: "utf8" });
  return { status, stderr };
}

describe("a file that cannot be read is named with cause and remedy, and the status is 2", () => {
  test.each(UNREADABLE)("%s", (path, cause) => {
    const wrong = { status: 2, stdout: "", stderr: `${path.replace("\n", "\\n")}: ${cause}\n` };
    expect(said([path])).toEqual(wrong);
    expect(said(["explain", path])).toEqual(wrong);
    expect(said(["check", path])).toEqual(wrong);
    expect(said(["--function-config", path, "ok.yaml"])).toEqual(wrong);
    expect(said(["explain", "--function-config", path, "ok.yaml"])).toEqual(wrong);
    expect(said(["check", "--function-config", path, "ok.yaml"])).toEqual(wrong);
    expect(said(["generate", "--function-config", path, "folder"])).toEqual(wrong);
  });

  test("a folder in place of a file", () => {
    const wrong = { status: 2, stdout: "", stderr: `folder: ${FOLDER}\n` };
    expect(said(["folder"])).toEqual(wrong);
    expect(said(["--function-config", "folder", "ok.yaml"])).toEqual(wrong);
    expect(said(["explain", "--function-config", "folder", "ok.yaml"])).toEqual(wrong);
    expect(said(["check", "--function-config", "folder", "ok.yaml"])).toEqual(wrong);
    expect(said(["generate", "--function-config", "folder", "folder"])).toEqual(wrong);
  });

  test.each(["explain", "check"])("in a folder that is given to %s", (command) => {
    expect(said([command, "with-dangling"])).toEqual({
      status: 2,
      stdout: "",
      stderr: `with-dangling/gone.yaml: ${GONE}\n`,
    });
    expect(said([command, "with-folder"])).toEqual({
      status: 2,
      stdout: "",
      stderr: `with-folder/link.yaml: ${FOLDER}\n`,
    });
  });

  test.each(["", "-", "explain", "explain -", "check -"])("a folder as standard input: %s", (args) => {
    expect(shell(`"$0" ${args} < folder`)).toEqual({ status: 2, stderr: `standard input: ${FOLDER}\n` });
  });
});

describe("a folder that cannot be read", () => {
  test.each(["ok.yaml", "none.yaml", "dangling.yaml", "loop", LONG, "ok.yaml/below"])("%s", (path) => {
    expect(said(["generate", path])).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining(path) as string,
    });
    // Argo CD makes a form of the list, by which the Application can be corrected.
    expect(said(["parameters", path])).toMatchObject({ status: 0, stderr: "" });
  });
});

describe("a stream that cannot be written", () => {
  const full = "no space is left; free some, and run it again";

  test.each(["ok.yaml", "explain ok.yaml", "check ok.yaml", "generate with-agent", "parameters", "schema", "--help"])(
    "%s",
    (args) => {
      expect(shell(`${SOURCE}; "$0" ${args} > /dev/full`)).toEqual({
        status: 2,
        stderr: `standard output: ${full}\n`,
      });
      // The reader is gone, and wants to hear no more.
      const piped = `${SOURCE}; { sleep 0.2; "$0" ${args}; echo "status $?" >&2; } | true`;
      expect(shell(piped).stderr).toBe("status 2\n");
    },
  );

  test.each(["none.yaml", "wrong.yaml", "explain wrong.yaml", "check wrong.yaml", "generate none", "--unknown"])(
    "on standard error: %s",
    (args) => {
      const wrong = `echo 'kind: [' > wrong.yaml`;
      expect(shell(`${wrong}; "$0" ${args} 2> /dev/full`).status).toBe(2);
    },
  );
});

/** A source that `generate` prints. */
const SOURCE = "mkdir -p with-agent; cp ok.yaml with-agent";

test.each([
  ["", /^standard input:1:1: the input is empty/, 1],
  ["-", /^standard input:1:1: the input is empty/, 1],
  ["explain", /^standard input:1:1: the input is empty/, 1],
  ["check -", /^standard input:1:1: the input is empty/, 2],
  ["generate folder", /^the source: the agent is there but no MetricPipeline is/, 1],
  ["parameters folder", /^$/, 0],
  ["schema", /^$/, 0],
])("closed standard input: %s", (args, words, status) => {
  const ran = shell(`"$0" ${args} <&-`);
  expect(ran.stderr).toMatch(words);
  expect(ran.status).toBe(status);
});
