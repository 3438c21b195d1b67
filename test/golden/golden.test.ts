import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { inParallel, startProgram } from "../program.ts";
import type { Ran } from "../program.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));
const update = process.env["UPDATE_GOLDEN"] !== undefined;

interface Said {
  exitStatus: number | null;
  stderr: string[];
}

interface Case {
  name: string;
  input: Buffer;
  ran: Ran;
  again: Ran;
  expected: Buffer;
  said: Said;
}

// Hosts write to standard input; only a case named `file-…` is called as a person does who names a file.
async function runCase(name: string): Promise<Case> {
  const path = (file: string): string => join(folder, name, file);
  const isFile = name.startsWith("file-");
  const config = existsSync(path("config.yaml")) ? ["--function-config", "config.yaml"] : [];
  const input = readFileSync(path("input.yaml"));
  const ran = await startProgram(isFile ? [...config, "input.yaml"] : config, isFile ? Buffer.of() : input, path("."));
  const again = await startProgram(isFile ? [...config, "-"] : config, ran.stdout, path("."));
  if (update) {
    writeFileSync(path("expected.yaml"), ran.stdout);
    writeFileSync(path("results.yaml"), stringify(saidBy(ran), { lineWidth: 0 }));
  }
  const said = parse(readFileSync(path("results.yaml"), "utf8")) as Said;
  return { name, input, ran, again, expected: readFileSync(path("expected.yaml")), said };
}

function saidBy({ status, stderr }: Ran): Said {
  return { exitStatus: status, stderr: stderr.split("\n").filter((line) => line !== "") };
}

const cases = await inParallel(names, runCase);
const named = (some: readonly Case[]): [string, Case][] => some.map((one) => [one.name, one]);

describe.each(named(cases))("%s", (_, { ran, again, expected, said }) => {
  test("gives the expected bytes", () => {
    expect(ran.stdout.toString("latin1")).toBe(expected.toString("latin1"));
  });

  test("says and exits as expected", () => {
    expect(saidBy(ran)).toEqual(said);
  });

  test("a second run changes no byte and exits with the same status", () => {
    expect(again.stdout.toString("latin1")).toBe(ran.stdout.toString("latin1"));
    expect(again.status).toBe(ran.status);
  });
});

const failing = cases.filter(({ said }) => said.exitStatus !== 0);
const isPlain = ({ name, input }: Case): boolean => name.startsWith("file-") && !input.includes("kind: ResourceList");

test.each(named(failing.filter(isPlain)))("the error of %s prints no manifests", (_, { ran }) => {
  expect(ran.stdout.toString()).toBe("");
});

/** What stands in a text and not in another, which is whole before and after it; undefined where it is not. */
function addedTo(input: Buffer, { stdout }: Ran): string | undefined {
  let at = 0;
  while (at < input.length && input[at] === stdout[at]) at++;
  const end = stdout.length - (input.length - at);
  return end >= at && stdout.subarray(end).equals(input.subarray(at)) ? stdout.subarray(at, end).toString() : undefined;
}

/** What was said; results that stand first move the lines of what comes after them. */
function withoutPlaces({ stderr }: Ran): string {
  return stderr.replaceAll(/:\d+:\d+: /g, ": ");
}

describe.each(named(failing.filter((one) => !isPlain(one))))("the error of %s", (_, { input, ran, again }) => {
  test("leaves the input unchanged, and adds nothing but results", () => {
    expect(addedTo(input, ran)).toMatch(/^(?:(?:results:\n)?- message: [^]*)?$/);
  });

  test("comes again from a second run, which adds nothing", () => {
    expect(withoutPlaces(again)).toBe(withoutPlaces(ran));
    expect(addedTo(input, again)).toBe(addedTo(input, ran));
  });
});

test("each case has one line that says why it exists", () => {
  const readmes = names.map((name) => readFileSync(join(folder, name, "README.md"), "utf8").trim());
  expect(readmes.filter((text) => text === "" || text.includes("\n"))).toEqual([]);
});
