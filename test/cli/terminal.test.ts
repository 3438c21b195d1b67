import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agent, pipeline } from "../argocd/manifests.ts";
import { folderWith } from "../folders.ts";
import { runProgram } from "../program.ts";

/** What takes a terminal's cursor back, colours it and turns its text around, as YAML and as it may be shown. */
const ODD = String.raw`\u001b[2K\u009b31m\u202e\u2066\u200f`;
const RAW = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u;
const odd = JSON.parse(`"${ODD}"`) as string;

test.each(["table", "markdown", "mermaid", "json", "svg"])("explain shows names as escapes, as %s", (format) => {
  const folder = folderWith({ "a.yaml": `${agent()}---\n${pipeline().replace("name: backend", `name: "${ODD}"`)}` });
  const { stdout, stderr } = runProgram(["explain", "--format", format, folder]);
  expect(stderr).toBe("");
  expect(stdout.toString()).not.toMatch(RAW);
  // Mermaid shows no name of a pipeline; Markdown has escapes of its own.
  expect(/\\+u2066/.test(stdout.toString())).toBe(format !== "mermaid");
});

test.each(["diff", "github", "sarif"])("check shows names as escapes, as %s", (format) => {
  const text = `${agent()}---\n${pipeline().replace("name: backend", `name: "${ODD}"`).replace(":4317", "")}`;
  const folder = folderWith({ [`${odd}.yaml`]: text });
  const { status, stdout, stderr } = runProgram(["check", "--format", format, folder]);
  expect(status).toBe(2);
  expect(`${stdout.toString()}${stderr}`).not.toMatch(RAW);
  expect(`${stdout.toString()}${stderr}`).toContain(ODD.slice(-18));
});

test("a file whose name is not UTF-8 is refused, not left out", () => {
  const folder = folderWith({ "a.yaml": agent() });
  writeFileSync(Buffer.from(join(folder, "café.yaml"), "latin1"), pipeline());
  for (const command of ["check", "explain"]) {
    const { status, stdout, stderr } = runProgram([command, folder]);
    expect([status, stdout.toString()]).toEqual([2, ""]);
    expect(stderr).toBe(
      `${join(folder, String.raw`caf\xe9.yaml`)}: its name is not UTF-8, so that it cannot be opened by it; rename it\n`,
    );
  }
});
