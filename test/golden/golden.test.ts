import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { runProgram } from "../program.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const cases = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const update = process.env["UPDATE_GOLDEN"] !== undefined;

interface Said {
  exitStatus: number | null;
  stderr: string[];
}

// Hosts write to standard input; only a case named `file-…` is called as a person does who names a file.
describe.each(cases.map(({ name }) => name))("%s", (name) => {
  const path = (file: string): string => join(folder, name, file);
  const isFile = name.startsWith("file-");
  const config = existsSync(path("config.yaml")) ? ["--function-config", "config.yaml"] : [];
  const input = readFileSync(path("input.yaml"));
  const ran = runProgram(isFile ? [...config, "input.yaml"] : config, isFile ? "" : input, join(folder, name));
  const said: Said = { exitStatus: ran.status, stderr: ran.stderr.split("\n").filter((line) => line !== "") };
  if (update) {
    writeFileSync(path("expected.yaml"), ran.stdout);
    writeFileSync(path("results.yaml"), stringify(said, { lineWidth: 0 }));
  }

  test("has one line that says why it exists", () => {
    expect(readFileSync(path("README.md"), "utf8").trim().split("\n")).toHaveLength(1);
  });

  test("gives the expected bytes", () => {
    expect(ran.stdout.toString("latin1")).toBe(readFileSync(path("expected.yaml"), "latin1"));
  });

  test("says and exits as expected", () => {
    expect(said).toEqual(parse(readFileSync(path("results.yaml"), "utf8")));
  });

  test("an error leaves the input as it came, with nothing but results behind it", () => {
    const [kept, added] = [ran.stdout.subarray(0, input.length), ran.stdout.subarray(input.length).toString()];
    expect(ran.status === 0 || (kept.equals(input) && /^(?:results:\n[^]*)?$/.test(added))).toBe(true);
  });

  test("a second run changes no byte", () => {
    const again = runProgram(isFile ? [...config, "-"] : config, ran.stdout, join(folder, name));
    expect(again.stdout.toString("latin1")).toBe(ran.stdout.toString("latin1"));
    expect(again.status).toBe(ran.status);
  });
});
