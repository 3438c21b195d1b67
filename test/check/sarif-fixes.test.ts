import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { placesOf } from "../../src/check/report.ts";
import type { Replacement, Version } from "../../src/check/report.ts";
import { folderWith } from "../folders.ts";
import { runProgram } from "../program.ts";
import { AGENT, pipeline } from "./manifests.ts";

type Region = Replacement["region"];

interface Fixed {
  fixes?: {
    artifactChanges: {
      artifactLocation: { uri: string };
      replacements: { deletedRegion: Region; insertedContent: { text: string } }[];
    }[];
  }[];
}

/** The results of a folder's check as SARIF, and the log's text. */
function sarif(folder: string): { results: Fixed[]; text: string } {
  const text = runProgram(["check", "--format", "sarif", "."], "", folder).stdout.toString();
  return { results: (JSON.parse(text) as { runs: { results: Fixed[] }[] }).runs[0]?.results ?? [], text };
}

/** Applies each fix to its file, the last of a file first, as its regions say: lines and columns from 1 in UTF-16. */
function applyFixes(folder: string, results: readonly Fixed[]): void {
  const changes = results.flatMap(({ fixes = [] }) => fixes.flatMap(({ artifactChanges }) => artifactChanges));
  for (const { artifactLocation, replacements } of changes.toReversed()) {
    const path = join(folder, decodeURIComponent(artifactLocation.uri));
    let text = readFileSync(path, "utf8");
    for (const { deletedRegion, insertedContent } of replacements.toReversed()) {
      text = replace(text, deletedRegion, insertedContent.text);
    }
    writeFileSync(path, text);
  }
}

function replace(text: string, region: Region | undefined, by: string | undefined): string {
  if (region === undefined || by === undefined) throw new Error("there is no replacement");
  const start = offsetOf(text, region.startLine, region.startColumn);
  return text.slice(0, start) + by + text.slice(offsetOf(text, region.endLine, region.endColumn));
}

/** Throws for a place that the text does not have; a byte-order mark is no column. */
function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split(/(?<=\n)/);
  if (text.endsWith("\n")) lines.push("");
  const own = lines[line - 1];
  const mark = line === 1 && text.startsWith("\ufeff") ? 1 : 0;
  if (own === undefined || column - 1 + mark > own.length) throw new Error(`there is no ${line}:${column}`);
  return lines.slice(0, line - 1).join("").length + mark + column - 1;
}

const PIPELINE = pipeline("one", 4317);
const DONE = runProgram(["agent.yaml", "one.yaml"], "", folderWith({ "agent.yaml": AGENT, "one.yaml": PIPELINE }))
  .stdout.toString()
  .split("---\n")[0] as string;
const STALE = DONE.replace('"4317"', '"1,2"').replace('        sidecar.istio.io/inject: "true"\n', "");
const SECRET = "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {token: hidden é𝄞}}";
const OFF = `apiVersion: intercept-backends.dev/v1alpha1\nkind: InterceptBackends\nmetadata: {name: off}
spec: {trafficInterception: "Off"}\n`;
/** An annotation that has to go stands on the last line. */
const LAST = `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: telemetry-metric-agent}
spec:
  template:
    spec: {containers: [{name: collector}]}
    metadata:
      labels: {app: agent}
      annotations:
        other: x
        traffic.sidecar.istio.io/includeOutboundPorts: "1"`;

const REF = { apiVersion: "apps/v1", kind: "DaemonSet", name: "agent" };

/** A text of which all but the first `before` and the last `behind` bytes are the DaemonSet. */
function version(text: string, before = 0, behind = 0): Version {
  return { bytes: Buffer.from(text), own: { start: before, end: text.length - behind } };
}

describe("the fixes make what the function writes, to the last byte", () => {
  test.each<[string, string, Record<string, string>?]>([
    ["of a DaemonSet without any of it", AGENT],
    ["of one with other values", STALE],
    ["without a last line break", STALE.trimEnd()],
    ["with a byte-order mark", `\ufeff${STALE}`],
    ["with Windows line breaks", STALE.replaceAll("\n", "\r\n")],
    [
      "in braces",
      `{"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "telemetry-metric-agent"},
"spec": {"template": {"metadata": {"labels": {"é𝄞": "b"}}, "spec": {"containers": [{"name": "collector"}]}}}}`,
    ],
    ["with line breaks of both kinds", STALE.replaceAll(/(.*\n.*)\n/g, "$1\r\n")],
    ["in braces on one line, behind a byte-order mark", `\ufeff${JSON.stringify(parse(AGENT))}`],
    ["behind a Secret and before one", `${SECRET}\n---\n${STALE}---\n${SECRET}\n`],
    ["at the end, where lines go", LAST, { "off.yaml": OFF }],
    ["at the end with a line break, where lines go", `${LAST}\n`, { "off.yaml": OFF }],
  ])("%s", (_, text, more = {}) => {
    const name = "a b/agent.yaml";
    const folder = folderWith({ [name]: text, "one.yaml": PIPELINE, ...more });
    const config = Object.keys(more).flatMap((file) => ["--function-config", file]);
    const written = runProgram([name, "one.yaml", ...config], "", folder).stdout.toString();
    const { results, text: log } = sarif(folder);
    expect(results.length).toBeGreaterThan(0);
    expect(log).not.toContain("hidden");

    applyFixes(folder, results);
    const fixed = readFileSync(join(folder, name), "utf8");
    expect(`${fixed}${fixed.endsWith("\n") ? "" : "\n"}---\n${PIPELINE}`).toBe(written);
    expect(sarif(folder).results).toEqual([]);
  });

  test("on a line that other resources stand on, whose text no fix repeats", () => {
    const list = {
      apiVersion: "config.kubernetes.io/v1",
      kind: "ResourceList",
      items: [SECRET, AGENT, PIPELINE, SECRET].map((item) => parse(item) as unknown),
    };
    const before = JSON.stringify(list);
    const folder = folderWith({ "list.json": before });
    const { results, text } = sarif(folder);
    expect(text).not.toContain("hidden");
    applyFixes(folder, results);
    const after = readFileSync(join(folder, "list.json"), "utf8");
    expect(after).toContain("traffic.sidecar.istio.io/includeOutboundPorts");
    const others = (all: string): unknown[] => (JSON.parse(all) as typeof list).items.toSpliced(1, 1);
    expect(others(after)).toEqual(others(before));
    expect(sarif(folder).results).toEqual([]);
  });

  test.each([
    ["comes", "a: 1\nb: 2", "a: 1\nb: 3\n"],
    ["goes", "a: 1\nb: 2\n", "a: 1\nb: 3"],
    ["is missing on a line that goes", "a: 1\nb: 2", "a: 1\n"],
    ["becomes another", "a: 1\r\nb: 2\r\n", "a: 1\r\nb: 3\n"],
  ])("where a line break %s", (_, before, after) => {
    const places = placesOf({ path: "a.yaml", agent: REF, before: version(before), after: version(after) });
    const fixed = places.map(({ replacement }) => replace(before, replacement?.region, replacement?.text));
    expect(fixed).toEqual([after]);
  });

  test("there is none where it would take the text of others along", () => {
    const [before, after] = [version("a: 1, secret", 0, 8), version("a: 2, secret\n", 0, 9)];
    const places = placesOf({ path: "a.yaml", agent: REF, before, after });
    expect(places.map(({ replacement, added }) => [replacement, added])).toEqual([[undefined, ["a: 2…"]]]);
  });
});
