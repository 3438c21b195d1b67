import { expect, test } from "vitest";
import { AGENT, pipeline } from "../check/manifests.ts";
import { folderWith } from "../folders.ts";
import { runProgram } from "../program.ts";

const BROKEN = 'apiVersion: v1\nkind: MetricPipeline\nspec: "\\q"\n';

/** What each of the commands says of files in a folder, without the ways in which they differ. */
function saidOf(files: Readonly<Record<string, string | Uint8Array>>): Record<string, string> {
  const folder = folderWith(files);
  const names = Object.keys(files);
  return {
    rewrite: runProgram(names, "", folder).stderr,
    explain: runProgram(["explain", ...names], "", folder).stderr,
    check: runProgram(["check", ...names], "", folder).stderr,
  };
}

test.each([
  ["with a --- that was put before it", { "a.yaml": AGENT, "b.yaml": `# one\n${BROKEN}` }, "b.yaml:4:8"],
  ["with a --- of its own", { "a.yaml": AGENT, "b.yaml": `---\n${BROKEN}` }, "b.yaml:4:8"],
  ["with a byte-order mark", { "a.yaml": AGENT, "b.yaml": `\ufeff${BROKEN}` }, "b.yaml:3:8"],
  ["after one without a last line break", { "a.yaml": AGENT.trimEnd(), "b.yaml": BROKEN }, "b.yaml:3:8"],
  ["after an empty one", { "a.yaml": AGENT, "none.yaml": "", "b.yaml": BROKEN }, "b.yaml:3:8"],
  ["before others", { "b.yaml": BROKEN, "a.yaml": AGENT, "c.yaml": pipeline("c", 1) }, "b.yaml:3:8"],
  [
    "in its second document",
    { "a.yaml": AGENT, "b.yaml": `${pipeline("b", 1)}---\n${BROKEN}`, "c.yaml": pipeline("c", 1) },
    "b.yaml:15:8",
  ],
  ["that ends too early", { "a.yaml": AGENT, "b.yaml": "kind: MetricPipeline\nx: [\n", "c.yaml": AGENT }, "b.yaml:3:1"],
  ["that ends too early in a line", { "b.yaml": "kind: MetricPipeline\nx: [1", "c.yaml": AGENT }, "b.yaml:2:6"],
  [
    "that is no UTF-8",
    { "a.yaml": AGENT, "b.yaml": Buffer.from("kind: DaemonSet\nx: \xff\n", "latin1") },
    "b.yaml:2:4",
  ],
])("a syntax error in a file %s is told with the file's own name and line", (_, files, place) => {
  for (const [command, said] of Object.entries(saidOf(files))) {
    expect(said.split("\n")[0], command).toMatch(new RegExp(`^${place}: the input is not`));
  }
});

test("what is wrong with a resource is told with the file that it stands in", () => {
  const wrong = pipeline("wrong", 1).replace("http://wrong.backends:1", "wrong.backends");
  const said = saidOf({ "a.yaml": AGENT, "right.yaml": pipeline("right", 1), "wrong.yaml": `# where?\n${wrong}` });
  for (const line of Object.values(said)) expect(line).toMatch(/^wrong\.yaml:10:9: MetricPipeline\/wrong: /);
});

test("a resource that stands in two files is not said to be in one of them", () => {
  const wrong = pipeline("wrong", 1).replace("http://wrong.backends:1", "wrong.backends");
  expect(saidOf({ "a.yaml": AGENT, "b.yaml": wrong, "c.yaml": wrong })["rewrite"]).toMatch(
    /^a\.yaml, b\.yaml, c\.yaml: MetricPipeline\/wrong: /,
  );
});

test("the path that a host has noted on a resource stays its file", () => {
  const wrong = pipeline("wrong", 1)
    .replace("http://wrong.backends:1", "wrong.backends")
    .replace("  name: wrong\n", "  name: wrong\n  annotations: {internal.config.kubernetes.io/path: from/host.yaml}\n");
  expect(saidOf({ "a.yaml": AGENT, "b.yaml": wrong })["rewrite"]).toMatch(/^from\/host\.yaml: MetricPipeline\/wrong: /);
});

test("what is about no file in particular names all that were given", () => {
  expect(saidOf({ "a.yaml": pipeline("a", 1), "b.yaml": pipeline("b", 2) })["rewrite"]).toMatch(
    /^a\.yaml, b\.yaml: no DaemonSet matches/,
  );
});
