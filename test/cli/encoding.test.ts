import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { notText } from "../../src/base/not-text.ts";
import { AGENT, pipeline } from "../check/manifests.ts";
import { folderWith } from "../folders.ts";
import { runProgram } from "../program.ts";

const UTF16 = "is UTF-16; save it as UTF-8";
const GZIP = "is binary (gzip); unpack it, or leave it out";
const swapped = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

const FILES: [string, Uint8Array, string][] = [
  ["UTF-16", Buffer.from(`\ufeff${AGENT}`, "utf16le"), UTF16],
  ["gzip", gzipSync(AGENT), GZIP],
];

describe.each(FILES)("%s", (_, bytes, said) => {
  const folder = folderWith({ "odd.yaml": bytes, "ok.yaml": `${AGENT}---\n${pipeline("one", 4317)}` });
  const wrong = { status: 2, stdout: Buffer.from("") };

  test.each([
    ["odd.yaml"],
    ["ok.yaml odd.yaml"],
    ["explain odd.yaml"],
    ["explain ."],
    ["check odd.yaml"],
    ["check ."],
    ["--function-config odd.yaml ok.yaml"],
    ["explain --function-config odd.yaml ok.yaml"],
    ["check --function-config odd.yaml ok.yaml"],
    ["generate --function-config odd.yaml ."],
  ])("is an error that names the file: %s", (args) => {
    expect(runProgram(args.split(" "), "", folder)).toEqual({ ...wrong, stderr: `odd.yaml: ${said}\n` });
  });

  test.each([["-"], ["explain"], ["explain -"], ["check -"]])("is an error as standard input: %s", (args) => {
    expect(runProgram(args.split(" "), bytes)).toEqual({ ...wrong, stderr: `standard input: ${said}\n` });
  });

  test("is an error in the source of generate", () => {
    expect(runProgram(["generate", "."], "", folder)).toEqual({ ...wrong, status: 1, stderr: `odd.yaml: ${said}\n` });
  });

  test("comes back to a host with an error", () => {
    expect(runProgram([], bytes)).toMatchObject({ status: 1, stdout: Buffer.from(bytes) });
  });
});

test.each([
  ["UTF-16 from the big end", swapped(`\ufeff${AGENT}`), UTF16],
  ["UTF-16 without a byte-order mark", Buffer.from(AGENT, "utf16le"), UTF16],
  ["UTF-16 from the big end without one", swapped(AGENT), UTF16],
  ["zip", Buffer.from("PK\u0003\u0004 and more"), "is binary (zip); unpack it, or leave it out"],
  ["a NUL byte", Buffer.from(`${AGENT}# \0\n`), "is binary; save it as UTF-8 text, or leave it out"],
])("%s is no text", (_, bytes, said) => {
  const { cause, remedy } = notText(bytes) ?? {};
  expect(`${cause}; ${remedy}`).toBe(said);
});

test.each(["", "a", "é: 1", "\ufeffa: 1", "# PK"])("%j is text", (text) => {
  expect(notText(Buffer.from(text))).toBeUndefined();
});
