import { relative } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { filesIn } from "../../src/cli/files.ts";
import { folderWith } from "../folders.ts";
import { kptNewest, kptOnPath, onEach, succeed } from "./host.ts";

const MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";
const NAMES = ["a", "b", "c"].flatMap((one) => ["", "a/", "b/", "a/b/"].map((folder) => `${folder}${one}.yaml`));
const FILES = [...NAMES, "#a.yaml", "a[1].yaml", "ab.yaml", "b/ab.yaml", "a.b/c.yaml", "é.yaml"];

const PATTERNS = [
  "a",
  "a/",
  "/a",
  "/a/",
  "b",
  "b/",
  "/b",
  "a/b",
  "a/b/",
  "/a/b",
  "*.yaml\n!c.yaml",
  "!c.yaml\n*.yaml",
  "c.yaml",
  "/c.yaml",
  "b/c.yaml",
  "/b/c.yaml",
  "*/c.yaml",
  "a/*.yaml",
  "**/c.yaml",
  "a/**",
  "?.yaml",
  "[ab].yaml",
  "[^ab].yaml",
  "[a-b]*.yaml",
  "\\#a.yaml",
  "#a.yaml",
  "  c.yaml  ",
  "a\\[1\\].yaml",
  "a[1].yaml",
  "[.yaml",
  "a.b",
  "a?b",
  "a\r\nc.yaml",
  "!a\na",
];

onEach([kptOnPath, kptNewest], (kpt) => {
  test.each(PATTERNS)("reads the files that we read with the .krmignore %j", (text) => {
    const contents: Record<string, string> = { ".krmignore": text };
    for (const [at, name] of FILES.entries()) contents[name] = MANIFEST.replace("name: a", `name: a${at}`);
    const folder = folderWith(contents);
    const { items } = parse(succeed(kpt, "kpt fn source .", folder)) as {
      items: { metadata: { name: string } }[];
    };
    const read = items.map(({ metadata }) => FILES[Number(metadata.name.slice(1))] ?? "");
    const ours = filesIn(folder, { include: [], exclude: [] }).map((path) => relative(folder, path));
    expect(ours.toSorted()).toEqual(read.toSorted());
  });
});
