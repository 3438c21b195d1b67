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

describe.each(cases.map(({ name }) => name))("%s", (name) => {
  const path = (file: string): string => join(folder, name, file);
  const args = existsSync(path("config.yaml")) ? ["--function-config", "config.yaml", "input.yaml"] : ["input.yaml"];
  const ran = runProgram(args, "", join(folder, name));
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

  test("a second run changes no byte", () => {
    const again = runProgram(args.slice(0, -1), ran.stdout, join(folder, name));
    expect(again.stdout.toString("latin1")).toBe(ran.stdout.toString("latin1"));
    expect(again.status).toBe(ran.status);
  });
});
