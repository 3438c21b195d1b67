import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/base/finding.ts";
import type { FilePlace } from "../../src/stream/regions.ts";
import { AGENT, pipeline } from "../check/manifests.ts";
import { folderWith } from "../folders.ts";
import { runProgram } from "../program.ts";
import { openFiles } from "./open.ts";

const REF = { apiVersion: "v1", kind: "Thing", name: "one" };

/** A finding about a field of the Thing. */
function about(path: string): Finding {
  return { severity: "warning", cause: "is odd", remedy: "change it", resource: REF, field: { path } };
}

/** Where a field of the Thing stands once it was read, and the text that the columns stand around. */
function placed(path: string, files: Readonly<Record<string, string>>): [FilePlace | undefined, string | undefined] {
  const stream = openFiles(files);
  stream.select(["Thing"]);
  const place = stream.placeOf(about(path));
  const line = place && files[place.path]?.replace(/^\ufeff/, "").split("\n")[place.line - 1];
  return [place, place?.column === undefined ? undefined : line?.slice(place.column - 1, (place.endColumn ?? 1) - 1)];
}

const THING = `apiVersion: v1
kind: Thing
metadata:
  name: one
  annotations: # why
    a.b/c: "say \\"x\\""
    plain: é𝄞 # on it
spec:
  list:
  - name: first
  - name: second
    ports: [{port: 1}, {port: 2, ünï: "x"}]
  text: |
    several
    lines
  base: &base {deep: 1}
  other: *base
  nothing:
`;

describe("the place of a field", () => {
  test.each([
    ["metadata.name", 4, "name: one"],
    ['metadata.annotations["a.b/c"]', 6, 'a.b/c: "say \\"x\\""'],
    ["metadata.annotations.plain", 7, "plain: é𝄞"],
    ["metadata.annotations", 5, "annotations: # why"],
    ["spec.list[1]", 11, "- name: second"],
    ["spec.list[1].name", 11, "name: second"],
    ["spec.list[1].ports[0].port", 12, "port: 1"],
    ["spec.list[1].ports[1]", 12, '{port: 2, ünï: "x"}'],
    ["spec.text", 13, "text: |"],
    ["spec.nothing", 18, "nothing:"],
    // For what is not there: the nearest above it that is.
    ["spec.list[1].ports[1].name", 12, '{port: 2, ünï: "x"}'],
    ["spec.list[7].name", 9, "list:"],
    ['spec.text["a.b"].c', 13, "text: |"],
    ["spec.other.deep", 17, "other: *base"],
    ["spec.missing", 8, "spec:"],
  ])("%s", (path, line, text) => {
    const others = { "a.yaml": "kind: Other\n", "z.yaml": pipeline("z", 1) };
    const inFiles: [number, Readonly<Record<string, string>>][] = [
      [0, { "thing.yaml": THING }],
      [0, { ...others, "thing.yaml": THING }],
      [2, { ...others, "thing.yaml": `# a comment\n---\n${THING}` }],
      [0, { "thing.yaml": `\ufeff${THING}`, ...others }],
      [0, { ...others, "thing.yaml": `\ufeff${THING}` }],
    ];
    for (const [above, files] of inFiles) {
      const [place, found] = placed(path, files);
      expect([place?.path, place?.line, found]).toEqual(["thing.yaml", line + above, text]);
    }
  });

  test("is the resource's first line where not even the first step is there", () => {
    expect(placed("status.phase", { "a.yaml": `# first\n\n${THING}` })[0]).toEqual({ path: "a.yaml", line: 3 });
  });

  test("in JSON on one line is told by its columns, in UTF-16", () => {
    const json = `{"kind": "List", "x": "é𝄞"}\n---\n{"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "one"}, "é𝄞": {"b": [1, 2]}}`;
    expect(placed('["é𝄞"].b[1]', { "a.json": json })).toEqual([
      { path: "a.json", line: 3, column: 85, endColumn: 86 },
      "2",
    ]);
  });

  test("is told in a ResourceList in each shape, of items and of the function config", () => {
    const item = THING.trimEnd().replaceAll("\n", "\n  ");
    const head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n";
    const list = `${head}items:\n- kind: Other\n- ${item}\n`;
    expect(placed("spec.list[0].name", { "a.yaml": list })).toEqual([
      { path: "a.yaml", line: 14, column: 7, endColumn: 18 },
      "name: first",
    ]);
    expect(placed("spec.text", { "a.yaml": `${head}functionConfig:\n  ${item}\n` })[0]?.line).toBe(16);
    const flow = `\n{apiVersion: config.kubernetes.io/v1, kind: ResourceList, items: [{kind: Other},
  {apiVersion: v1, kind: Thing, metadata: {name: one}, spec: {a: 1}}]}`;
    expect(placed("spec.a", { "a.yaml": flow })[1]).toBe("a: 1");
    expect(placed("nothing", { "a.yaml": flow })[0]?.line).toBe(3);
    const json = JSON.stringify({
      apiVersion: "config.kubernetes.io/v1",
      kind: "ResourceList",
      items: [{ ...REF, metadata: { name: "one" }, spec: { a: 1 } }],
    });
    expect(placed("spec.a", { "a.json": json })[1]).toBe('"a":1');
  });

  test("is the file that a host has noted, where two resources have one identity", () => {
    const noted = (path: string): string =>
      THING.replace("annotations: # why", `annotations:\n    internal.config.kubernetes.io/path: ${path}`);
    const text = `${noted("a.yaml")}---\n${noted("b.yaml")}`;
    const stream = openFiles({ "all.yaml": text });
    stream.select(["Thing"]);
    expect(stream.placeOf({ ...about("metadata.name"), file: { path: "b.yaml" } })?.line).toBe(24);
    expect(placed("metadata.name", { "a.yaml": THING, "b.yaml": THING })[0]).toBeUndefined();
  });
});

