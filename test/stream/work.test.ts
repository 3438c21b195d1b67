import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/base/finding.ts";
import { run } from "../../src/rewrite/run.ts";
import { openManifests, openStream } from "../../src/stream/open-stream.ts";
import { isFinding } from "../../src/stream/problem.ts";
import type { Stream } from "../../src/stream/stream.ts";
import { AGENT, pipeline } from "../check/manifests.ts";
import { counted } from "./counted.ts";
import type { Counted } from "./counted.ts";
import { HEAD, oneFile } from "./open.ts";

const MANY = 200;

/** A stream whose bytes count who looks at them. */
function open(text: string): { count: Counted; stream: Stream } {
  const count = counted(text);
  const files = oneFile(count.bytes);
  const stream = text.startsWith(HEAD) ? openStream(files) : openManifests(files);
  if (isFinding(stream)) throw new Error(stream.cause);
  return { count, stream };
}

function documents(write: (position: number) => string): string {
  return Array.from({ length: MANY }, (_, position) => write(position)).join("---\n");
}

const thing = (position: number): string => `apiVersion: v1\nkind: Thing\nmetadata:\n  name: n${position}\n`;

/** About the name of one of the things. */
function about(position: number): Finding {
  const resource = { apiVersion: "v1", kind: "Thing", name: `n${position}` };
  return { severity: "warning", cause: "is odd", remedy: "change it", resource, field: { path: "metadata.name" } };
}

// Looked for anew for each finding, they would make a large source with many findings take as long as it is large times as
// many as they are.
describe("the lines of a file are counted once", () => {
  test("for the places of all findings", () => {
    const { count, stream } = open(documents(thing));
    stream.select(["Thing"]);
    expect(stream.placeOf(about(1))).toMatchObject({ path: "input.yaml", line: 9, column: 3 });
    const forOne = count.searches;
    expect(forOne).toBeGreaterThan(MANY);
    for (let position = 0; position < MANY; position++) {
      expect(stream.placeOf(about(position))).toMatchObject({ line: position * 5 + 4, column: 3 });
    }
    expect(count.searches - forOne).toBeLessThan(MANY * 10);
  });

  test("for all documents that are no YAML", () => {
    const { count, stream } = open(documents((position) => `${thing(position)}  x: "\\q"\n`));
    const { findings } = stream.select(["Thing"]);
    expect(findings.map(({ position }) => position)).toEqual(
      Array.from({ length: MANY }, (_, at) => ({ line: at * 6 + 5, column: 7 })),
    );
    expect(count.searches).toBeGreaterThan(MANY);
    expect(count.searches).toBeLessThan(MANY * 6 * 10);
  });

  test("for all items that have a key twice", () => {
    const things = Array.from({ length: MANY }, (_, at) => `${thing(at)}  a: b\n  a: b`);
    const { count, stream } = open(HEAD + things.map((text) => `- ${text.replaceAll("\n", "\n  ")}\n`).join(""));
    const { manifests } = stream.select(["Thing"]);
    expect(manifests.map(({ repeatedKey }) => repeatedKey?.position?.line)).toEqual(
      Array.from({ length: MANY }, (_, at) => at * 6 + 9),
    );
    expect(count.searches).toBeLessThan(MANY * 5 * 10);
  });
});

/** The work that it takes to open a text and ask for everything in it. */
function workFor(text: string): number {
  const { count, stream } = open(text);
  stream.select(stream.kinds);
  stream.mentioning("word");
  Buffer.concat(stream.write());
  return count.searches + count.looks;
}

describe("twice the text is twice the work", () => {
  const shapes: [string, (size: number) => string][] = [
    ["documents", (size) => "kind: A\nx: y\n---\n".repeat(size)],
    ["`---` lines", (size) => "---\n".repeat(size)],
    ["comments and blank lines", (size) => `kind: A\n${"# ---------- c\n\n \t\n".repeat(size)}`],
    ["items", (size) => `${HEAD}${"- kind: A\n  x: y\n".repeat(size)}`],
    ["items with comments before them", (size) => `${HEAD}${"# c\n\n- kind: A\n".repeat(size)}`],
    ["quoted text", (size) => `kind: A\nx: "${'a\\"\n\n  '.repeat(size)}"\n`],
    ["quotes that do not end", (size) => 'kind: A\nx: "\n---\n'.repeat(size)],
    ["braces", (size) => `kind: A\nx: {${"a: b, # c\n  ".repeat(size)}}\n`],
    [
      "braces in braces",
      (size) => `kind: A\nx: ${"{a:\n ".repeat(Math.min(size, 90))}1${"}".repeat(Math.min(size, 90))}\n`,
    ],
    ["braces that do not end", (size) => "kind: A\nx: {\n---\n".repeat(size)],
    ["a block", (size) => `kind: A\nx: |\n${"  - kind: B\n\n".repeat(size)}`],
    ["blocks", (size) => `kind: A\n${Array.from({ length: size }, (_, at) => `x${at}: |\n  y\n\n`).join("")}`],
    ["plain text", (size) => `kind: A\nx: y\n${"  z\n".repeat(size)}`],
    ["odd line breaks", (size) => "kind: A\nx: 'a\u2028\u0085\rb'\n---\n".repeat(size)],
    ["anchors", (size) => `${HEAD}${"- kind: A\n  x: &x y\n  z: *x\n".repeat(size)}`],
    ["keys that stand twice", (size) => "kind: A\nx: y\nx: y\n---\n".repeat(size)],
    ["a List", (size) => `kind: List\nitems:\n${"- kind: A\n  x: y\n".repeat(size)}`],
  ];

  test.each(shapes)("%s", (_, write) => {
    const [once, twice] = [workFor(write(80)), workFor(write(160))];
    expect(twice).toBeLessThan(once * 2.2);
  });
});

/** The work that a whole run takes. */
function workOf(text: string): number {
  const count = counted(text);
  run(oneFile(count.bytes), { allowManifests: true });
  return count.searches + count.looks;
}

describe("a whole run", () => {
  test.each([
    ["pipelines", (size: number) => Array.from({ length: size }, (_, at) => pipeline(`p-${at}`, 4317)).join("---\n")],
    [
      "pipelines that cannot be read",
      (size: number) => Array.from({ length: size }, (_, at) => `${pipeline(`p-${at}`, 1)}x: "\\q"\n`).join("---\n"),
    ],
    ["bystanders", (size: number) => "kind: ConfigMap\ndata: {a: b}\n---\n".repeat(size)],
  ])("of twice the %s is twice the work", (_, write) => {
    const [once, twice] = [80, 160].map((size) => workOf(`${AGENT}---\n${write(size)}`));
    expect(twice).toBeLessThan((once ?? 0) * 2.2);
  });
});
