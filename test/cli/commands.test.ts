import { describe, expect, test } from "vitest";
import { CHECK_FORMATS, EXPLAIN_FORMATS } from "../../src/cli/formats.ts";
import { wantsColour } from "../../src/cli/options.ts";
import { AGENT, pipeline } from "../check/manifests.ts";
import { folderWith } from "../folders.ts";
import { runProgram } from "../program.ts";

const STREAM = `${AGENT}---\n${pipeline("one", 4317)}`;
const folder = folderWith({ "all.yaml": STREAM });

function call(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = runProgram(args, "", folder, { NO_COLOR: "", FORCE_COLOR: undefined });
  return { status, stdout: stdout.toString(), stderr };
}

/** The commands that the program itself lists. */
const LISTED = /\nCommands:\n([^]*?)\n\n/.exec(call("--help").stdout)?.[1] ?? "";
const COMMANDS = [...LISTED.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = ""]) => name);

describe("help", () => {
  test("lists the commands", () => {
    expect(COMMANDS).toEqual(expect.arrayContaining(["check", "explain", "generate", "help", "schema", "version"]));
  });

  test.each(COMMANDS)("of %s has two examples or more, fits 80 columns, and can be asked for in two ways", (name) => {
    const { status, stdout, stderr } = call(name, "--help");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(call("help", name).stdout).toBe(stdout);
    const examples = stdout.split("Examples:\n")[1] ?? "";
    expect(examples.match(/^ {2}(?! ).*intercept-backends/gm)?.length).toBeGreaterThanOrEqual(2);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test("of the program is the same by option and by command, fits 80 columns, and has the exit statuses", () => {
    const { stdout } = call("--help");
    expect(call("help")).toEqual({ status: 0, stdout, stderr: "" });
    expect(call("-h").stdout).toBe(stdout);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toMatch(/Exit status:\n {2}0 {2}.*\n {2}1 /);
  });
});

test("the version is printed by option and by command", () => {
  expect(call("version")).toEqual(call("--version"));
  expect(call("version").stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
});

describe("wrong usage is one line with what was probably meant, and exit status 2", () => {
  test.each<[string, string]>([
    ["chekc .", "there is neither a command nor a file chekc; did you mean check?"],
    ["helpp", "there is neither a command nor a file helpp; did you mean help?"],
    ["something", "there is neither a command nor a file something"],
    ["help exlpain", "there is no command exlpain; did you mean explain?"],
    ["--function-config all.yaml check all.yaml", "write the command check first, and its options after it"],
    ["--colour never check .", "unknown option '--colour' (Did you mean --color?)"],
    ["check --fromat sarif .", "unknown option '--fromat' (Did you mean --format?)"],
    ["explain --function-confg x .", "unknown option '--function-confg' (Did you mean --function-config?)"],
    ["generate --format diff .", "unknown option '--format'"],
    ["schema --format diff", "unknown option '--format'"],
    ["parameters --function-config x", "unknown option '--function-config'"],
    ["version --function-config x", "unknown option '--function-config'"],
    ["--format diff all.yaml", "unknown option '--format'"],
    ["check --format sraif .", `--format is ${CHECK_FORMATS.join(", ")}, not sraif; did you mean sarif?`],
    ["explain --format tabel .", `--format is ${EXPLAIN_FORMATS.join(", ")}, not tabel; did you mean table?`],
    ["explain --format sarif .", `--format is ${EXPLAIN_FORMATS.join(", ")}, not sarif`],
    ["check --color nevr .", "--color is auto, always, never, not nevr; did you mean never?"],
    ["check --format", "option '--format <format>' argument missing"],
    ["check", "missing required argument 'PATH'"],
    ["check --format sarif", "missing required argument 'PATH'"],
    ["generate a b", "too many arguments for 'generate'. Expected 1 argument but got 2"],
    ["schema all.yaml", "too many arguments for 'schema'. Expected 0 arguments but got 1"],
  ])("%s", (line, said) => {
    const { status, stdout, stderr } = call(...line.split(" "));
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^[^\n]*; see intercept-backends (?:[a-z]+ )?--help\n$/);
    expect(stderr.startsWith(`${said}; see`), stderr).toBe(true);
  });
});

test("a file whose name is that of a command is read by its path", () => {
  const named = folderWith({ check: STREAM });
  expect(runProgram(["./check"], "", named)).toMatchObject({ status: 0, stderr: "" });
});

test("the rewrite needs no word, and takes its own", () => {
  const { status, stdout } = call("all.yaml");
  expect(status).toBe(0);
  expect(stdout).toContain('includeOutboundPorts: "4317"');
  expect(call("rewrite", "all.yaml").stdout).toBe(stdout);
});

describe("colours", () => {
  test.each<[string, NodeJS.ProcessEnv, boolean, boolean]>([
    ["auto", {}, false, false],
    ["auto", {}, true, true],
    ["auto", { TERM: "dumb" }, true, false],
    ["auto", { NO_COLOR: "1" }, true, false],
    ["auto", { NO_COLOR: "" }, true, true],
    ["auto", { FORCE_COLOR: "1" }, false, true],
    ["auto", { FORCE_COLOR: "" }, false, true],
    ["auto", { FORCE_COLOR: "0" }, true, false],
    ["auto", { NO_COLOR: "1", FORCE_COLOR: "1" }, false, false],
    ["always", { NO_COLOR: "1" }, false, true],
    ["never", { FORCE_COLOR: "1" }, true, false],
  ])("--color %s with %o on a terminal: %s", (choice, env, isTTY, expected) => {
    expect(wantsColour(choice as "auto", { isTTY }, env)).toBe(expected);
  });

  test.each(["explain all.yaml", "help"])("of %s", (line) => {
    const plain = call(...line.split(" ")).stdout;
    expect(plain).not.toContain("\u001b");
    const coloured = call(...line.split(" "), "--color", "always").stdout;
    expect(coloured).toContain("\u001b[1m");
    expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(plain);
    expect(call(...line.split(" "), "--color=never").stdout).toBe(plain);
  });
});
