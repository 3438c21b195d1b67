import { describe, expect, test } from "vitest";
import { folderWith } from "../folders.ts";
import { runProgram } from "../program.ts";
import { AGENT, pipeline } from "./manifests.ts";

const PIPELINE = pipeline("one", 4317);
const BROKEN = "kind: MetricPipeline\nspec: [\n";
const KUSTOMIZATION = "kind: Kustomization\nresources: [all.yaml]\n";

/** The DaemonSet as the function writes it. */
function written(): string {
  const folder = folderWith({ "agent.yaml": AGENT, "one.yaml": PIPELINE });
  return runProgram(["agent.yaml", "one.yaml"], "", folder).stdout.toString().split("---\n")[0] ?? "";
}

const right = written();

const STATES: [number, string][] = [
  [0, `${right}---\n${PIPELINE}`],
  [1, `${AGENT}---\n${PIPELINE}`],
  [2, `${AGENT}---\n${BROKEN}`],
  [2, `${AGENT}---\n${AGENT.replace("kyma-system", "other")}---\n${PIPELINE}`],
  [2, PIPELINE],
];

describe.each(STATES)("exit status %d", (status, text) => {
  test("of a file", () => {
    expect(runProgram(["check", "all.yaml"], "", folderWith({ "all.yaml": text })).status).toBe(status);
  });

  test("of several files and folders", () => {
    const documents = text.split("---\n").map((document, position) => [`${position}/in/a.yaml`, document]);
    const folder = folderWith(Object.fromEntries(documents) as Record<string, string>);
    const paths = documents.map((_, position) => (position === 0 ? "0/in/a.yaml" : String(position)));
    expect(runProgram(["check", ...paths], "", folder).status).toBe(status);
  });

  test("of the folder of a kustomization", () => {
    const folder = folderWith({ "all.yaml": text, "kustomization.yaml": KUSTOMIZATION });
    expect(runProgram(["check", "."], "", folder).status).toBe(status);
  });

  test("of standard input", () => {
    expect(runProgram(["check", "-"], text).status).toBe(status);
  });

  test.each(["diff", "github", "sarif"])("in the format %s", (format) => {
    expect(runProgram(["check", "--format", format, "-"], text).status).toBe(status);
  });
});