const NO_PORT = pipeline("one", 1).replace("backends:1", "backends");

/** What each command says of the files on its first line. */
function said(files: Readonly<Record<string, string>>, ...args: string[]): Record<string, string | undefined> {
  const folder = folderWith(files);
  const first = (...call: string[]): string | undefined => runProgram(call, "", folder).stderr.split("\n")[0];
  return { rewrite: first(...args), explain: first("explain", ...args), check: first("check", ...args) };
}

describe("every command names the place", () => {
  test("in one of several files, and in a single one", () => {
    const place = /^pipeline\.yaml:9:9: MetricPipeline\/one: spec\.output\.otlp\.endpoint\.value: /;
    const inOne = /^all\.yaml:24:9: MetricPipeline\/one: spec\.output\.otlp\.endpoint\.value: /;
    const several = said({ "agent.yaml": AGENT, "pipeline.yaml": NO_PORT }, "agent.yaml", "pipeline.yaml");
    expect(Object.values(several)).toEqual(Array(3).fill(expect.stringMatching(place)));
    const single = said({ "all.yaml": `${AGENT}---\n${NO_PORT}` }, "all.yaml");
    expect(Object.values(single)).toEqual(Array(3).fill(expect.stringMatching(inOne)));
  });

  test("in the function config that the call names, even when a manifest has its name", () => {
    const config = `apiVersion: intercept-backends.dev/v1alpha1\nkind: InterceptBackends\nmetadata: {name: one}\n`;
    const files = {
      "agent.yaml": AGENT,
      "config.yaml": `# mine\n${config}spec:\n  agent: {}\n  agnt: {}\n`,
      "same.yaml": config,
    };
    const lines = said(files, "--function-config", "config.yaml", "agent.yaml", "same.yaml");
    const place = /^config\.yaml:7:3: InterceptBackends\/one: spec\.agnt: /;
    expect(Object.values(lines)).toEqual(Array(3).fill(expect.stringMatching(place)));
  });

  test("but not of a host's stream, of which nobody sees the lines", () => {
    const items = [AGENT, NO_PORT].map((text) => `- ${text.trimEnd().replaceAll("\n", "\n  ")}\n`);
    const list = `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${items.join("")}`;
    expect(runProgram([], list).stderr).toMatch(/^standard input: MetricPipeline\/one: spec\./);
  });
});

test("of items that share an anchor a finding has a place as well", () => {
  const list = `apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- ${AGENT.trimEnd().replaceAll("\n", "\n  ").replace("app: agent", "app: &app agent")}
- ${NO_PORT.trimEnd().replaceAll("\n", "\n  ").replace("name: one", "name: one\n    labels: {app: *app}")}
`;
  const lines = said({ "list.yaml": list }, "list.yaml");
  const place = /^list\.yaml:27:11: MetricPipeline\/one: spec\.output\.otlp\.endpoint\.value: /;
  expect(Object.values(lines)).toEqual(Array(3).fill(expect.stringMatching(place)));
});
