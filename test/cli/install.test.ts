import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../folders.ts";
import { program, runProgram } from "../program.ts";

/** Each has its own half of these tests; npm run test:executable asks the other one. */
const [executable, script] = program.endsWith(".mjs") ? [[], ["the script for Node"]] : [["the executable"], []];

describe.each(executable)("install, of %s", () => {
  test("copies it as a program that runs, in place of what was there, and leaves nothing else", () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "intercept-backends"), "an older one");
    expect(runProgram(["install", folder])).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(folder)).toEqual(["intercept-backends"]);
    const copy = join(folder, "intercept-backends");
    expect(statSync(copy).mode & 0o777).toBe(0o755);
    expect(readFileSync(copy).equals(readFileSync(program))).toBe(true);
  });

  test("says what keeps it from that", () => {
    const { status, stderr } = runProgram(["install", join(freshFolder(), "none")]);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/none\/intercept-backends: there is no such file/)]);
  });
});

test.each(script)("install, of %s, is wrong usage", () => {
  const { status, stderr } = runProgram(["install", freshFolder()]);
  expect([status, stderr]).toEqual([2, expect.stringMatching(/^only the executable installs itself/)]);
});
