import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { folderWith } from "../folders.ts";
import { runProgram } from "../program.ts";
import { AGENT, pipeline } from "./manifests.ts";

const HIDDEN = "aGlkZGVu";
const SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: s
data:
  token: ${HIDDEN}
`;
const FLOW_SECRET = `{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {token: ${HIDDEN}}}`;
const PIPELINE = pipeline("one", 4317);

/** What is put in stands at the top, or at the end, so that nothing of the DaemonSet is between it and what stands beside. */
const TOP = `spec:
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: collector}]}
metadata: {name: telemetry-metric-agent}
kind: DaemonSet
apiVersion: apps/v1
`;
const END = `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: telemetry-metric-agent}
spec:
  template:
    spec: {containers: [{name: collector}]}
    metadata:
      labels:
        app: agent
`;

/** A ResourceList in block style, of items in whatever style. */
function yamlList(...items: string[]): string {
  const elements = items.map((text) => `- ${text.trimEnd().replaceAll("\n", "\n  ")}\n`);
  return `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${elements.join("")}`;
}

function jsonList(space: number, ...items: string[]): string {
  const list = {
    apiVersion: "config.kubernetes.io/v1",
    kind: "ResourceList",
    items: items.map((text) => parse(text) as unknown),
  };
  return JSON.stringify(list, null, space);
}

const flow = (text: string): string => JSON.stringify(parse(text));
const named = SECRET.replace("name: s", "name: &name s");
const borrowing = AGENT.replace("app: agent", "app: *name");
const lending = AGENT.replace("labels:", "labels: &labels");
const borrower = `{apiVersion: v1, kind: Secret, metadata: {name: s, labels: *labels}, data: {token: ${HIDDEN}}}`;

/** `git apply` makes the change: by itself, only where it is told that there are no lines around, or not at all. */
type Applied = "applies" | "applies bare" | "is cut";

const LISTS: [string, Applied, string][] = [
  ["items of a ResourceList", "applies", yamlList(SECRET, END, SECRET, PIPELINE)],
  ["items right before", "applies", yamlList(SECRET, TOP, PIPELINE)],
  ["items in flow style", "applies bare", yamlList(FLOW_SECRET, END, FLOW_SECRET, PIPELINE)],
  ["items that lend an anchor", "applies", yamlList(named, borrowing, SECRET, PIPELINE)],
  ["items that borrow an anchor", "is cut", yamlList(lending, borrower, PIPELINE)],
  ["JSON in lines", "applies", jsonList(2, SECRET, END, SECRET, PIPELINE)],
  [
    "JSON whose brackets share lines",
    "applies",
    jsonList(2, SECRET, END, SECRET, PIPELINE).replaceAll(/\},\n +\{/g, "}, {"),
  ],
  ["JSON on one line", "is cut", jsonList(0, SECRET, AGENT, SECRET, PIPELINE)],
  ["JSON on one line, behind it", "is cut", jsonList(0, AGENT, SECRET, PIPELINE)],
  ["JSON on one line, before it", "is cut", jsonList(0, PIPELINE, SECRET, AGENT)],
  [
    "JSON with an item a line",
    "applies bare",
    jsonList(0, SECRET, AGENT, SECRET, PIPELINE).replaceAll('{"apiVersion":"', '\n{"apiVersion":"'),
  ],
  [
    "flow style on one line",
    "is cut",
    `{apiVersion: config.kubernetes.io/v1, kind: ResourceList, items: [${FLOW_SECRET}, ${flow(AGENT)}, ${flow(PIPELINE)}]}\n`,
  ],
  [
    "flow style, on the first and the last line of the DaemonSet",
    "is cut",
    `{apiVersion: config.kubernetes.io/v1, kind: ResourceList, items: [${flow(PIPELINE)}, ${FLOW_SECRET}, {
  apiVersion: apps/v1, kind: DaemonSet, metadata: {name: telemetry-metric-agent}, spec: {template: {
  metadata: {labels: {app: a}}, spec: {containers: [{name: collector}]}}}}, ${FLOW_SECRET}]}\n`,
  ],
];

const DOCUMENTS: [string, Applied, string][] = [
  ["documents around it", "applies", `${SECRET}---\n${END}---\n${SECRET}`],
  ["a document right before", "applies", `${SECRET}---\n${TOP}`],
  ["documents on one line each", "applies", `${FLOW_SECRET}\n---\n${AGENT}---\n${FLOW_SECRET}\n`],
];

function check(folder: string, format: string): ReturnType<typeof runProgram> {
  return runProgram(["check", "--format", format, "."], "", folder);
}

/** The exit status of `git apply` for a diff on standard input. */
function apply(folder: string, input: Uint8Array, ...args: string[]): number | null {
  return spawnSync("git", ["apply", ...args], { cwd: folder, input }).status;
}

test.each(["diff", "github", "sarif"])(
  "--format %s refuses a document on the line of its mark and tells nothing of it",
  (format) => {
    const { status, stdout, stderr } = check(folderWith({ "all.yaml": `${END}--- ${FLOW_SECRET}\n` }), format);
    expect(status).toBe(2);
    expect(`${stdout.toString()}${stderr}`).toContain("a line that begins with --- goes on with text");
    expect(`${stdout.toString()}${stderr}`).not.toContain(HIDDEN);
  },
);

const STATUSES: Record<Applied, [asUsual: number, bare: number]> = {
  applies: [0, 1],
  "applies bare": [1, 0],
  "is cut": [1, 1],
};

describe.each([...LISTS, ...DOCUMENTS])("with a Secret in %s", (_, applied, text) => {
  const more = text.includes("ResourceList") ? {} : { "one.yaml": PIPELINE };

  test.each(["diff", "github", "sarif"])("--format %s tells the change and nothing of the Secret", (format) => {
    const { status, stdout, stderr } = check(folderWith({ "all.yaml": text, ...more }), format);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout.toString()).toContain("all.yaml");
    expect(stdout.toString()).toContain("traffic.sidecar.istio.io/includeOutboundPorts");
    expect(stdout.toString()).not.toContain(HIDDEN);
    expect(stdout.toString()).not.toMatch(/kind[": ]+Secret/);
  });

  test(`git apply: the diff ${applied}`, () => {
    const folder = folderWith({ "all.yaml": text, ...more });
    const { stdout } = check(folder, "diff");
    const isCut = applied === "is cut";
    expect(stdout.includes("…")).toBe(isCut);
    expect(stdout.includes("this diff cannot be applied")).toBe(isCut);
    expect(stdout.includes("--unidiff-zero")).toBe(applied === "applies bare");

    // The second one finds what the first one made, and is refused.
    expect([apply(folder, stdout), apply(folder, stdout, "--unidiff-zero")]).toEqual(STATUSES[applied]);
    expect(readFileSync(join(folder, "all.yaml"), "utf8") === text).toBe(isCut);
    expect(check(folder, "diff").status).toBe(isCut ? 1 : 0);
  });
});
