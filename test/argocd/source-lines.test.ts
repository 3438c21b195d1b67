import { expect, test } from "vitest";
import { sortOut } from "../../src/argocd/sort-out.ts";
import type { Finding } from "../../src/base/finding.ts";
import { openManifests } from "../../src/stream/open-stream.ts";
import { isFinding } from "../../src/stream/problem.ts";
import type { Stream } from "../../src/stream/stream.ts";
import { counted } from "../stream/counted.ts";
import { filesOf } from "../stream/open.ts";
import { agent, pipeline } from "./manifests.ts";
import { expectRefusal, plugin, repository } from "./plugin.ts";

const MANY = 200;
const LOCAL = `  annotations:\n    config.kubernetes.io/local-config: "true"\n`;

const thing = (position: number): string => `apiVersion: v1\nkind: Thing\nmetadata:\n  name: n${position}\n`;

/** About the name of one of the things. */
function about(position: number): Finding {
  const resource = { apiVersion: "v1", kind: "Thing", name: `n${position}` };
  return { severity: "warning", cause: "is odd", remedy: "change it", resource, field: { path: "metadata.name" } };
}

function opened(files: Parameters<typeof openManifests>[0]): Stream {
  const stream = openManifests(files);
  if (isFinding(stream)) throw new Error(stream.cause);
  return stream;
}

test("lines are those of the source's own files, whatever was taken out of them", () => {
  const broken = pipeline("broken").replace(":4317", "");
  const folder = repository({
    "a.yaml": `${thing(1)}${LOCAL}---\n${agent()}`,
    "b.yaml": `# why\n---\n${thing(2)}${LOCAL}---\n\n${broken}---\n${pipeline("other")}`,
    "c.yaml": `${thing(3)}${LOCAL}`,
  });
  const line = broken.split("\n").findIndex((each) => each.includes("value: http"));
  expectRefusal(plugin(folder), new RegExp(`^b\\.yaml:${line + 11}:9: MetricPipeline/broken: `));
});

test("a manifest that was taken out has no place of its own in what is left", () => {
  const stream = opened(filesOf({ "a.yaml": `${thing(1)}${LOCAL}---\n${thing(2)}` }));
  expect(sortOut(stream)).toMatchObject({ configs: [], resources: 1, findings: [] });
  expect(stream.select(["Thing"]).manifests.map(({ ref }) => ref.name)).toEqual(["n2"]);
  expect(stream.placeOf(about(2))).toMatchObject({ path: "a.yaml", line: 11, column: 3 });
  expect(Buffer.concat(stream.write()).toString()).toBe(`---\n${thing(2)}`);
});

test("the lines of a source are passed once for all documents that are taken out", () => {
  const text = Array.from({ length: MANY }, (_, at) => thing(at) + (at % 2 === 0 ? LOCAL : "")).join("---\n");
  const count = counted(text);
  const stream = opened([{ path: "things.yaml", bytes: count.bytes }]);
  expect(sortOut(stream).resources).toBe(MANY / 2);
  const { manifests } = stream.select(["Thing"]);
  const lines = manifests.map(({ ref }) => stream.placeOf({ severity: "error", cause: "", resource: ref })?.line);
  expect(lines).toEqual(Array.from({ length: MANY / 2 }, (_, at) => at * 12 + 8));
  expect(count.searches).toBeGreaterThan(MANY);
  expect(count.searches).toBeLessThan(MANY * 6 * 10);
});
