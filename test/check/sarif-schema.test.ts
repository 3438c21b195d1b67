import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fromJSONSchema } from "zod";
import { printSarif } from "../../src/check/print-sarif.ts";
import { folderWith, type Files } from "../folders.ts";
import { runProgram } from "../program.ts";
import { AGENT, pipeline } from "./manifests.ts";

/** The schema of OASIS (docs.oasis-open.org: sarif-v2.1.0, errata 01). */
const text = readFileSync(new URL("fixtures/sarif-schema-2.1.0.json", import.meta.url), "utf8");

// zod takes a reference for a whole URL; what may stand in one is said by RFC 3986, appendix A.
const schema = text.replaceAll(
  '"format": "uri-reference"',
  () => String.raw`"pattern": "^(?:[\\w!#$&-/:;=?@\\[\\]~]|%[\\dA-F]{2})*$"`,
);
const sarif = fromJSONSchema(JSON.parse(schema) as Parameters<typeof fromJSONSchema>[0]);

/** What speaks against a log. */
function faultsOf(log: string): unknown {
  return sarif.safeParse(JSON.parse(log)).error?.issues;
}

function pageOf(warning: string): string {
  return `https://example.com/${warning}.md`;
}

const ONE = pipeline("one", 4317);
const JSON_LINE = `{"apiVersion": "v1", "kind": "List", "items": [${[AGENT, ONE].map(() => "{}").join(", ")}]}\n`;

test.each<[string, number, Files]>([
  ["with changed places", 1, { "agent.yaml": AGENT, "one.yaml": ONE }],
  ["with a name that needs escapes", 1, { "100% ü/a b.yaml": AGENT, "one.yaml": ONE }],
  [
    "with a warning",
    1,
    { "agent.yaml": AGENT.replace("    spec:\n", "    spec:\n      hostNetwork: true\n"), "one.yaml": ONE },
  ],
  ["with errors", 2, { "agent.yaml": AGENT, "one.yaml": pipeline("one", 0), "two.yaml": "kind: [\n" }],
  ["with errors and no file to name", 2, { "README.md": "" }],
  ["with a place on a line of several resources", 2, { "list.json": JSON_LINE }],
])("a log %s is SARIF as its schema has it", (_, status, files) => {
  const ran = runProgram(["check", "--format", "sarif", "."], "", folderWith(files));
  expect(ran.status).toBe(status);
  expect(faultsOf(ran.stdout.toString())).toBeUndefined();
});

test("a rule with the address of its page is, too, and what is wrong would be seen", () => {
  const finding = { severity: "warning", cause: "a", remedy: "b", warning: "udp-port" } as const;
  const report = {
    status: 0,
    changed: [],
    problems: [{ finding, path: "a.yaml", line: 1 }],
    anyPath: "a.yaml",
  } as const;
  const log = printSarif(report, { version: "1.0.0", warnings: new Map([["udp-port", "UDP."]]), pageOf });
  expect(log).toContain('"helpUri": "https://example.com/udp-port.md"');
  expect(faultsOf(log)).toBeUndefined();
  expect(faultsOf(log.replace('"startLine": 1', '"startLine": 0'))).toBeDefined();
  expect(faultsOf(log.replace('"ruleId"', '"rule"'))).toBeDefined();
});
