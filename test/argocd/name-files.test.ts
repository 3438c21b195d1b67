import { expect, test } from "vitest";
import { sortOut } from "../../src/argocd/documents.ts";
import { lineWriter } from "../../src/argocd/name-files.ts";
import type { Finding } from "../../src/base/finding.ts";
import { findDocuments } from "../../src/stream/find-documents.ts";
import { joinDocuments } from "../../src/stream/join-documents.ts";
import { readPart } from "../../src/stream/read-part.ts";
import { CountedBytes } from "../stream/counted.ts";

const MANY = 200;

function documents(write: (position: number) => string): string {
  return Array.from({ length: MANY }, (_, position) => write(position)).join("---\n");
}

const thing = (position: number): string => `apiVersion: v1\nkind: Thing\nmetadata:\n  name: n${position}\n`;
const local = (position: number): string =>
  `${thing(position)}  annotations:\n    config.kubernetes.io/local-config: "true"\n`;
const broken = (position: number): string => `${thing(position)}  x: [\n`;

/** About the name of one of the things. */
function about(position: number): Finding {
  const resource = { apiVersion: "v1", kind: "Thing", name: `n${position}` };
  return { severity: "warning", cause: "is odd", remedy: "mend it", resource, field: { path: "metadata.name" } };
}

// Looked for anew for each finding, they would make a large source with many findings take as long as it is large times as
// many as they are.
test("the lines of a source are passed once for all findings", () => {
  const text = documents(thing);
  const bytes = new CountedBytes(Buffer.from(text));
  const files = joinDocuments([{ path: "things.yaml", bytes }]);
  const lineFor = lineWriter({ rendered: { ...files, name: "the source" }, sorted: sortOut(Buffer.from(text)) });
  expect(lineFor(about(1))).toBe("things.yaml:9:3: Thing/n1: metadata.name: warning: is odd; mend it");
  const forOne = bytes.searches;
  expect(forOne).toBeGreaterThan(MANY);
  for (let position = 0; position < MANY; position++) {
    expect(lineFor(about(position))).toContain(`things.yaml:${position * 5 + 4}:3: Thing/n${position}:`);
  }
  expect(bytes.searches - forOne).toBeLessThan(MANY * 10);
});

test("the lines of a source are passed once for all documents that are taken out", () => {
  const bytes = new CountedBytes(Buffer.from(documents(local)));
  const { gaps } = sortOut(bytes);
  expect(gaps.map(({ line }) => line)).toEqual(Array.from({ length: MANY }, (_, at) => Math.max(1, at * 7)));
  expect(bytes.searches).toBeGreaterThan(MANY);
  expect(bytes.searches).toBeLessThan(MANY * 7 * 10);
});

test("the lines of a stream are passed once for all documents that are no YAML", () => {
  const bytes = new CountedBytes(Buffer.from(documents(broken)));
  const files = joinDocuments([{ path: "things.yaml", bytes }]);
  const lineFor = lineWriter({ rendered: { ...files, name: "the source" }, sorted: sortOut(Buffer.alloc(0)) });
  const stream = findDocuments(bytes);
  const told = stream.items.map((item) => lineFor(readPart(stream, item) as Finding));
  for (const [position, line] of told.entries()) {
    // The bracket is open to the end of its document.
    expect(line).toMatch(new RegExp(`^things\\.yaml:${position * 6 + 6}:1: the input is not YAML`));
  }
  expect(bytes.searches).toBeGreaterThan(MANY);
  expect(bytes.searches).toBeLessThan(MANY * 6 * 10);
});
